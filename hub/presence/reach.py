"""Which partners cannot be reached, since when and why: what is known of each platform, in the database.

Kept across a restart, and known to every process of the hub: whoever one of them has heard is silent to none.
A platform is `known` once it has been shown the clients that were there when it came.
Spec: 2.3.0 mod_hub_client_info, Still alive check.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.mongo import Mongo, UpdateOne

COLLECTION: Final = "presences"


@dataclass(frozen=True, slots=True)
class Away:
    """`trouble` is what kept us from reaching the platform."""

    since: datetime
    trouble: str


@dataclass(frozen=True, slots=True)
class Reach:
    """By name of partner. `heard` is when one of the processes was called last, as far as that is shared."""

    away: dict[str, Away]
    known: frozenset[str]
    heard: Mapping[str, datetime] = field(default_factory=dict)


class Presences:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._presences = mongo.collection(COLLECTION)
        self._clock = clock

    async def all(self) -> Reach:
        found = [document async for document in self._presences.find({})]
        away = {
            each["_id"]: Away(each["away_since"], each["trouble"]) for each in found if each.get("away_since")
        }
        known = frozenset(each["_id"] for each in found if each.get("is_known"))
        return Reach(away, known, {each["_id"]: each["heard_at"] for each in found if each.get("heard_at")})

    async def share(self, heard: Mapping[str, datetime]) -> None:
        """What this process heard, for all of them."""
        updates = [
            UpdateOne({"_id": name}, {"$max": {"heard_at": at}}, upsert=True) for name, at in heard.items()
        ]
        if updates:
            await self._presences.bulk_write(updates, ordered=False)

    async def went(self, name: str, trouble: str) -> None:
        """Somebody who is away already has been away since then."""
        fields = {
            "away_since": {"$ifNull": ["$away_since", self._clock.now()]},
            "trouble": {"$literal": trouble},
        }
        await self._presences.update_one({"_id": name}, [{"$set": fields}], upsert=True)

    async def returned(self, name: str) -> None:
        await self._presences.update_one({"_id": name}, {"$unset": {"away_since": "", "trouble": ""}})

    async def know(self, names: Collection[str]) -> None:
        for name in names:
            await self._presences.update_one({"_id": name}, {"$set": {"is_known": True}}, upsert=True)

    async def forget(self, name: str) -> None:
        await self._presences.delete_one({"_id": name})
