"""What a station calls a file, made harmless. Pure."""

import re
from typing import Final

_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST: Final = 80
NAMELESS: Final = "file"


def harmless(told: str) -> str:
    """The last part of it, of letters, digits and `._-`, hidden nowhere and never empty."""
    last = re.split(r"[/\\]", told)[-1]
    return _ODD.sub("_", last).lstrip("._-")[-_LONGEST:].lstrip("._-") or NAMELESS
