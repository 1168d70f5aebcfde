"""All that one party lacks, a few deliveries at a time.

A party in trouble costs one probe after each rest, and holds up nobody else. An object that is refused waits
by itself; what is behind another mark goes after it. Whatever goes wrong, the mark stays.
"""

import asyncio
import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from ocpi.delivery.credits import Credits
from ocpi.delivery.outbox import Mark, Outbox
from ocpi.delivery.policy import Facts, Park, Retry, decide, is_refusal, rest
from ocpi.delivery.send import Sender
from ocpi.errors import DeliveryError, Unregistered, Withheld
from ocpi.objects.store import ObjectStore
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from schemas.kinds import ObjectKind, PartyId

log = logger(__name__)

AT_ONCE: Final = 8
BATCH: Final = 64
OUTAGE: Final = 3
"""After so many failures in a row, an answer means that the party is back."""
_NEXT_TO: Final = timedelta(milliseconds=1)  # the database's grain of time


@dataclass(frozen=True, slots=True)
class Tools:
    """What deliveries to every party work with."""

    outbox: Outbox
    store: ObjectStore
    sender: Sender
    credits: Credits
    clock: Clock


class Lane:
    """`rests_until`: no sooner is it worth a try."""

    def __init__(self, party: PartyId, tools: Tools) -> None:
        self.party = party
        self.rests_until: datetime | None = None
        self._with = tools
        self._failures = 0

    async def drain(self) -> None:
        """Deliver until nothing is due, or the party is found to be in trouble."""
        self.rests_until = None
        while marks := await self._with.outbox.due_to(self.party, 1 if self._failures else BATCH):
            batch = {mark.due.mark_id for mark in marks}
            await self._deliver_all(mark for mark in marks if mark.due.behind not in batch)
            await self._deliver_all(mark for mark in marks if mark.due.behind in batch)
            if self.rests_until is not None:
                return

    async def _deliver_all(self, marks: Iterable[Mark]) -> None:
        queue = deque(marks)

        async def work() -> None:
            while queue and self.rests_until is None:
                await self._attempt(queue.popleft())

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(AT_ONCE, len(queue))):
                workers.create_task(work())

    async def _attempt(self, mark: Mark) -> None:
        try:
            await self._deliver(mark)
        except DeliveryError as error:
            await self._failed(mark, error)
        except Exception:
            log.exception("delivery broke", object=mark.due.label, to=str(self.party))
            await self._failed(mark, DeliveryError("the delivery broke here; the log says why"))

    async def _deliver(self, mark: Mark) -> None:
        due = mark.due
        first = await self._with.outbox.waits_until(due.behind) if due.behind else None
        if first is not None:
            await self._with.outbox.wait(mark, first + _NEXT_TO)
            return
        record = await self._with.store.get_by_id(due.object_id)
        if record is None or not self._with.sender.is_wanted(mark, record):
            await self._with.outbox.drop(mark)
            log.info("delivery dropped", object=due.label, to=str(self.party))
            return
        credited = await self._with.credits.waits_until(mark, record, self._with.clock.now())
        if credited is not None:
            await self._with.outbox.wait(mark, credited)
            return
        location = await self._with.sender.deliver(mark, record)
        await self._with.outbox.delivered(mark, location)
        log.info("delivered", object=due.label, to=str(self.party), attempts=mark.attempts + 1)
        await self._reached()

    async def _reached(self) -> None:
        was_away, self._failures = self._failures >= OUTAGE, 0
        if was_away:
            await self._with.outbox.hurry(self.party)

    async def _failed(self, mark: Mark, error: DeliveryError) -> None:
        log.warning("delivery failed", object=mark.due.label, to=str(self.party), error=error.text)
        refused = is_refusal(error)
        if refused:
            await self._reached()
        elif not isinstance(error, (Withheld, Unregistered)):
            self._rest(error)
        match decide(self._facts(mark, error, refused=refused)):
            case Retry(at=at):
                await self._with.outbox.postpone(mark, at, error.text, refused=refused)
            case Park(reason=reason):
                await self._with.outbox.park(mark, reason)
                log.error("delivery parked", object=mark.due.label, to=str(self.party), reason=reason)
            case other:
                assert_never(other)

    def _rest(self, error: DeliveryError) -> None:
        """Deliveries that were under way together fail together, and count as one failure."""
        if self.rests_until is None:
            self._failures += 1
            self.rests_until = self._with.clock.now() + rest(self._failures, error, _spread())

    def _facts(self, mark: Mark, error: DeliveryError, *, refused: bool) -> Facts:
        return Facts(
            error=error,
            attempts=1 + (mark.refusals if refused else mark.attempts),
            since=mark.since,
            now=self._with.clock.now(),
            is_bill=mark.due.kind is ObjectKind.CDR,
            spread=_spread(),
        )


def _spread() -> float:
    return random.random()  # noqa: S311 - jitter, not a secret
