"""Looks once a minute whose lists are to be fetched; of several processes one does.

A party that was away is asked what has changed once it is back, and so is everybody after an outage of our
own. A process that dies while it fetches takes nothing along: it stays due.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final, TypeAlias

from ocpi.process.clock import Clock
from ocpi.process.duty import Duty
from ocpi.process.tasks import Supervisor
from ocpi.pulling.absence import Absence
from ocpi.pulling.fetching import Fetching, Visit
from ocpi.pulling.hearing import Hearing
from ocpi.pulling.lists import Lists
from ocpi.pulling.rhythm import NOTHING, Extent, Fetched, due
from ocpi.pulling.store import FetchStore
from schemas.kinds import PartyId

LOOK_EVERY_S: Final = 60.0
OUTAGE: Final = timedelta(minutes=10)

_Known: TypeAlias = Mapping[tuple[PartyId, str], Fetched]


class Keeping:
    def __init__(
        self,
        *,
        lists: Lists,
        absence: Absence,
        hearing: Hearing,
        store: FetchStore,
        fetching: Fetching,
        duty: Duty,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._lists = lists
        self._absence = absence
        self._hearing = hearing
        self._store = store
        self._fetching = fetching
        self._duty = duty
        self._supervisor = supervisor
        self._clock = clock
        self._looked_at_then: set[PartyId] = set()
        self._one_look_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        while True:
            await self._look_if_ours()
            await self._clock.sleep(LOOK_EVERY_S)

    def look_soon(self) -> None:
        """Something may be due that was not a moment ago."""
        self._supervisor.start("look what is to be fetched", self._look_if_ours)

    async def look(self) -> None:
        """What is to be fetched is fetched by tasks of its own."""
        async with self._one_look_at_a_time:
            await self._after_an_outage()
            known = await self._store.known()
            for party in self._lists.parties():
                if self._fetching.goes_on(party):
                    self._looked_at_then.add(party)
                else:
                    await self._look_at(party, known)
            self._hearing.wait_for(self._failing(known), self.look_soon)

    async def want(self, party: PartyId, extent: Extent) -> None:
        """Of all lists of the party: it is due from now on, whatever else is."""
        for module in self._lists.modules_of(party):
            await self._store.want(party, module, extent)

    async def fetch_soon(self, party: PartyId, modules: Sequence[str], extent: Extent) -> None:
        """Begin, whatever is due; what goes on already goes on first. Raises UnknownObject."""
        for module in modules:
            self._lists.check(party, module)
        for module in modules:
            await self._store.want(party, module, extent)
        self._start(party, [(module, extent) for module in modules])

    def _start(self, party: PartyId, visit: Visit) -> None:
        if self._fetching.goes_on(party):
            self._looked_at_then.add(party)
        else:
            self._supervisor.start(f"fetch lists of {party}", partial(self._visit, party, visit))

    async def _visit(self, party: PartyId, visit: Visit) -> None:
        if not await self._fetching.visit(party, visit):
            self._looked_at_then.add(party)
        elif party in self._looked_at_then:
            self._looked_at_then.discard(party)
            self.look_soon()

    async def _look_if_ours(self) -> None:
        await self._listen()
        if await self._duty.is_ours():
            await self.look()

    async def _listen(self) -> None:
        heard = await self._hearing.news()
        if heard.all:
            await self._store.heard(self._lists.behind(heard.all), self._clock.now())
        if heard.returned:
            await self._store.were_away(self._lists.behind(heard.returned))

    async def _look_at(self, party: PartyId, known: _Known) -> None:
        is_away = await self._absence.of(party)
        of_party = {each: known.get((party, each), NOTHING) for each in self._lists.modules_of(party)}
        if is_away and not all(each.was_away for each in of_party.values()):
            await self._store.were_away([party])
        now = self._clock.now()
        extents = {module: due(each, party, now, is_away=is_away) for module, each in of_party.items()}
        visit = [(module, extent) for module, extent in extents.items() if extent is not None]
        if visit:
            self._start(party, visit)

    async def _after_an_outage(self) -> None:
        """Nobody could push anything to us while no process of ours looked."""
        now = self._clock.now()
        looked_at = await self._store.looked(now)
        if looked_at is not None and now - looked_at > OUTAGE:
            await self._store.all_were_away()

    def _failing(self, known: _Known) -> frozenset[str]:
        """Partners for whose call something waits."""
        failing = {party for (party, _), each in known.items() if each.failed_at or each.was_away}
        platforms = (self._lists.platform(party) for party in failing)
        return frozenset(each for each in platforms if each is not None)
