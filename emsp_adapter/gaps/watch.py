"""Looks once a minute which charges lack something by now; of several processes one does.

Before anybody is alarmed the CPO is asked again, in a window that reaches back before the charge. One that
cannot be asked is asked hourly, for a day: then the operator is told all the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Final, Protocol

from emsp_adapter.gaps.metrics import GapMetrics
from emsp_adapter.gaps.model import GapKind, Later, Patience, Verdict, bill_missing
from emsp_adapter.gaps.reading import Reading
from emsp_adapter.gaps.store import Gap, GapStore
from ocpi.errors import OcpiError
from ocpi.objects.store import ObjectStore
from ocpi.process.clock import Clock
from ocpi.process.duty import Duty
from ocpi.process.tasks import Supervisor
from ocpi.pulling.turns import Turns
from schemas.kinds import ObjectKey, ObjectKind, PartyId

LOOK_EVERY_S: Final = 60.0
ASKED_AGAIN: Final = timedelta(hours=1)
BEFORE: Final = timedelta(days=1)
"""So much older than the charge itself may the date be of what is missing of it."""
_AT_ONCE: Final = 500


class Ask(Protocol):
    async def __call__(self, cpo: PartyId, kind: ObjectKind, since: datetime) -> None:
        """Fetch what a CPO lists from then on. Raises OcpiError."""


class Watch:
    """`turns` are those of whoever else fetches lists."""

    def __init__(
        self,
        *,
        store: ObjectStore,
        gaps: GapStore,
        reading: Reading,
        ask: Ask,
        turns: Turns,
        patience: Patience,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._store = store
        self._gaps = gaps
        self._reading = reading
        self._ask = ask
        self._turns = turns
        self._patience = patience
        self._supervisor = supervisor
        self._clock = clock
        self._asking: set[tuple[PartyId, ObjectKind]] = set()

    async def run(self, duty: Duty, metrics: GapMetrics) -> None:
        while True:
            if await duty.is_ours():
                await self.look()
            await metrics.refresh()
            await self._clock.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """CPOs are asked by tasks of their own: one does not wait for another."""
        await self._reading.go_on()
        due = await self._gaps.due(self._clock.now(), _AT_ONCE)
        missing = [gap for gap in due if await self._is_missing(gap)]
        for (cpo, kind), gaps in groupby(sorted(missing, key=_asked), _asked):
            ask = partial(self._ask_for, cpo, kind, list(gaps))
            if (cpo, kind) not in self._asking:
                self._asking.add((cpo, kind))
                self._supervisor.start(f"ask {cpo} for {kind}s that are missing", ask)

    async def _is_missing(self, gap: Gap) -> bool:
        if gap.kind is GapKind.CDR_WITHOUT_SESSION:
            return True
        session = await self._store.get(ObjectKey(ObjectKind.SESSION, gap.cpo, gap.id))
        match bill_missing(session, self._clock.now(), self._patience):
            case Later(at=at):
                await self._gaps.postpone(gap, at)
            case Verdict.NOTHING:
                await self._gaps.forget(gap)
            case Verdict.MISSING:
                return True
        return False

    async def _ask_for(self, cpo: PartyId, kind: ObjectKind, gaps: Sequence[Gap]) -> None:
        since = min(gap.started_at for gap in gaps) - BEFORE
        try:
            if await self._turns.in_turn(cpo, partial(self._ask, cpo, kind, since)):
                await self._answered(gaps)
        except OcpiError as error:
            await self._unanswered(gaps, error.text)
        finally:
            self._asking.discard((cpo, kind))

    async def _answered(self, gaps: Sequence[Gap]) -> None:
        await self._reading.go_on()
        await self._gaps.open(gaps, self._clock.now())

    async def _unanswered(self, gaps: Sequence[Gap], trouble: str) -> None:
        now = self._clock.now()
        await self._gaps.unanswered(gaps, now, now + ASKED_AGAIN, trouble)
        long_since = now - self._patience.answer_within
        tired = [gap for gap in gaps if gap.asked_since is not None and gap.asked_since <= long_since]
        await self._gaps.open(tired, now)


def _asked(gap: Gap) -> tuple[PartyId, ObjectKind]:
    return gap.cpo, gap.kind.lacks
