"""Fills the lanes of this process from the marks that are due, for as long as it holds their leases.

Parties that are well are asked for together, and get what one trip brings, or else each by itself; one in
trouble is asked for by itself, and gets its probe.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from ocpi.delivery.keeper import Keeper
from ocpi.delivery.lane import LOW, Lane
from ocpi.delivery.leases import LIFETIME, Leases
from ocpi.delivery.marks import Mark
from ocpi.delivery.outbox import Outbox
from ocpi.delivery.troubles import Troubles
from ocpi.process.clock import Clock
from schemas.kinds import PartyId

PARTIES_AT_ONCE: Final = 50
EACH: Final = LOW + 4
"""Per party of a trip: more than can be at hand of it already, so that every trip brings something new."""
LEAST: Final = 64
ALONE: Final = 64
"""For one party, where many lack much."""
ASKED_AGAIN: Final = LIFETIME / 4
"""When it is looked again whether somebody else still holds a lease."""


class Fetching:
    def __init__(
        self, *, outbox: Outbox, leases: Leases, troubles: Troubles, keeper: Keeper, clock: Clock
    ) -> None:
        self._outbox = outbox
        self._leases = leases
        self._troubles = troubles
        self._keeper = keeper
        self._clock = clock

    async def fill(self, lanes: Iterable[Lane]) -> bool:
        """Whether anybody had room for more."""
        hungry = [lane for lane in lanes if lane.is_hungry(self._clock.now())]
        if not hungry:
            return False
        await self._take(hungry)
        mine = [lane for lane in hungry if lane.is_hungry(self._clock.now())]
        well = [lane for lane in mine if lane.failures == 0]
        for begin in range(0, len(well), PARTIES_AT_ONCE):
            await self._fill(well[begin : begin + PARTIES_AT_ONCE])
        for lane in mine:
            if lane.failures:
                await self._fill_one(lane)
        return True

    async def _take(self, lanes: Sequence[Lane]) -> None:
        """Whoever is not this process's is let go; whoever has just become so is as another left it."""
        new = [lane for lane in lanes if not self._leases.holds(lane.party)]
        taken = await self._leases.take_each([lane.party for lane in lanes])
        known = await self._troubles.of([lane.party for lane in new]) if new else {}
        for lane in new:
            lane.resume(known.get(lane.party))
        await self._let_go([lane for lane in lanes if lane.party not in taken])

    async def _let_go(self, lanes: Sequence[Lane]) -> None:
        """For a while, and no longer than until the lease ends: its holder may be no more."""
        if not lanes:
            return
        asked_again = self._clock.now() + ASKED_AGAIN
        ends = await self._leases.end([lane.party for lane in lanes])
        for lane in lanes:
            lane.let_go(min(asked_again, ends.get(lane.party, asked_again)))

    async def _fill(self, lanes: Sequence[Lane]) -> None:
        limit = max(LEAST, EACH * len(lanes))
        for lane in lanes:
            lane.is_asked_for()
        marks = await self._outbox.due_to_each([lane.party for lane in lanes], limit)
        found: dict[PartyId, list[Mark]] = {}
        for mark in marks:
            found.setdefault(mark.due.to, []).append(mark)
        for lane in lanes:
            lane.take_in(found.get(lane.party, ()))
        if len(marks) == limit:
            cut_at = str(marks[-1].due.to)
            for lane in lanes:
                if str(lane.party) >= cut_at:
                    await self._fill_alone(lane)

    async def _fill_alone(self, lane: Lane) -> None:
        """Others lack more than one trip brings: who comes after them need not wait until they have it."""
        lane.is_asked_for()
        marks = await self._outbox.due_to(lane.party, ALONE)
        lane.take_in(marks)
        lane.has_more = lane.has_more or len(marks) == ALONE

    async def _fill_one(self, lane: Lane) -> None:
        """What was for now or never is over with the rest."""
        if lane.trouble is not None and self._keeper.is_strict(lane.party):
            await self._outbox.forgo(lane.party, before=lane.trouble.rests_until)
        lane.is_asked_for()
        marks = await self._outbox.due_to(lane.party, 1 + lane.busy)
        lane.take_in(marks)
        lane.has_more = lane.has_more or bool(marks)
