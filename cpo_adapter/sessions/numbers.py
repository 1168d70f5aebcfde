"""The numbers by which OCPP 1.6 names transactions: 31 bits, each given once for ever.

They are leased from the database in blocks, so that a start can be answered while it is away; what a process
that dies had left of its block is skipped. A number that was given in such a time means the transaction that
its start turns out to be, which may have had a number before.
Spec: OCPP 1.6, StartTransaction.conf (the Central System supplies the id).
"""

import asyncio
from collections import deque
from datetime import UTC, datetime
from typing import Final

from cpo_adapter.sessions.store import TRANSACTIONS
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, Index, Mongo, ReturnDocument

COUNTERS: Final = "counters"
GIVEN: Final = "given_numbers"
INDEXES = (Index(collection=GIVEN, keys=(("told_as", ASCENDING),)),)

LARGEST_NUMBER: Final = 2**31 - 1
A_BLOCK: Final = 1000
_NUMBERS_SINCE: Final = datetime(2020, 1, 1, tzinfo=UTC)


class NumbersExhausted(Exception):
    """OCPP 1.6 has 31 bits for the number of a transaction, and all have been given out."""


class Numbers:
    """Those that this process has leased and not given yet."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._counters = mongo.collection(COUNTERS)
        self._clock = clock
        self._left: deque[int] = deque()
        self._one_at_a_time = asyncio.Lock()

    async def take(self) -> int:
        """1 to 2^31-1. Raises NumbersExhausted; DriverError only where none is left of those leased."""
        while not self._left:
            async with self._one_at_a_time:
                if not self._left:
                    await self._lease()
        return self._left.popleft()  # without waiting for another block that may be on its way

    async def stock_up(self) -> None:
        """Have at least a block. Raises as `take`."""
        async with self._one_at_a_time:
            if len(self._left) < A_BLOCK:
                await self._lease()

    async def _lease(self) -> None:
        """Never below the seconds since 2020: a database restored from yesterday's backup gives no number
        again that it gave since, as long as fewer than one transaction a second begin on average.
        """
        floor = max(1, int((self._clock.now() - _NUMBERS_SINCE).total_seconds()))
        last = {"$add": [{"$max": [{"$add": [{"$ifNull": ["$last", 0]}, 1]}, floor]}, A_BLOCK - 1]}
        counter = await self._counters.find_one_and_update(
            {"_id": "transaction"},
            [{"$set": {"last": last}}],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        end = int(counter["last"])
        if end > LARGEST_NUMBER:
            raise NumbersExhausted("no number is left for a transaction")
        self._left.extend(range(end - A_BLOCK + 1, end + 1))


class GivenNumbers:
    """Which start was answered with which number; `told_as` is what the start says, not its message id."""

    def __init__(self, mongo: Mongo) -> None:
        self._given = mongo.collection(GIVEN)
        self._transactions = mongo.collection(TRANSACTIONS)

    async def to(self, told_as: str) -> int | None:
        """The first number that was given to a start."""
        found = await self._given.find_one({"told_as": told_as}, sort=[("_id", ASCENDING)])
        return None if found is None else int(found["_id"])

    async def meant(self, number: int, station: str) -> int | None:
        """The transaction that such a start turned out to be; its own number may be another one."""
        given = await self._given.find_one({"_id": number, "station": station})
        if given is None:
            return None
        found = await self._transactions.find_one({"told_as": given["told_as"]}, {"_id": 1})
        return None if found is None else int(found["_id"])
