"""Keys of the API in MongoDB: keyed digests, what each one opens, and when it was used.

The database alone gives no key away, and lets nobody make one: the digest needs the key file of the service.
A key is looked up at every request, in one trip for all that come at the same moment: so one that was revoked
opens nothing from then on, in any process.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from emsp_adapter.apps.keys.key import Key, Kind, Scope
from ocpi.partners.store import NameTaken
from ocpi.process.mongo import ASCENDING, Document, DuplicateKey, Index, Mongo, ReturnDocument
from ocpi.process.reads import Reads
from ocpi.process.tasks import Supervisor

COLLECTION: Final = "app_keys"
RATES: Final = "app_key_rates"
NOTED_EVERY: Final = timedelta(minutes=1)
INDEXES = (
    Index(collection=COLLECTION, keys=(("digest", ASCENDING),), unique=True),
    Index(collection=RATES, keys=(("at", ASCENDING),), expire_after_s=600),
)
_SHOWN: Final = (
    "kind",
    "scopes",
    "contracts",
    "drivers",
    "per_minute",
    "expires_at",
    "created_at",
    "created_by",
    "last_used_at",
    "revoked_at",
    "revoked_by",
)


class KeyNameTaken(NameTaken):
    """A key of this name was given out before."""


class KeyStore:
    def __init__(self, mongo: Mongo, secret: bytes, supervisor: Supervisor) -> None:
        """`secret` keys the digests."""
        self._keys = mongo.collection(COLLECTION)
        self._used = mongo.collection(COLLECTION, is_durable=False)
        self._rates = mongo.collection(RATES, is_durable=False)
        self._secret = secret
        self._found: Reads[str, Document] = Reads("look up api keys", self._unrevoked, supervisor)

    def digest(self, written: str) -> str:
        return hmac.digest(self._secret, written.encode(errors="surrogatepass"), hashlib.sha256).hex()

    async def add(self, key: Key, written: str, operator: str, at: datetime) -> None:
        """Raises KeyNameTaken."""
        document: Document = {
            "_id": key.name,
            "digest": self.digest(written),
            "kind": key.kind,
            "scopes": sorted(key.scopes),
            "contracts": None if key.contracts is None else list(key.contracts),
            "drivers": None if key.drivers is None else list(key.drivers),
            "per_minute": key.per_minute,
            "expires_at": key.expires_at,
            "created_at": at,
            "created_by": operator,
            "last_used_at": None,
            "revoked_at": None,
            "revoked_by": None,
        }
        try:
            await self._keys.insert_one(document)
        except DuplicateKey as error:
            raise KeyNameTaken(f"there is a key {key.name!r} already") from error

    async def good(self, digest: str, at: datetime) -> Key | None:
        """None for one that is unknown, has ended or was revoked. Its use is noted now and then."""
        document = await self._found.find(digest)
        if document is None or (document["expires_at"] is not None and document["expires_at"] <= at):
            return None
        last = document["last_used_at"]
        if last is None or last + NOTED_EVERY <= at:
            await self._used.update_one({"_id": document["_id"]}, {"$max": {"last_used_at": at}})
        return _key(document)

    async def _unrevoked(self, digests: Collection[str]) -> Mapping[str, Document]:
        found = self._keys.find({"digest": {"$in": list(digests)}, "revoked_at": None})
        return {document["digest"]: document async for document in found}

    async def digests(self) -> frozenset[str]:
        """Of all keys that were not revoked."""
        found = self._keys.find({"revoked_at": None}, {"_id": 0, "digest": 1})
        return frozenset([document["digest"] async for document in found])

    async def counted(self, name: str, at: datetime) -> int:
        """How many requests a key made in this minute, with this one, whichever process they came to."""
        minute = at.replace(second=0, microsecond=0)
        document = await self._rates.find_one_and_update(
            {"_id": f"{name}|{minute.isoformat()}"},
            {"$inc": {"requests": 1}, "$setOnInsert": {"at": minute}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return int(document["requests"])

    async def revoke(self, name: str, operator: str, at: datetime) -> bool:
        """False for an unknown name; once more changes nothing."""
        change = {"$set": {"revoked_at": at, "revoked_by": operator}}
        if (await self._keys.update_one({"_id": name, "revoked_at": None}, change)).modified_count:
            return True
        return await self._keys.find_one({"_id": name}, {"_id": 1}) is not None

    async def listed(self) -> list[dict[str, Any]]:
        """For the operator; digests are nobody's business."""
        found = self._keys.find({}).sort("created_at", ASCENDING)
        return [{"name": each["_id"], **{name: each[name] for name in _SHOWN}} async for each in found]


def _key(document: Document) -> Key:
    contracts, drivers = document["contracts"], document["drivers"]
    return Key(
        name=document["_id"],
        kind=Kind(document["kind"]),
        scopes=frozenset(Scope(each) for each in document["scopes"]),
        contracts=None if contracts is None else tuple(contracts),
        drivers=None if drivers is None else tuple(drivers),
        expires_at=document["expires_at"],
        per_minute=document["per_minute"],
    )
