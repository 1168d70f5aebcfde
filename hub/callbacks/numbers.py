"""Numbers in place of reservation ids, for CPOs of 2.1.1, which knows no other.

One eMSP has its own numbers, counted from far above those that somebody might use as ids; what once got a
number keeps it as long as a reservation may last, so that one that is changed is the same one.
Spec: 2.1.1 mod_commands, ReserveNow; 2.2.1 mod_commands, ReserveNow.
"""

from datetime import timedelta
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, DuplicateKey, Index, Mongo, ReturnDocument
from schemas.kinds import PartyId

COLLECTION: Final = "reservation_numbers"
FIRST: Final = 2**30
LIFETIME: Final = timedelta(days=90)
INDEXES = (Index(collection=COLLECTION, keys=(("expires_at", ASCENDING),), expire_after_s=0),)


class Numbers:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._numbers = mongo.collection(COLLECTION)
        self._clock = clock

    async def of(self, emsp: PartyId, reservation_id: str) -> int:
        """The number of a reservation id; ids are equal without case."""
        mine = {"_id": f"{emsp}|{reservation_id.lower()}"}
        found = await self._numbers.find_one(mine)
        if found is not None:
            return int(found["number"])
        number = await self._next(emsp)
        try:
            ends = self._clock.now() + LIFETIME
            await self._numbers.insert_one({**mine, "number": number, "expires_at": ends})
        except DuplicateKey:  # somebody asked at this moment: the other number is never used
            return await self.of(emsp, reservation_id)
        return number

    async def _next(self, emsp: PartyId) -> int:
        counted = await self._numbers.find_one_and_update(
            {"_id": f"{emsp}"},
            {"$inc": {"count": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return FIRST + int(counted["count"]) - 1
