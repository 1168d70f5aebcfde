"""Up to which bill, in the order in which they came, every one has a row. It only rises."""

from typing import Final

from ocpi.process.mongo import Mongo

COLLECTION: Final = "bill_sweeps"
_WHICH: Final = {"_id": "rows"}


class SweepMark:
    def __init__(self, mongo: Mongo) -> None:
        self._marks = mongo.collection(COLLECTION)

    async def get(self) -> int:
        held = await self._marks.find_one(_WHICH)
        return 0 if held is None else int(held["seq"])

    async def set(self, seq: int) -> None:
        await self._marks.update_one(_WHICH, {"$max": {"seq": seq}}, upsert=True)
