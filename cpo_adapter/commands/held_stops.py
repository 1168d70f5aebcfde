"""Stops that wait for their stations, in MongoDB: promises whose results are still to come.

No process owns one. Whoever first finds out what became of it writes the result, and tells it; what the
others find out later is nobody's result any more. A stop may be held beyond its result.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cpo_adapter.commands.model import Promise
from cpo_adapter.commands.store import PROMISES, new_promise, promise_of
from cpo_adapter.sessions.transaction import Begin
from ocpi.client.results import Result
from ocpi.process.mongo import ASCENDING, Document, Mongo
from schemas import codec

TOLD_WITHIN: Final = timedelta(seconds=50)
"""Of the order: the result has to be there before the partner waits no longer (TIMEOUT_S)."""


@dataclass(frozen=True, slots=True)
class HeldStop:
    """`number` is ours and `name` the station's own of the transaction.

    The partner hears of it at `answer_by` at the latest, and has if it `is_answered`; nothing is sent from
    `until` on.
    """

    promise: Promise
    number: int
    name: str
    answer_by: datetime
    until: datetime
    is_answered: bool = False

    @property
    def station(self) -> str:
        return self.promise.station


def held_stop(promise: Promise, begin: Begin, held_for: timedelta) -> HeldStop:
    return HeldStop(promise, begin.number, begin.name, promise.at + TOLD_WITHIN, promise.at + held_for)


class HeldStops:
    def __init__(self, mongo: Mongo, *, life: str) -> None:
        """`life` names this process."""
        self._promises = mongo.collection(PROMISES)
        self._life = life

    async def add(self, stop: HeldStop) -> None:
        told = {"number": stop.number, "name": stop.name, "answer_by": stop.answer_by, "until": stop.until}
        await self._promises.insert_one(
            {**new_promise(stop.promise, self._life), "is_held": True, "held": told}
        )

    async def all(self) -> list[HeldStop]:
        """The oldest first."""
        return await self._found({"is_held": True})

    async def of(self, number: int) -> list[HeldStop]:
        """For that transaction."""
        return await self._found({"is_held": True, "held.number": number})

    async def decide(self, stop: HeldStop, result: Result) -> bool:
        """Whether this is its result, which this process has to tell; asked again, the answer is the same."""
        told = codec.dump(result)
        ours = {"result": told, "life": self._life, "is_open": True}
        change = {"result": told, "outcome": result.result, "life": self._life}
        wanted = {"_id": stop.promise.id, "$or": [{"result": None}, ours]}
        return bool((await self._promises.update_one(wanted, {"$set": change})).matched_count)

    async def release(self, stop: HeldStop, said: Result | None) -> None:
        """Nothing more is sent. `said`: what became of it at last, whatever the partner was told."""
        change = {"is_held": False, "held.said": said.result if said else None}
        await self._promises.update_one({"_id": stop.promise.id, "is_held": True}, {"$set": change})

    async def _found(self, wanted: Document) -> list[HeldStop]:
        return [_stop_of(each) async for each in self._promises.find(wanted).sort("at", ASCENDING)]


def _stop_of(stored: Document) -> HeldStop:
    held = stored["held"]
    return HeldStop(
        promise=promise_of(stored),
        number=held["number"],
        name=held["name"],
        answer_by=held["answer_by"],
        until=held["until"],
        is_answered=stored["result"] is not None,
    )
