"""Endpoints in MongoDB, one document each; their secrets sealed."""

from datetime import datetime
from typing import Final

from emsp_adapter.webhooks.endpoint import Disabled, Endpoint, SealedSecret
from emsp_adapter.webhooks.event import EventType
from ocpi.errors import UnknownObject
from ocpi.process.mongo import ASCENDING, Document, Mongo, ReturnDocument

COLLECTION: Final = "webhook_endpoints"


class Endpoints:
    def __init__(self, mongo: Mongo) -> None:
        self._endpoints = mongo.collection(COLLECTION)

    async def add(self, endpoint: Endpoint) -> None:
        await self._endpoints.insert_one(_document(endpoint))

    async def all(self) -> list[Endpoint]:
        return [_endpoint(each) async for each in self._endpoints.find({}).sort("created_at", ASCENDING)]

    async def find(self, endpoint_id: str) -> Endpoint | None:
        found = await self._endpoints.find_one({"_id": endpoint_id})
        return None if found is None else _endpoint(found)

    async def get(self, endpoint_id: str) -> Endpoint:
        """Raises UnknownObject."""
        found = await self.find(endpoint_id)
        if found is None:
            raise _unknown(endpoint_id)
        return found

    async def change(self, endpoint_id: str, fields: Document) -> Endpoint:
        """Raises UnknownObject."""
        found = await self._endpoints.find_one_and_update(
            {"_id": endpoint_id}, {"$set": fields}, return_document=ReturnDocument.AFTER
        )
        if found is None:
            raise _unknown(endpoint_id)
        return _endpoint(found)

    async def rotate(self, endpoint: Endpoint, sealed: str, until: datetime) -> bool:
        """False when somebody else was faster."""
        held = [_secret_document(each) for each in endpoint.secrets]
        older = {**_secret_document(endpoint.secrets[0]), "until": until}
        replaced = {"secrets": [_secret_document(SealedSecret(sealed)), older]}
        written = await self._endpoints.update_one({"_id": endpoint.id, "secrets": held}, {"$set": replaced})
        return bool(written.matched_count)

    async def remove(self, endpoint_id: str) -> bool:
        return bool((await self._endpoints.delete_one({"_id": endpoint_id})).deleted_count)

    async def arrived(self, endpoint_id: str) -> None:
        """Something did."""
        failing = {"_id": endpoint_id, "failing_since": {"$ne": None}}
        await self._endpoints.update_one(failing, {"$set": {"failing_since": None}})

    async def failed(self, endpoint_id: str, now: datetime) -> None:
        well = {"_id": endpoint_id, "failing_since": None}
        await self._endpoints.update_one(well, {"$set": {"failing_since": now}})

    async def disable(self, endpoint_id: str, reason: Disabled) -> bool:
        """Whether it was enabled."""
        enabled = {"_id": endpoint_id, "disabled": None}
        return bool((await self._endpoints.update_one(enabled, {"$set": {"disabled": reason}})).matched_count)


def _unknown(endpoint_id: str) -> UnknownObject:
    return UnknownObject(f"there is no webhook {endpoint_id!r}")


def _document(endpoint: Endpoint) -> Document:
    return {
        "_id": endpoint.id,
        "url": endpoint.url,
        "events": sorted(endpoint.events),
        "secrets": [_secret_document(each) for each in endpoint.secrets],
        "created_at": endpoint.created_at,
        "created_by": endpoint.created_by,
        "description": endpoint.description,
        "disabled": endpoint.disabled,
        "failing_since": endpoint.failing_since,
    }


def _secret_document(secret: SealedSecret) -> Document:
    return {"sealed": secret.sealed, "until": secret.until}


def _endpoint(document: Document) -> Endpoint:
    return Endpoint(
        id=document["_id"],
        url=document["url"],
        events=frozenset(map(EventType, document["events"])),
        secrets=tuple(SealedSecret(each["sealed"], each["until"]) for each in document["secrets"]),
        created_at=document["created_at"],
        created_by=document["created_by"],
        description=document["description"],
        disabled=None if document["disabled"] is None else Disabled(document["disabled"]),
        failing_since=document["failing_since"],
    )
