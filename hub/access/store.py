"""Access tokens in MongoDB: digests, what each one opens, and how it was used.

To use one and to look whether it is good is one write, so one that was revoked opens nothing from then on.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ocpi.partners.reading import Reading
from ocpi.partners.store import NameTaken
from ocpi.process.mongo import ASCENDING, Document, DuplicateKey, Index, Mongo
from ocpi.wire.credentials_token import CredentialsToken
from schemas.kinds import PartyId

COLLECTION: Final = "access_tokens"
INDEXES = (Index(collection=COLLECTION, keys=(("digest", ASCENDING),), unique=True),)
_SHOWN: Final = (
    "party",
    "modules",
    "expires_at",
    "created_at",
    "created_by",
    "uses",
    "last_used_at",
    "revoked_at",
    "revoked_by",
)


class AccessNameTaken(NameTaken):
    """A token of this name was given out before."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What an operator gives out, to end at `expires_at`."""

    reading: Reading
    expires_at: datetime
    created_by: str


class AccessStore:
    def __init__(self, mongo: Mongo) -> None:
        self._tokens = mongo.collection(COLLECTION)

    async def add(self, grant: Grant, token: CredentialsToken, at: datetime) -> None:
        """Raises AccessNameTaken."""
        reading = grant.reading
        document: Document = {
            "_id": reading.name,
            "digest": token.digest(),
            "party": str(reading.party),
            "modules": sorted(reading.modules),
            "expires_at": grant.expires_at,
            "created_at": at,
            "created_by": grant.created_by,
            "uses": 0,
            "last_used_at": None,
            "revoked_at": None,
            "revoked_by": None,
        }
        try:
            await self._tokens.insert_one(document)
        except DuplicateKey as error:
            raise AccessNameTaken(f"there is an access token {reading.name!r} already") from error

    async def used(self, token: CredentialsToken, at: datetime) -> Reading | None:
        """None for a token that is unknown, has ended or was revoked."""
        good = {"digest": token.digest(), "revoked_at": None, "expires_at": {"$gt": at}}
        used = {"$inc": {"uses": 1}, "$set": {"last_used_at": at}}
        document: Document | None = await self._tokens.find_one_and_update(good, used)
        return None if document is None else _reading(document)

    async def revoke(self, name: str, operator: str, at: datetime) -> bool:
        """False for an unknown name; once more changes nothing."""
        change = {"$set": {"revoked_at": at, "revoked_by": operator}}
        if (await self._tokens.update_one({"_id": name, "revoked_at": None}, change)).modified_count:
            return True
        return await self._tokens.find_one({"_id": name}, {"_id": 1}) is not None

    async def listed(self) -> list[dict[str, Any]]:
        """For the operator; digests are nobody's business."""
        found = self._tokens.find({}).sort("created_at", ASCENDING)
        return [{"name": each["_id"], **{name: each[name] for name in _SHOWN}} async for each in found]


def _reading(document: Document) -> Reading:
    party = PartyId.parse(document["party"])
    return Reading(document["_id"], party, frozenset(document["modules"]))
