"""What is said about a card that is held against a reader, and why. Pure.

Spec: 2.3.0 mod_tokens, AllowedType.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.v2_3_0.enums import AllowedType


class Reason(StrEnum):
    """Why a card may not charge, or what is remarkable although it may."""

    CONTRACT_ENDED = "CONTRACT_ENDED"
    CARD_BLOCKED = "CARD_BLOCKED"
    CONTRACT_BLOCKED = "CONTRACT_BLOCKED"
    NO_LONGER_VALID = "NO_LONGER_VALID"
    NOT_YET_VALID = "NOT_YET_VALID"
    CPO_NOT_COVERED = "CPO_NOT_COVERED"
    COUNTRY_NOT_COVERED = "COUNTRY_NOT_COVERED"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    NO_CREDIT = "NO_CREDIT"
    TOO_MANY_AT_ONCE = "TOO_MANY_AT_ONCE"
    TOO_OFTEN = "TOO_OFTEN"
    TOO_FAR = "TOO_FAR"
    OTHER_CURRENCY = "OTHER_CURRENCY"


SAID: Final[Mapping[Reason, AllowedType]] = MappingProxyType(
    {
        Reason.CONTRACT_ENDED: AllowedType.EXPIRED,
        Reason.CARD_BLOCKED: AllowedType.BLOCKED,
        Reason.CONTRACT_BLOCKED: AllowedType.BLOCKED,
        Reason.NO_LONGER_VALID: AllowedType.EXPIRED,
        Reason.NO_CREDIT: AllowedType.NO_CREDIT,
    }
)
"""The rest is NOT_ALLOWED: the card is good, but not here, not now, or not once more."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is that of a refusal; `warnings` stay with us."""

    reason: Reason | None = None
    warnings: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> AllowedType:
        if self.reason is None:
            return AllowedType.ALLOWED
        return SAID.get(self.reason, AllowedType.NOT_ALLOWED)
