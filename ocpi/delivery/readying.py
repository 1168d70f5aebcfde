"""From marks that may go to what is done with each: sent as it is now, held back, or dropped.

Everything that has to be looked up for some marks, of whichever parties, is looked up together.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ocpi.delivery.credits import Credits
from ocpi.delivery.marks import Mark
from ocpi.delivery.outbox import Outbox
from ocpi.delivery.send import Sender
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.process.clock import Clock
from schemas.kinds import ObjectKind

_NEXT_TO: Final = timedelta(milliseconds=1)  # the database's grain of time


@dataclass(frozen=True, slots=True)
class Send:
    mark: Mark
    record: Record


@dataclass(frozen=True, slots=True)
class Hold:
    """Something else goes first, and is looked at again `until` then."""

    mark: Mark
    until: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """There is nothing to tell any more, or nobody who should be told."""

    mark: Mark


Step = Send | Hold | Drop


class Readying:
    def __init__(
        self, *, outbox: Outbox, store: ObjectStore, sender: Sender, crediting: Credits, clock: Clock
    ) -> None:
        self._outbox = outbox
        self._store = store
        self._sender = sender
        self._credits = crediting
        self._clock = clock

    async def of(self, marks: Sequence[Mark]) -> list[Step]:
        """One step for each, in their order."""
        held, arrived = await self._behind(marks), await self._arrived(marks)
        records = await self._records([mark for mark in marks if mark.mark_id not in {*held, *arrived}])
        held |= await self._credits.hold(_bills(marks, records), self._clock.now())
        return [self._step(mark, records.get(mark.mark_id), held) for mark in marks]

    def _step(self, mark: Mark, record: Record | None, held: Mapping[str, datetime]) -> Step:
        if mark.mark_id in held:
            return Hold(mark, held[mark.mark_id])
        told = None if record is None else self._sender.as_told(mark, record)
        return Drop(mark) if told is None else Send(mark, told)

    async def _behind(self, marks: Sequence[Mark]) -> dict[str, datetime]:
        """What waits for another mark, or for an earlier state of its own object."""
        behind = {mark.mark_id: mark.due.behind for mark in marks if mark.due.behind}
        waiting = await self._outbox.wait_until(set(behind.values()))
        held = {name: waiting[first] + _NEXT_TO for name, first in behind.items() if first in waiting}
        earlier = await self._outbox.earlier_states([mark for mark in marks if mark.due.state is not None])
        return {**held, **{name: at + _NEXT_TO for name, at in earlier.items()}}

    async def _arrived(self, marks: Sequence[Mark]) -> set[str]:
        """Bills that were marked once more while they were delivered: by their owner's repetition of one, at
        this process or another, of which neither knew of the other's.
        """
        bills = [mark for mark in marks if mark.due.kind is ObjectKind.CDR and not mark.due.is_retold]
        return await self._outbox.receipts.among([mark.mark_id for mark in bills])

    async def _records(self, marks: Collection[Mark]) -> dict[str, Record]:
        """By mark: the object as it is now, or the state of it that is owed."""
        wanted = {mark.due.object_id for mark in marks if mark.due.state is None}
        kept = await self._store.by_ids(wanted) if wanted else {}
        found = {mark.mark_id: mark.due.state or kept.get(mark.due.object_id) for mark in marks}
        return {name: record for name, record in found.items() if record is not None}


def _bills(marks: Sequence[Mark], records: Mapping[str, Record]) -> list[tuple[Mark, Record]]:
    return [
        (mark, records[mark.mark_id])
        for mark in marks
        if mark.due.kind is ObjectKind.CDR and mark.mark_id in records
    ]
