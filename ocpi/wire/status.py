"""OCPI status codes. Spec: 2.3.0 status_codes."""

from typing import Final

SUCCESS: Final = 1000


def is_success(status_code: int) -> bool:
    """1000 and the custom range 19xx alike."""
    return 1000 <= status_code <= 1999  # noqa: PLR2004 - the range is the definition
