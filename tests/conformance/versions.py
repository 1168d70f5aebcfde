"""The versions that a case is about, as parameters of its test."""

from typing import Final

import pytest

V3: Final[str] = "2.3.0"
V2: Final[str] = "2.2.1"
V1: Final[str] = "2.1.1"


def spoken(*versions: str) -> pytest.MarkDecorator:
    """The partner on the far side speaks these, each in a run of its own."""
    return pytest.mark.parametrize("version", versions)


ALL: Final = spoken(V3, V2, V1)
SINCE_2_2_1: Final = spoken(V3, V2)
