"""Whose contract an id is: country and provider stand first in it. Pure.

`NL-MSP-C00122045-K` and `NLMSPC00122045K` name NL*MSP. Without separators an id is easily taken for the
number of a chip, so it counts where its check digit is right, or where it is said to be a contract.
Spec: eMI3 contract ids; 2.3.0 mod_tokens, TokenType EMAID.
"""

import re
from typing import Final

from ocpi.wire.contract_id import bare, has_right_check_digit
from schemas.kinds import PartyId

_SEPARATED: Final = re.compile(r"([A-Z]{2})[-*]([A-Z0-9]{3})[-*]([A-Z0-9]+(?:[-*][A-Z0-9]+)?)", re.ASCII)
_COMPACT: Final = re.compile(r"([A-Z]{2})([A-Z0-9]{3})[A-Z0-9]{9,10}", re.ASCII)
_WITHOUT_CHECK_DIGIT: Final = 14


def provider_of(written: str, *, is_contract: bool) -> PartyId | None:
    """The party that an id names; `is_contract` if it can be nothing but a contract id."""
    if not written.isascii():  # a letter may become another one in upper case
        return None
    upper = written.upper()
    if (separated := _SEPARATED.fullmatch(upper)) is not None:
        return PartyId(separated[1], separated[2]) if _may_be_right(bare(upper)) else None
    compact = _COMPACT.fullmatch(upper)
    if compact is None or not (has_right_check_digit(upper) or (is_contract and _may_be_right(upper))):
        return None
    return PartyId(compact[1], compact[2])


def _may_be_right(stripped: str) -> bool:
    """Shorter ids, of older schemes too, have no check digit that is known here."""
    return len(stripped) <= _WITHOUT_CHECK_DIGIT or has_right_check_digit(stripped)
