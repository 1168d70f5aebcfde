"""Facts and questions of many transactions at the same time, in one trip to the database each.

A station waits for its answer and says nothing meanwhile, so what comes together is of many stations.
"""

from collections.abc import Sequence

from ocpi.process.batches import Batches
from ocpi.process.mongo import Collection, Document, InsertOne, Write, Written, write_each
from ocpi.process.tasks import Supervisor


class Crowded:
    """Without a supervisor each goes alone."""

    def __init__(
        self, transactions: Collection, facts: Collection, supervisor: Supervisor | None = None
    ) -> None:
        self._transactions = transactions
        self._facts = facts
        self._inserting = Batches("add facts", self._insert_all, supervisor) if supervisor else None
        self._finding = Batches("find transactions", self._find_all, supervisor) if supervisor else None

    async def insert(self, fact: Document) -> None:
        """Raises DuplicateKey for one that is there already."""
        if self._inserting is None:
            await self._facts.insert_one(fact)
        else:
            await self._inserting.add(fact["_id"], InsertOne(fact))

    async def find(self, number: int) -> Document | None:
        """Whose it is and whether it has ended: `station`, `end`."""
        if self._finding is None:
            return (await self._find_all([number]))[0]
        return await self._finding.add(str(number), number)

    async def _insert_all(self, writes: Sequence[Write]) -> list[Written | Exception]:
        return await write_each(self._facts, writes)

    async def _find_all(self, numbers: Sequence[int]) -> list[Document | None]:
        wanted = {"_id": {"$in": list(numbers)}}
        told = self._transactions.find(wanted, {"station": 1, "end": 1})
        found = {each["_id"]: each async for each in told}
        return [found.get(number) for number in numbers]
