"""What partners see of each EVSE, since when, and that they hear of every change.

A change is written down before it is announced and ticked off afterwards, so that one that fell into a crash
is announced at the next start. An announcement names the EVSE only: what it looks like is read when it is
sent.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Final, Protocol

from cpo_adapter.stations.model import Inventory, Spot
from cpo_adapter.stations.sight_store import SeenStatus, SightStore
from cpo_adapter.stations.states import States
from cpo_adapter.stations.status import GRACE, evse_status
from ocpi.process.clock import Clock
from ocpi.process.tasks import Supervisor

Tends = Callable[[str], Awaitable[bool]]
_OVERLAP: Final = timedelta(seconds=2)
"""What was written first may become visible last."""

_AT_ONCE: Final = 200
_LOOKS_AT_ONCE: Final = 64


async def alone(station: str) -> bool:  # noqa: ARG001 - there is nobody else
    """Whether this process is the one to look at a station."""
    return True


class EvseAnnouncer(Protocol):
    async def evse_changed(self, location_id: str, evse_uid: str) -> None:
        """Mark the EVSE for every partner that may see it."""


class Sight:
    """A `Follower` of the registry: who is out of sight for long has no known status.

    Of several processes one `tends` a station; what the others write down is seen by `refresh`.
    """

    def __init__(
        self,
        *,
        inventory: Inventory,
        states: States,
        store: SightStore,
        announcer: EvseAnnouncer,
        supervisor: Supervisor,
        clock: Clock,
        tends: Tends = alone,
    ) -> None:
        self._inventory = inventory
        self._states = states
        self._store = store
        self._announcer = announcer
        self._supervisor = supervisor
        self._clock = clock
        self._tends = tends
        self._places = asyncio.Semaphore(_LOOKS_AT_ONCE)
        self._seen: dict[str, SeenStatus] = {}
        self._later: Counter[tuple[str, int]] = Counter()
        self._seen_to: datetime | None = None
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def start(self) -> None:
        """Announce what changed while nobody looked, and watch for stations that do not return."""
        self._seen = await self._store.statuses()
        stations = iter([station.identity for station in self._inventory.stations()])
        while some := list(islice(stations, _AT_ONCE)):
            await asyncio.gather(*(self._look(station, 0) for station in some))
            for station in some:
                self.look_later(station, after_s=GRACE.total_seconds())

    def look_around(self) -> None:
        """At every station, in place of a process that is gone."""
        for station in self._inventory.stations():
            self.look(station.identity)

    async def refresh(self) -> None:
        since = self._seen_to and self._seen_to - _OVERLAP
        for uid, seen, at in await self._store.put_since(since):
            self._seen_to = max(self._seen_to or at, at)
            self._seen[uid] = seen

    def seen(self, uid: str) -> SeenStatus | None:
        """None for an EVSE that nobody has looked at yet."""
        return self._seen.get(uid)

    def look(self, station: str, number: int = 0) -> None:
        """Soon compare what partners were told with how it is; nobody need wait.

        At the EVSE that OCPP numbers so, or with 0 at all EVSEs of the station.
        """
        self._supervisor.start(f"look at {station}", partial(self._look, station, number), restart=True)

    def look_later(self, station: str, number: int = 0, *, after_s: float) -> None:
        """Whoever asks again for the same starts the wait anew."""
        self._later[station, number] += 1
        later = partial(self._look_later, station, number, after_s)
        self._supervisor.start(f"look at {station} later", later)

    def came(self, station: str) -> None:
        self._states.came(station)
        self.look(station)

    def came_elsewhere(self, station: str) -> None:
        """To another process, which looks at it."""
        self._states.came(station)

    def went(self, station: str) -> None:
        self._states.went(station, self._clock.now())
        self.look_later(station, after_s=GRACE.total_seconds())

    async def _look_later(self, station: str, number: int, after_s: float) -> None:
        asked = self._later[station, number]
        await self._clock.sleep(after_s)
        if asked == self._later[station, number]:
            self.look(station, number)

    async def _look(self, station: str, number: int) -> None:
        """One at a time for each station, so that partners hear of changes in their order.

        And not too many at all: when thousands of stations change at once, their answers come first.
        """
        async with self._turns[station], self._places:
            if not await self._tends(station):
                return
            for spot in self._inventory.spots(station):
                if number in (0, spot.evse.number):
                    await self._look_at(spot)

    async def _look_at(self, spot: Spot) -> None:
        now = self._clock.now()
        status = evse_status(spot.station, spot.evse, self._states.of(spot.station.identity), now)
        seen = self._seen.get(spot.evse.uid)
        if seen is None or seen.status is not status:
            seen = SeenStatus(status, now, announced=False)
            await self._store.put_status(spot.evse.uid, seen)
            self._seen[spot.evse.uid] = seen
        if not seen.announced:
            await self._announce(spot, seen)

    async def _announce(self, spot: Spot, seen: SeenStatus) -> None:
        await self._announcer.evse_changed(spot.site.id, spot.evse.uid)
        told = SeenStatus(seen.status, seen.since, announced=True)
        await self._store.put_status(spot.evse.uid, told)
        self._seen[spot.evse.uid] = told
