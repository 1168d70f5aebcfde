"""Goes through what is marked as news, tells it, and takes the mark away.

One process does it for all; should two do so for a moment, the second finds the messages there. The mark is
taken from exactly what was read: what changed meanwhile is news again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from emsp_adapter.errands import store as errands
from emsp_adapter.errands.model import Errand, State
from emsp_adapter.webhooks.event import Event, EventType
from emsp_adapter.webhooks.news import NEWS, TOLD, Doubts, events, told_of
from emsp_adapter.webhooks.teller import Teller
from ocpi.objects import documents, selection
from ocpi.objects.verdicts import Verdicts
from ocpi.process.clock import Clock
from ocpi.process.duty import Duty
from ocpi.process.logs import logger
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo, UpdateOne
from schemas.kinds import ObjectKind

log = logger(__name__)

_MARKED: Final = {NEWS: True}
INDEXES: Final = (
    Index(collection=selection.COLLECTION, keys=((NEWS, ASCENDING), ("_id", ASCENDING)), partial=_MARKED),
    Index(collection=errands.COLLECTION, keys=((NEWS, ASCENDING),), partial=_MARKED),
)
LOOK_EVERY_S: Final = 1.0
_AT_ONCE: Final = 200
_AUDITED_WITHIN: Final = timedelta(minutes=1)
_SETTLED: Final = frozenset({State.REFUSED, State.FAILED, State.TIMED_OUT, State.DONE, State.CANCELED})


class Newsroom:
    def __init__(self, *, mongo: Mongo, teller: Teller, verdicts: Verdicts, duty: Duty, clock: Clock) -> None:
        self._objects = mongo.collection(selection.COLLECTION)
        self._errands = mongo.collection(errands.COLLECTION)
        self._teller = teller
        self._verdicts = verdicts
        self._duty = duty
        self._clock = clock

    async def run(self) -> None:
        while True:
            if await self._duty.is_ours():
                await self.look()
            await self._clock.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """All that is marked now."""
        await self._look_at_errands()
        after: object = None
        while rows := await self._marked(after):
            await self._look_at(rows)
            after = rows[-1]["_id"]

    async def _marked(self, after: object) -> list[Document]:
        """In the order of their ids, so that what has to wait holds up nothing."""
        wanted = {**_MARKED, **({} if after is None else {"_id": {"$gt": after}})}
        found = self._objects.find(wanted).sort("_id", ASCENDING).limit(_AT_ONCE)
        rows: list[Document] = await found.to_list(None)
        return rows

    async def _look_at(self, rows: Sequence[Document]) -> None:
        bills = [row["_id"] for row in rows if row["kind"] == ObjectKind.CDR]
        verdicts = await self._verdicts.of(bills) if bills else {}
        now = self._clock.now()
        ready = [row for row in rows if _is_ready(row, verdicts, now)]
        if not ready:
            return
        found = (_events(row, _doubts(verdicts.get(row["_id"])), now) for row in ready)
        await self._teller.tell([event for of_row in found for event in of_row])
        await self._objects.bulk_write([_unmarked(row) for row in ready], ordered=False)

    async def _look_at_errands(self) -> None:
        rows = await self._errands.find(_MARKED).limit(_AT_ONCE).to_list(None)
        if rows:
            settled = [errand for errand in map(errands.read, rows) if errand.state in _SETTLED]
            now = self._clock.now()
            await self._teller.tell([_of_errand(each, now) for each in settled])
            await self._errands.bulk_write([_errand_unmarked(row) for row in rows], ordered=False)


def _unmarked(row: Document) -> UpdateOne:
    unchanged = {name: row[name] for name in ("_id", "digest", "deleted")}
    return UpdateOne(unchanged, {"$set": {NEWS: False, TOLD: told_of(documents.record(row))}})


def _errand_unmarked(row: Document) -> UpdateOne:
    return UpdateOne({"_id": row["_id"], "revision": row["revision"]}, {"$set": {NEWS: False}})


def _events(row: Document, doubts: Doubts, now: datetime) -> list[Event]:
    """One object that cannot be read does not keep the others from being told."""
    try:
        return events(documents.record(row), row.get(TOLD), doubts, now)
    except Exception:
        log.exception("news cannot be told", object=row["_id"])
        return []


def _is_ready(row: Document, verdicts: Mapping[str, Document], now: datetime) -> bool:
    """A bill is told with what was found in it; one that nobody examines is told all the same."""
    if row["kind"] != ObjectKind.CDR or row["_id"] in verdicts:
        return True
    return bool(row["received_at"] + _AUDITED_WITHIN <= now)


def _doubts(verdict: Document | None) -> Doubts:
    return Doubts(tuple(str(each["code"]) for each in verdict["findings"]) if verdict else ())


def _of_errand(errand: Errand, at: datetime) -> Event:
    """What became of a command: `state` says it, `result` is the word of the CPO."""
    word = errand.cancellation or errand.result or errand.response
    data = {
        "object": "command",
        "id": errand.id,
        "action": errand.action,
        "cpo": str(errand.cpo),
        "state": errand.state,
        "result": None if word is None else word.value,
        "sessions": list(errand.sessions),
    }
    return Event(EventType.COMMAND_RESULT, f"{errand.id}|{errand.state}", at, data)
