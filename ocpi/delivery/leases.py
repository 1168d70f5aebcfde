"""Which process delivers to which party.

Several processes may work on one database; each party is served by one of them at a time, so that an object
is never on the way twice. A lease is renewed while it is in use, and free again a few seconds after its
holder fell silent. A process that comes back under its old name takes its own leases up again at once.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.mongo import DuplicateKey, Mongo
from schemas.kinds import PartyId

COLLECTION: Final = "lanes"
LIFETIME: Final = timedelta(seconds=10)
RENEWED_EVERY_S: Final = 3.0


class Leases:
    """`holder` names this process, and the same process after a restart: host and port."""

    def __init__(self, mongo: Mongo, clock: Clock, holder: str) -> None:
        self._lanes = mongo.collection(COLLECTION)
        self._clock = clock
        self._holder = holder
        self._taken: dict[PartyId, datetime] = {}

    async def take(self, party: PartyId) -> bool:
        """Whether this process may deliver to the party, for half of LIFETIME at least."""
        now = self._clock.now()
        if self._taken.get(party, now) > now + LIFETIME / 2:
            return True
        free = {"_id": str(party), "$or": [{"holder": self._holder}, {"until": {"$lte": now}}]}
        try:
            await self._lanes.update_one(
                free, {"$set": {"holder": self._holder, "until": now + LIFETIME}}, upsert=True
            )
        except DuplicateKey:
            return False
        self._taken[party] = now + LIFETIME
        return True

    async def renew(self, parties: Collection[PartyId]) -> None:
        """For another LIFETIME, as far as they are still this process's."""
        if not parties:
            return
        mine = {"_id": {"$in": [str(party) for party in parties]}, "holder": self._holder}
        await self._lanes.update_many(mine, {"$set": {"until": self._clock.now() + LIFETIME}})
