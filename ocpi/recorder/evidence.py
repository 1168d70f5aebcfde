"""What else is known of sessions and bills: what is still due to whom, what arrived, what the audit says."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from ocpi.delivery.fates import Fates
from ocpi.delivery.marks import mark_id
from ocpi.objects import verdicts
from ocpi.objects.record import Record, database_id
from ocpi.objects.store import ObjectStore
from ocpi.process.mongo import Document, Mongo
from schemas.kinds import ObjectKey, ObjectKind, PartyId

_FOLLOWED: Final = (ObjectKind.SESSION, ObjectKind.CDR)


class Evidence:
    def __init__(self, *, mongo: Mongo, store: ObjectStore) -> None:
        self._fates = Fates(mongo)
        self._verdicts = mongo.collection(verdicts.COLLECTION)
        self._store = store

    async def bills(self, keys: Iterable[str]) -> list[dict[str, Any]]:
        """Of these sessions, and by these names, with what can be said against each."""
        found: dict[str, Record] = {}
        for key in objects_in(keys):
            for record in await self._bills_of(key):
                found[record.database_id] = record
        said = {each["_id"]: each async for each in self._verdicts.find({"_id": {"$in": list(found)}})}
        return [_bill(record, said.get(object_id)) for object_id, record in sorted(found.items())]

    async def _bills_of(self, key: ObjectKey) -> Sequence[Record]:
        if key.kind is ObjectKind.SESSION:
            return await self._store.bills_of(key.owner, key.id)
        named = await self._store.named(ObjectKind.CDR, key.id)
        return [record for record in named if record.key == key]

    async def deliveries(self, keys: Iterable[str], parties: Iterable[str]) -> list[dict[str, Any]]:
        """Of these objects to these parties: what is due, what was given up, and which receipts there are."""
        everybody = [PartyId.parse(each) for each in parties]
        names = {
            mark_id(to, database_id(key, audience))
            for key in objects_in(keys)
            for to in everybody
            for audience in (to, None)
        }
        fates = (await self._fates.of_objects(names)).values()
        due = [_due(each.mark) for each in fates if each.mark is not None]
        arrived = [_arrived(each.receipt) for each in fates if each.receipt is not None]
        return sorted([*due, *arrived], key=lambda each: (each["object"], each["to"], each["state"]))


def objects_in(keys: Iterable[str]) -> set[ObjectKey]:
    """The sessions and bills among the keys of messages."""
    return {key for each in keys if (key := _object(each)) is not None}


def _object(key: str) -> ObjectKey | None:
    kind, _, rest = key.partition("/")
    written_id, _, owner = rest.rpartition("/")
    if kind not in _FOLLOWED:
        return None
    return ObjectKey(ObjectKind(kind), PartyId.parse(owner), written_id)


def _bill(record: Record, verdict: Document | None) -> dict[str, Any]:
    value = record.value()
    return {
        "cdr": record.key.id,
        "owner": str(record.key.owner),
        "for": None if record.audience is None else str(record.audience),
        "session_id": value.get("session_id"),
        "digest": record.digest,
        "last_updated": record.last_updated,
        "clean": None if verdict is None else verdict["clean"],
        "findings": [] if verdict is None else verdict["findings"],
    }


def _due(mark: Document) -> dict[str, Any]:
    to, name = mark["_id"].split("|")[:2]
    return {
        "object": name,
        "to": to,
        "state": "parked" if "parked_at" in mark else "due",
        "since": mark["since"],
        "attempts": mark["attempts"],
        "next_try": mark.get("next_try"),
        "reason": mark.get("parked") or mark.get("last_error"),
    }


def _arrived(receipt: Document) -> dict[str, Any]:
    to, name = receipt["_id"].split("|")[:2]
    return {
        "object": name,
        "to": to,
        "state": "delivered",
        "at": receipt["at"],
        "location": receipt.get("location"),
    }
