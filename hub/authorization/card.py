"""A card as an authorization names it, who asks about it until when, and whose word may be had."""

from datetime import datetime
from typing import NamedTuple, Self

from hub.routing.shown import may_authorize
from ocpi.objects.kinds import token_key
from ocpi.partners.directory import Directory
from ocpi.server.call import Call
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import TokenType


class Card(NamedTuple):
    """`id` is that of its tokens, of whatever issuer, in lower case."""

    uid: str
    type: str
    id: str

    @classmethod
    def named(cls, uid: str, token_type: str, asker: PartyId) -> Self:
        """Raises InvalidParameters for what can be no card."""
        return cls(uid, token_type, token_key(asker, uid, token_type).id.lower())

    @property
    def is_contract(self) -> bool:
        return self.type == TokenType.EMAID


class Asked(NamedTuple):
    call: Call
    party: PartyId
    card: Card
    until: datetime

    @classmethod
    def of(cls, call: Call, party: PartyId, until: datetime) -> Self:
        """Raises InvalidParameters."""
        token_type = call.query.get("type", TokenType.RFID)
        return cls(call, party, Card.named(call.rest[0], token_type, party), until)


def may_use_cards_of(issuer: PartyId, asked: Asked, directory: Directory) -> bool:
    """Whether the issuer's cards may charge where this is asked: only then has its word any meaning."""
    return may_authorize(directory, asked.call, asked.party, issuer)
