"""May this card charge at this station, now? The answer, and what is remembered of it.

The authorization_reference comes back in the session and in the CDR, and joins the bill to this answer. Every
answer is stored before it is given.
Spec: 2.3.0 mod_tokens, POST method (real-time authorization); AuthorizationInfo object.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from emsp_adapter.contracts.register import Cards
from emsp_adapter.contracts.rules import allowed
from ocpi.errors import UnknownToken
from ocpi.process.clock import Clock
from ocpi.process.logs import logger, pseudonym
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import AllowedType
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences, Token

log = logger(__name__)

COLLECTION: Final = "authorizations"
INDEXES = (Index(collection=COLLECTION, keys=(("uid", ASCENDING), ("at", DESCENDING))),)


@dataclass(frozen=True, slots=True)
class Question:
    """`at` is None when the CPO does not say where."""

    uid: str
    token_type: str
    cpo: PartyId
    at: LocationReferences | None


class Authorization:
    def __init__(self, cards: Cards, mongo: Mongo, clock: Clock) -> None:
        self._cards = cards
        self._given = mongo.collection(COLLECTION)
        self._clock = clock

    async def answer(self, question: Question) -> AuthorizationInfo:
        """Raises UnknownToken for a card that is not ours."""
        token = await self._cards.find(question.uid, question.token_type)
        if token is None:
            raise UnknownToken("this token is not one of ours")
        verdict = allowed(token)
        reference = secrets.token_hex(16)
        await self._given.insert_one(self._row(question, verdict, reference))
        log.info(
            "authorization answered", uid=pseudonym(question.uid), cpo=str(question.cpo), allowed=verdict
        )
        return AuthorizationInfo.model_validate(_info(token, verdict, reference, question.at))

    async def counted(self) -> dict[str, int]:
        """How often each answer was given."""
        groups = self._given.aggregate([{"$group": {"_id": "$allowed", "count": {"$sum": 1}}}])
        return {group["_id"]: group["count"] async for group in groups}

    def _row(self, question: Question, verdict: AllowedType, reference: str) -> Document:
        return {
            "_id": reference,
            "uid": question.uid,
            "type": question.token_type,
            "cpo": str(question.cpo),
            "location_id": question.at.location_id if question.at else None,
            "allowed": verdict,
            "at": self._clock.now(),
        }


def _info(
    token: Token, verdict: AllowedType, reference: str, at: LocationReferences | None
) -> dict[str, Any]:
    """A reference and a location only with a yes: there is nothing to refer to after a no."""
    told: dict[str, Any] = {"allowed": verdict, "token": token.to_wire()}
    if verdict is not AllowedType.ALLOWED:
        return told
    location = {"location": at.to_wire()} if at else {}
    return {**told, **location, "authorization_reference": reference}
