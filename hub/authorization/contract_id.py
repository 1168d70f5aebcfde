"""Whose contract an id is: country and provider stand first in it. Pure.

`NL-MSP-C00122045-K` and `NLMSPC00122045K` name NL*MSP. Without separators an id is easily taken for the
number of a chip, so it counts where its check digit is right, or where it is said to be a contract.
Spec: eMI3 contract ids; 2.3.0 mod_tokens, TokenType EMAID.
"""

import re
from collections.abc import Iterable
from typing import Final

from schemas.kinds import PartyId

_SEPARATED: Final = re.compile(r"([A-Z]{2})[-*]([A-Z0-9]{3})[-*]([A-Z0-9]+(?:[-*][A-Z0-9]+)?)", re.ASCII)
_COMPACT: Final = re.compile(r"([A-Z]{2})([A-Z0-9]{3})[A-Z0-9]{9,10}", re.ASCII)
_WITHOUT_CHECK_DIGIT: Final = 14
_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def provider_of(written: str, *, is_contract: bool) -> PartyId | None:
    """The party that an id names; `is_contract` if it can be nothing but a contract id."""
    if not written.isascii():  # a letter may become another one in upper case
        return None
    upper = written.upper()
    if (separated := _SEPARATED.fullmatch(upper)) is not None:
        bare = upper.replace("*", "").replace("-", "")
        return PartyId(separated[1], separated[2]) if _may_be_right(bare) else None
    compact = _COMPACT.fullmatch(upper)
    if compact is None or not (has_right_check_digit(upper) or (is_contract and _may_be_right(upper))):
        return None
    return PartyId(compact[1], compact[2])


def _may_be_right(bare: str) -> bool:
    """Shorter ids, of older schemes too, have no check digit that is known here."""
    return len(bare) <= _WITHOUT_CHECK_DIGIT or has_right_check_digit(bare)


def has_right_check_digit(bare: str) -> bool:
    """Of fifteen letters and digits, upper case, without separators.

    Each character stands for two pairs of digits, to base 2 and to base 3; the pairs, weighted by the powers
    of a matrix, add up to nothing.
    """
    if len(bare) != _WITHOUT_CHECK_DIGIT + 1:
        return False
    values = [_CHARACTERS.index(each) for each in bare]
    twos = ((value // 18, value // 9 % 2) for value in reversed(values))
    threes = ((value // 3 % 3, value % 3) for value in reversed(values))
    return _weighed(twos, base=2, corner=1) == _weighed(threes, base=3, corner=2) == (0, 0)


def _weighed(pairs: Iterable[tuple[int, int]], *, base: int, corner: int) -> tuple[int, int]:
    """Sum of pair times [[0, 1], [1, corner]] to the power of its place; the last pair comes first."""
    left = right = 0
    for first, second in pairs:
        left, right = left + first, right + second
        left, right = right % base, (left + corner * right) % base
    return left, right
