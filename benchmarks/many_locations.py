"""A great many Locations of one CPO in the database of a hub, as if they had been pushed over a season.

They come in no order of age, as stations do that change whenever a car comes.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ocpi.objects import documents, selection, sequence
from ocpi.objects.record import Record
from ocpi.process.mongo import Document, Mongo
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.times import datetime_text

SEASON: Final = timedelta(days=90)
_BATCH: Final = 10_000


async def settle(mongo: Mongo, owner: PartyId, count: int, now: datetime) -> None:
    """Write them without their indexes, and say that their numbers are taken."""
    objects = mongo.collection(selection.COLLECTION)
    rows = _rows(owner, count, now)
    for _ in range(0, count, _BATCH):
        await objects.insert_many([row for _, row in zip(range(_BATCH), rows, strict=False)], ordered=False)
    taken = {"$set": {"next": count + 1, "held": []}}
    await mongo.collection(sequence.COLLECTION).update_one({"_id": "objects"}, taken, upsert=True)
    await mongo.declare(selection.INDEXES)


def _rows(owner: PartyId, count: int, now: datetime) -> Iterator[Document]:
    chance = random.Random(3)  # noqa: S311 - the same in every run
    for seq in range(1, count + 1):
        changed = now - SEASON * chance.random()
        key = ObjectKey(ObjectKind.LOCATION, owner, f"LOC{seq:07d}")
        record = Record(key, changed.replace(microsecond=0), _body(key, changed))
        fixed = documents.created(record, seq, now)
        yield {"_id": record.database_id, **fixed, **documents.changed(record, now)}


def _body(key: ObjectKey, changed: datetime) -> bytes:
    return codec.encode(
        {
            "country_code": key.owner.country_code,
            "party_id": key.owner.party_id,
            "id": key.id,
            "publish": True,
            "name": f"Parking {key.id}",
            "address": "18 rue de Dunkerque",
            "city": "Paris",
            "postal_code": "75010",
            "country": "FRA",
            "coordinates": {"latitude": "48.880948", "longitude": "2.355314"},
            "evses": [_evse(key, changed)],
            "time_zone": "Europe/Paris",
            "last_updated": datetime_text(changed),
        }
    )


def _evse(key: ObjectKey, changed: datetime) -> dict[str, object]:
    connector = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 230,
        "max_amperage": 32,
        "last_updated": datetime_text(changed),
    }
    return {
        "uid": f"{key.id}-1",
        "evse_id": f"FR*CPO*E{key.id}",
        "status": "AVAILABLE",
        "connectors": [connector],
        "last_updated": datetime_text(changed),
    }
