"""Which process delivers to which party.

Several processes may work on one database; each party is served by one of them at a time, so that an object
is never on the way twice. A lease is renewed while it is in use, and free again a few seconds after its
holder fell silent. A process that comes back under its old name takes its own leases up again at once; one
that was frozen finds by its own clock that it holds none any more.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.mongo import DuplicateKey, Mongo, UpdateOne, Write, write_each
from schemas.kinds import PartyId

COLLECTION: Final = "lanes"
LIFETIME: Final = timedelta(seconds=10)
RENEWED_EVERY_S: Final = 3.0
_SKEW: Final = timedelta(seconds=1)  # by so much the clocks of several machines may differ


class Leases:
    """`holder` names this process, and the same process after a restart: host and port."""

    def __init__(self, mongo: Mongo, clock: Clock, holder: str) -> None:
        self._lanes = mongo.collection(COLLECTION)
        self._clock = clock
        self._holder = holder
        self._until: dict[PartyId, datetime] = {}

    def holds(self, party: PartyId) -> bool:
        """Whether nobody else can have begun to deliver to the party, as far as this process remembers."""
        until = self._until.get(party)
        return until is not None and self._clock.now() < until - _SKEW

    async def take(self, party: PartyId) -> bool:
        """Whether this process may deliver to the party, for half of LIFETIME at least."""
        return party in await self.take_each([party])

    async def take_each(self, parties: Collection[PartyId]) -> set[PartyId]:
        """Those of them that this process may deliver to, for half of LIFETIME at least."""
        now = self._clock.now()
        ending = [each for each in parties if self._until.get(each, now) <= now + LIFETIME / 2]
        if ending:
            for party, outcome in zip(ending, await self._write(ending, now), strict=True):
                self._noted(party, outcome, now + LIFETIME)
        return {each for each in parties if each in self._until}

    async def end(self, parties: Collection[PartyId]) -> dict[PartyId, datetime]:
        """When the leases of these parties end, whoever holds them, unless they are renewed."""
        rows = self._lanes.find({"_id": {"$in": [str(each) for each in parties]}}, {"until": 1})
        return {PartyId.parse(row["_id"]): row["until"] async for row in rows if "until" in row}

    async def _write(self, parties: Collection[PartyId], now: datetime) -> list[object]:
        mine = {"holder": self._holder, "until": now + LIFETIME}
        takes: list[Write] = [
            UpdateOne(
                {"_id": str(party), "$or": [{"holder": self._holder}, {"until": {"$lte": now}}]},
                {"$set": mine},
                upsert=True,
            )
            for party in parties
        ]
        return list(await write_each(self._lanes, takes))

    def _noted(self, party: PartyId, outcome: object, until: datetime) -> None:
        """A lease that somebody else holds cannot be inserted once more."""
        self._until.pop(party, None)
        if isinstance(outcome, DuplicateKey):
            return
        if isinstance(outcome, Exception):
            raise outcome
        self._until[party] = until

    async def renew(self, parties: Collection[PartyId]) -> None:
        """For another LIFETIME, as far as they are still this process's; the others it holds no more."""
        if not parties:
            return
        until = self._clock.now() + LIFETIME
        mine = {"_id": {"$in": [str(party) for party in parties]}, "holder": self._holder}
        await self._lanes.update_many(mine, {"$set": {"until": until}})
        kept = {row["_id"] async for row in self._lanes.find(mine, {"_id": 1})}
        for party in parties:
            self._noted(party, None if str(party) in kept else DuplicateKey("taken by another"), until)

    async def give_back(self) -> None:
        """Whoever is next need not wait until they end."""
        if self._until:
            mine = {"_id": {"$in": [str(party) for party in self._until]}, "holder": self._holder}
            self._until.clear()
            await self._lanes.update_many(mine, {"$set": {"until": self._clock.now()}})
