"""A card as its issuer keeps it: what it is, and whether it is good by itself.

CPOs are told less: a Token, which says together what the card says and what its contract says.
Spec: 2.3.0 mod_tokens, Token object.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from emsp_adapter.contracts.contract import ContractId
from ocpi.wire.contract_id import bare
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import ProfileType, WhitelistType


class CardType(StrEnum):
    RFID = "RFID"
    APP_USER = "APP_USER"
    AD_HOC_USER = "AD_HOC_USER"
    EMAID = "EMAID"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose cards these are; the name is printed on a card that names no other."""

    party: PartyId
    name: str


Uid = Annotated[str, Field(max_length=36, pattern=r"^\.*[ -\-/-~][ -~]*$")]
"""Printable ASCII, not dots alone: it becomes part of addresses."""
_Group = Annotated[str, Field(min_length=1, max_length=36, pattern=r"^[ -~]+$")]
_Text = Annotated[str, Field(min_length=1, max_length=64)]


class Card(BaseModel):
    """`whitelist`, `group_id` and `language` of None: those of the contract."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uid: Uid
    contract_id: ContractId
    type: CardType = CardType.RFID
    visual_number: _Text | None = None
    issuer: _Text | None = None
    group_id: _Group | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = None
    whitelist: WhitelistType | None = None
    default_profile_type: ProfileType | None = None
    energy_supplier: _Text | None = None
    energy_contract_id: _Text | None = None
    valid: bool = True

    @model_validator(mode="after")
    def _energy_comes_from_somebody(self) -> Self:
        if self.energy_contract_id is not None and self.energy_supplier is None:
            raise ValueError("an energy_contract_id needs its energy_supplier")
        return self

    @property
    def name(self) -> str:
        return card_name(self.uid, self.type)


def card_name(uid: str, card_type: str) -> str:
    """Known by type and uid together, without regard to case."""
    return f"{card_type}/{uid}".lower()


@dataclass(frozen=True, slots=True)
class Block:
    """Of one card, by the operator: it holds until the operator lifts it, whatever a file says."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptCard:
    """`told` names the row of a file that last said this; None: no file did, or another word came since.

    `is_imported`: a file brought it; `is_missing`: the operator said so of one that is in the file no more.
    `is_owed`: somebody began to tell what it says, and may not have come to
    the end.
    """

    card: Card
    block: Block | None = None
    told: str | None = None
    is_imported: bool = False
    is_missing: bool = False
    is_owed: bool = False
    revision: int | None = None
    name: str = field(init=False)
    contract: str = field(init=False)

    def __post_init__(self) -> None:
        """`name` is what the card is known by, `contract` what its contract is found by."""
        object.__setattr__(self, "name", self.card.name)
        object.__setattr__(self, "contract", bare(self.card.contract_id))

    @property
    def is_good(self) -> bool:
        return self.card.valid and self.block is None and not self.is_missing
