"""Cards from a CSV file, each row a Token of ours.

    uid,contract_id,visual_number,whitelist,valid,type,issuer,group_id,language
    04A1B2C3D4E5F6,NL-MSP-C00000001-X,0001,NEVER,true,RFID,,,

The first two columns are needed; the others have defaults. Every mistake is told with line and column, and a
file with a mistake changes nothing.
Spec: 2.3.0 mod_tokens, Token object.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from ocpi.authored.csv_document import read_csv
from ocpi.authored.document import Document
from ocpi.authored.flaws import BrokenFile, Flaw
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import TokenType, WhitelistType
from schemas.v2_3_0.tokens import Token


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose cards these are; the name is printed on a card that names no other."""

    party: PartyId
    name: str


class Card(BaseModel):
    """A row. An empty field is as good as none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uid: str
    contract_id: str
    visual_number: str | None = None
    whitelist: WhitelistType = WhitelistType.NEVER
    valid: bool = True
    type: TokenType = TokenType.RFID
    issuer: str | None = None
    group_id: str | None = None
    language: str | None = None


_CARDS: Final = TypeAdapter(tuple[Card, ...])
_ROWS: Final = "row"


def read_cards(file: Path, issuer: Issuer, now: datetime) -> list[Token]:
    """Raises BrokenFile."""
    document = read_csv(file)
    cards = document.read(_CARDS, under=_ROWS)
    if twins := list(_twins(document, cards)):
        raise BrokenFile(twins)
    return [_token(card, issuer, now) for card in cards]


def _twins(document: Document, cards: tuple[Card, ...]) -> Iterator[Flaw]:
    seen: set[tuple[str, str]] = set()
    for index, card in enumerate(cards):
        name = (str(card.type), card.uid.casefold())
        if name in seen:
            yield document.flaw((_ROWS, index, "uid"), f"uid: {card.uid} is there already")
        seen.add(name)


def _token(card: Card, issuer: Issuer, now: datetime) -> Token:
    told: dict[str, Any] = card.model_dump(exclude_none=True)
    return Token.model_validate(
        {
            "issuer": issuer.name,
            **told,
            "country_code": issuer.party.country_code,
            "party_id": issuer.party.party_id,
            "last_updated": now,
        }
    )
