"""What was said of a card at a station, for the session and the bill that follow.

Kept in the database: between tap and start the adapter may have been restarted. Forgotten after a week, or
where the station's message came more than a day after the answer: then it never asked for this charge.
"""

from datetime import datetime, timedelta
from typing import Final

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.authorization.rules import bare
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo
from schemas import codec
from schemas.v2_3_0.enums import AuthMethod
from schemas.v2_3_0.tokens import Token

COLLECTION: Final = "authorizations"
KEPT: Final = timedelta(days=7)
USABLE: Final = timedelta(days=1)
INDEXES = (Index(collection=COLLECTION, keys=(("at", ASCENDING),), expire_after_s=int(KEPT.total_seconds())),)


class Authorizations:
    def __init__(self, mongo: Mongo) -> None:
        self._given = mongo.collection(COLLECTION)

    async def remember(self, station: str, authorized: Authorized) -> None:
        """The newest yes for this card at this station takes the place of the one before."""
        key = _key(station, authorized.uid)
        await self._given.replace_one({"_id": key}, {"_id": key, **of_authorized(authorized)}, upsert=True)

    async def forget(self, station: str, uid: str) -> None:
        """A no ends an earlier yes."""
        await self._given.delete_one({"_id": _key(station, uid)})

    async def recall(self, station: str, uid: str, at: datetime) -> Authorized | None:
        """The yes that a transaction heard of at `at` rests on; None when nobody said one."""
        found = await self._given.find_one({"_id": _key(station, uid)})
        if found is None or at - found["at"] > USABLE:
            return None
        return authorized_of(found, uid)


def _key(station: str, uid: str) -> str:
    return f"{station}|{bare(uid)}"


def of_authorized(authorized: Authorized) -> Document:
    return {
        "token": codec.dump(authorized.token),
        "auth_method": authorized.auth_method,
        "reference": authorized.authorization_reference,
        "at": authorized.at,
        "evse_uids": authorized.evse_uids,
    }


def authorized_of(document: Document, uid: str) -> Authorized:
    return Authorized(
        uid=uid,
        token=Token.model_validate(codec.decode(document["token"])),
        auth_method=AuthMethod(document["auth_method"]),
        authorization_reference=document["reference"],
        at=document["at"],
        evse_uids=tuple(document["evse_uids"]),
    )
