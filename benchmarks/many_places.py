"""A great many Locations of several CPOs in the database of an eMSP, as if they had been pushed.

They stand close together in towns and far apart between them, each with a few EVSEs of two connectors.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from emsp_adapter.places import finder
from emsp_adapter.places.place import beside
from ocpi.objects import documents, selection, sequence
from ocpi.objects.record import Record
from ocpi.process.mongo import Document, Mongo
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.times import datetime_text

TARIFFS: Final = 20
"""Of each CPO."""
TOWNS: Final = 500
_BATCH: Final = 5_000
_SPREAD: Final = 0.05  # degrees around the middle of a town


def towns() -> list[tuple[float, float]]:
    chance = random.Random(5)  # noqa: S311 - the same in every run
    return [(chance.uniform(42.5, 51.0), chance.uniform(-4.5, 8.0)) for _ in range(TOWNS)]


async def settle(mongo: Mongo, owners: Sequence[PartyId], count: int, now: datetime) -> None:
    """Write them without their indexes, and say that their numbers are taken."""
    objects = mongo.collection(selection.COLLECTION)
    rows = _rows(owners, count, now)
    while batch := [row for _, row in zip(range(_BATCH), rows, strict=False)]:
        await objects.insert_many(batch, ordered=False)
    taken = {"$set": {"next": count + TARIFFS * len(owners) + 1, "held": []}}
    await mongo.collection(sequence.COLLECTION).update_one({"_id": "objects"}, taken, upsert=True)
    await mongo.declare((*selection.INDEXES, *finder.INDEXES))


def _rows(owners: Sequence[PartyId], count: int, now: datetime) -> Iterator[Document]:
    chance, centres = random.Random(3), towns()  # noqa: S311 - the same in every run
    for number in range(count):
        latitude, longitude = chance.choice(centres)
        point = (chance.gauss(latitude, _SPREAD), chance.gauss(longitude, _SPREAD))
        key = ObjectKey(ObjectKind.LOCATION, owners[number % len(owners)], f"LOC{number:07d}")
        record = Record(key, now, codec.encode(_location(key, point, chance, now)))
        yield _row(record, number + 1, now)
    for at, owner in enumerate(owners):
        for number in range(TARIFFS):
            key = ObjectKey(ObjectKind.TARIFF, owner, f"T{number}")
            record = Record(key, now, codec.encode(_tariff(key, number, now)))
            yield _row(record, count + at * TARIFFS + number + 1, now)


def _row(record: Record, seq: int, now: datetime) -> Document:
    more = beside(record) if record.key.kind is ObjectKind.LOCATION else {}
    fixed = documents.created(record, seq, now)
    return {"_id": record.database_id, **fixed, **documents.changed(record, now), **more}


def _location(
    key: ObjectKey, point: tuple[float, float], chance: random.Random, now: datetime
) -> dict[str, object]:
    return {
        "country_code": key.owner.country_code,
        "party_id": key.owner.party_id,
        "id": key.id,
        "publish": True,
        "name": f"Parking {key.id}",
        "address": "18 rue de Dunkerque",
        "city": "Paris",
        "postal_code": "75010",
        "country": "FRA",
        "coordinates": {"latitude": f"{point[0]:.6f}", "longitude": f"{point[1]:.6f}"},
        "operator": {"name": f"Operator of {key.owner.party_id}"},
        "facilities": ["PARKING_LOT"],
        "evses": [_evse(key, number, chance, now) for number in range(1, 3)],
        "time_zone": "Europe/Paris",
        "opening_times": {"twentyfourseven": True},
        "last_updated": datetime_text(now),
    }


def _evse(key: ObjectKey, number: int, chance: random.Random, now: datetime) -> dict[str, object]:
    kinds = (("IEC_62196_T2", "AC_3_PHASE", 22_000), ("IEC_62196_T2_COMBO", "DC", 150_000))
    return {
        "uid": f"{key.id}-{number}",
        "evse_id": f"FR*{key.owner.party_id}*E{key.id}*{number}",
        "status": chance.choice(("AVAILABLE", "CHARGING", "AVAILABLE", "OUTOFORDER")),
        "capabilities": ["RFID_READER", "REMOTE_START_STOP_CAPABLE"],
        "connectors": [
            {
                "id": str(at),
                "standard": standard,
                "format": "CABLE",
                "power_type": power_type,
                "max_voltage": 400,
                "max_amperage": 200,
                "max_electric_power": power,
                "tariff_ids": [f"T{chance.randrange(TARIFFS)}"],
                "last_updated": datetime_text(now),
            }
            for at, (standard, power_type, power) in enumerate(kinds)
        ],
        "last_updated": datetime_text(now),
    }


def _tariff(key: ObjectKey, number: int, now: datetime) -> dict[str, object]:
    return {
        "country_code": key.owner.country_code,
        "party_id": key.owner.party_id,
        "id": key.id,
        "currency": "EUR",
        "tax_included": "NO",
        "elements": [
            {
                "price_components": [
                    {"type": "ENERGY", "price": 0.3 + number / 100, "vat": 20, "step_size": 1},
                    {"type": "PARKING_TIME", "price": 2, "vat": 20, "step_size": 60},
                ]
            }
        ],
        "last_updated": datetime_text(now),
    }
