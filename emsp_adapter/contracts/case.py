"""The facts on which a card is judged. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from emsp_adapter.contracts.contract import Contract
from schemas.kinds import PartyId
from schemas.v2_3_0.tokens import Token


@dataclass(frozen=True, slots=True)
class Card:
    """What a Token says that matters here; `wire` is the Token as it is told, in 2.3.0."""

    uid: str
    type: str
    contract_id: str
    is_valid: bool
    language: str | None
    wire: bytes


def card_of(token: Token, wire: bytes) -> Card:
    return Card(
        uid=str(token.uid),
        type=str(token.type),
        contract_id=str(token.contract_id),
        is_valid=token.valid,
        language=token.language,
        wire=wire,
    )


@dataclass(frozen=True, slots=True)
class Position:
    """In degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Place:
    """What its CPO told of a location, or nothing; `country` is ISO 3166-1 alpha-3.

    `removed` are uids, in lower case, of EVSEs that are said to be gone.
    """

    country: str | None = None
    position: Position | None = None
    removed: frozenset[str] = frozenset()


UNKNOWN_PLACE = Place()


@dataclass(frozen=True, slots=True)
class Account:
    """What a contract's charges cost that its credit does not know of yet, and how many of them run.

    `unpaid` is by currency; `running` counts charges elsewhere, not one at the place that is asked about.
    """

    unpaid: Mapping[str, Decimal] = field(default_factory=dict)
    running: int = 0


EMPTY = Account()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`contract` is None for a card that is judged by itself, `place` where nobody said where."""

    card: Card
    contract: Contract | None
    cpo: PartyId
    place: Place | None
    account: Account = EMPTY
    now: datetime
