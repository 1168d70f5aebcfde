"""The JSON of a body, decoded once for all who look into it: what names things, and what may be kept."""

from functools import lru_cache
from typing import Any, Final

from schemas import codec

LARGEST: Final = 16 * 1024
"""A larger body is not kept: it is a list, or the operator asks its owner."""
UNREADABLE: Final = (codec.MalformedJson, ArithmeticError, RecursionError, ValueError)


@lru_cache(maxsize=128)
def read(body: bytes) -> Any:
    """Nobody may change it. Raises one of UNREADABLE.

    Remembered for a moment: what is relayed comes twice.
    """
    return codec.decode(body)
