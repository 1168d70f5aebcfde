"""Groups of a CPO's locations, which the operator keeps, and which the terms of agreements name.

A group is one document. Beside its locations stand those that may have been told because of it: what joined
is told to whoever sees the group, and what left is taken back, whichever process comes to it first.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ocpi.partners.agreements import SETTLES_AFTER
from ocpi.process.clock import Clock
from ocpi.process.mongo import Document, Mongo
from schemas.kinds import PartyId

COLLECTION: Final = "location_groups"
REVISIONS: Final = {"revision": 1}
"""The fields that tell whether a group has changed."""

MOST_LOCATIONS: Final = 20_000


@dataclass(frozen=True, slots=True)
class LocationGroup:
    """`locations` and `told` are ids in lower case; `written` are those of `locations` as they were given."""

    cpo: PartyId
    name: str
    locations: frozenset[str]
    told: frozenset[str]
    written: tuple[str, ...]
    revision: int
    changed_at: datetime

    @property
    def joined(self) -> frozenset[str]:
        return self.locations - self.told

    @property
    def left(self) -> frozenset[str]:
        return self.told - self.locations

    def is_settled_at(self, instant: datetime) -> bool:
        return self.changed_at + SETTLES_AFTER <= instant


class GroupStore:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._groups = mongo.collection(COLLECTION)
        self._clock = clock
        self._read: dict[str, LocationGroup] = {}

    async def set(self, cpo: PartyId, name: str, locations: Iterable[str]) -> None:
        """These locations and no others; without any there is no such group.

        What it held until now may have been told.
        """
        fields: Document = {
            "cpo": str(cpo),
            "name": {"$literal": name},
            "locations": {"$literal": sorted(set(locations))},
            "told": {"$setUnion": [{"$ifNull": ["$told", []]}, {"$ifNull": ["$locations", []]}]},
            "changed_at": self._clock.now(),
            "revision": {"$add": [{"$ifNull": ["$revision", 0]}, 1]},
        }
        await self._groups.update_one({"_id": _id(cpo, name)}, [{"$set": fields}], upsert=True)

    async def all(self) -> list[LocationGroup]:
        return await self.at([each async for each in self._groups.find({}, REVISIONS)])

    async def at(self, revisions: Iterable[Document]) -> list[LocationGroup]:
        """As they are now; those that have not changed since they were read last are not read again."""
        now = {each["_id"]: each["revision"] for each in revisions}
        kept = {key: each for key, each in self._read.items() if now.get(key) == each.revision}
        self._read = kept | await self._those(now.keys() - kept.keys())
        return [self._read[key] for key in sorted(self._read)]

    async def _those(self, keys: Collection[str]) -> dict[str, LocationGroup]:
        """Without asking for none of them: this is read with every reading of partners and agreements."""
        if not keys:
            return {}
        found = self._groups.find({"_id": {"$in": list(keys)}})
        return {each["_id"]: _group(each) async for each in found}

    async def told(self, seen: LocationGroup) -> None:
        """What joined is told, or marked to be."""
        await self._write(seen, {"told": {"$setUnion": ["$told", "$locations"]}})

    async def taken_back(self, seen: LocationGroup) -> None:
        """What left is taken back."""
        await self._write(seen, {"told": "$locations"})

    async def _write(self, seen: LocationGroup, fields: Document) -> None:
        exactly = {"_id": _id(seen.cpo, seen.name), "revision": seen.revision}
        change = {**fields, "revision": {"$add": ["$revision", 1]}}
        await self._groups.update_one(exactly, [{"$set": change}])


def _id(cpo: PartyId, name: str) -> str:
    return f"{cpo}|{name}"


def _group(document: dict[str, Any]) -> LocationGroup:
    return LocationGroup(
        cpo=PartyId.parse(document["cpo"]),
        name=document["name"],
        locations=_folded(document["locations"]),
        told=_folded(document["told"]),
        written=tuple(document["locations"]),
        revision=document["revision"],
        changed_at=document["changed_at"],
    )


def _folded(ids: Iterable[str]) -> frozenset[str]:
    return frozenset(each.lower() for each in ids)
