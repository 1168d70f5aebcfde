"""What a driver agreed with us: who may charge with which cards, where, when and for how much.

A card is a Token; it names its contract by `contract_id`. Several cards may belong to one contract.
"""

from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from ocpi.wire.contract_id import bare
from schemas.kinds import PartyId
from schemas.time_zones import zone_name
from schemas.v2_3_0.enums import DayOfWeek, WhitelistType


class ContractState(StrEnum):
    """BLOCKED may become ACTIVE again, ENDED never does."""

    ACTIVE = "ACTIVE"
    BLOCKED = "BLOCKED"
    ENDED = "ENDED"


def _party(written: str) -> str:
    return str(PartyId.parse(written))


def _contract_id(written: str) -> str:
    if not (written.isascii() and written.isprintable() and bare(written)):
        raise ValueError("a contract id has printable characters of ASCII, not separators alone")
    return written


Country = Annotated[str, Field(pattern="^[A-Z]{3}$")]
ContractId = Annotated[str, Field(min_length=1, max_length=36), AfterValidator(_contract_id)]


class Hours(BaseModel):
    """When one may begin to charge, by the clock of the contract's time zone; over midnight if `until` is
    not after `since`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[tuple[DayOfWeek, ...], Field(min_length=1)]
    since: time
    until: time


class Limits(BaseModel):
    """None, and an empty list, mean no limit.

    `credit` is what could still be spent at `credit_at`, in `currency`: what is billed later comes off it,
    and all that was ever billed where no instant is told. `cpos` are parties (`NL*ABC`), `countries` those in
    which one may charge (ISO 3166-1 alpha-3, as a Location has it).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    credit: Decimal | None = None
    credit_at: AwareDatetime | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    cpos: tuple[Annotated[str, AfterValidator(_party)], ...] = ()
    countries: tuple[Country, ...] = ()
    hours: tuple[Hours, ...] = ()
    time_zone: Annotated[str, AfterValidator(zone_name)] | None = None
    at_once: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _credit_has_a_currency(self) -> Self:
        if (self.credit is None) != (self.currency is None):
            raise ValueError("credit and currency are told together")
        return self

    @model_validator(mode="after")
    def _hours_have_a_clock(self) -> Self:
        if self.hours and self.time_zone is None:
            raise ValueError("hours need the time_zone by whose clock they are")
        return self


class Contract(BaseModel):
    """`driver` is the back office's own reference of a person or company, and goes to nobody.

    `whitelist` is the one of the contract's cards that have none of their own. `reason` says why it is
    blocked or ended, for our own eyes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    contract_id: ContractId
    driver: str | None = None
    state: ContractState = ContractState.ACTIVE
    reason: str | None = None
    whitelist: WhitelistType = WhitelistType.NEVER
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = None
    group_id: Annotated[str, Field(max_length=36)] | None = None
    limits: Limits = Limits()
