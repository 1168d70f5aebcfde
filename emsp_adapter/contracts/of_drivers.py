"""Which contracts drivers have, by the back office's own references of them."""

from collections.abc import Awaitable, Callable, Collection
from typing import Final

from emsp_adapter.contracts.store import COLLECTION
from ocpi.process.mongo import ASCENDING, Index, Mongo

INDEXES: Final = (Index(collection=COLLECTION, keys=(("contract.driver", ASCENDING),)),)
ContractsOf = Callable[[Collection[str]], Awaitable[set[str]]]
"""The contracts of drivers, by their bare ids."""


class DriverContracts:
    def __init__(self, mongo: Mongo) -> None:
        self._contracts = mongo.collection(COLLECTION)

    async def of(self, drivers: Collection[str]) -> set[str]:
        found = self._contracts.find({"contract.driver": {"$in": list(drivers)}}, {"_id": 1})
        return {document["_id"] async for document in found}
