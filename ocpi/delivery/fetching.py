"""Fills the lanes of this process from the marks that are due, for as long as it holds their leases.

One trip brings a portion for each of some lanes, those first that were asked for the longest ago: whoever
lacks something new need not wait until the others, who may lack a day's worth, have all been round. One in
trouble gets its probe.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from ocpi.delivery.keeper import Keeper
from ocpi.delivery.lane import LOW, Lane
from ocpi.delivery.leases import LIFETIME, Leases
from ocpi.delivery.marks import Mark
from ocpi.delivery.outbox import Outbox, Portion
from ocpi.delivery.platforms import Platforms
from ocpi.delivery.troubles import Troubles
from ocpi.process.clock import Clock

PLATFORMS_AT_ONCE: Final = 32
EACH: Final = LOW + 4
"""For each of a trip: more than can be at hand of it already, so that every trip brings something new."""
LEAST: Final = 64
"""For all of a trip, if they lack so much."""
ASKED_AGAIN: Final = LIFETIME / 4
"""When it is looked again whether somebody else still holds a lease."""


class Fetching:
    def __init__(
        self,
        *,
        outbox: Outbox,
        platforms: Platforms,
        leases: Leases,
        troubles: Troubles,
        keeper: Keeper,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._platforms = platforms
        self._leases = leases
        self._troubles = troubles
        self._keeper = keeper
        self._clock = clock
        self._round = 0

    async def fill(self, lanes: Iterable[Lane]) -> bool:
        """Whether anybody had room for more. Not all of them need be those that got it."""
        hungry = self._hungry(lanes)
        if not hungry:
            return False
        self._round += 1
        first = sorted(hungry, key=lambda lane: lane.asked_in)[:PLATFORMS_AT_ONCE]
        await self._take(first)
        mine = self._hungry(first)
        for lane in mine:
            await self._forgo(lane)
        await self._fill(mine)
        return True

    def _hungry(self, lanes: Iterable[Lane]) -> list[Lane]:
        now = self._clock.now()
        return [lane for lane in lanes if lane.is_hungry(now)]

    async def _take(self, lanes: Sequence[Lane]) -> None:
        """Whoever is not this process's is let go; whoever has just become so is as another left it."""
        new = [lane for lane in lanes if not self._leases.holds(lane.platform)]
        taken = await self._leases.take_each([lane.platform for lane in lanes])
        if new:
            await self._resume([lane for lane in new if lane.platform in taken])
        await self._let_go([lane for lane in lanes if lane.platform not in taken])

    async def _resume(self, lanes: Sequence[Lane]) -> None:
        """Something may wait under addresses that this process never had to do with."""
        known = await self._troubles.of([lane.platform for lane in lanes])
        waiting = await self._outbox.addresses_waiting() if known else []
        for lane in lanes:
            lane.resume(known.get(lane.platform))
            if lane.trouble is not None:
                lane.addresses.update(self._platforms.among(lane.platform, waiting))

    async def _let_go(self, lanes: Sequence[Lane]) -> None:
        """For a while, and no longer than until the lease ends: its holder may be no more."""
        if not lanes:
            return
        asked_again = self._clock.now() + ASKED_AGAIN
        ends = await self._leases.end([lane.platform for lane in lanes])
        for lane in lanes:
            lane.let_go(min(asked_again, ends.get(lane.platform, asked_again)))

    async def _forgo(self, lane: Lane) -> None:
        """What was for now or never is over with the rest."""
        if lane.trouble is not None and self._keeper.is_strict(lane.platform):
            await self._outbox.forgo(lane.addresses, before=lane.trouble.rests_until)

    async def _fill(self, lanes: Sequence[Lane]) -> None:
        portions = {lane.platform: self._portion(lane, len(lanes)) for lane in lanes}
        for lane in lanes:
            lane.is_asked_for()
            lane.asked_in = self._round
        wanted = [each for each in portions.values() if each.addresses]
        marks = await self._outbox.due_to_each(wanted) if wanted else []
        found: dict[str, list[Mark]] = {}
        for mark in marks:
            found.setdefault(self._platforms.of(mark.due.address), []).append(mark)
        for lane in lanes:
            theirs = found.get(lane.platform, [])
            lane.take_in(theirs)
            lane.has_more = lane.has_more or len(theirs) >= portions[lane.platform].at_most

    def _portion(self, lane: Lane, among: int) -> Portion:
        """Of what was its own and is another's now it wants nothing any more."""
        lane.addresses.intersection_update(self._platforms.among(lane.platform, lane.addresses))
        at_most = max(EACH, LEAST // among) if lane.failures == 0 else 1 + lane.busy
        return Portion(tuple(lane.addresses), at_most)
