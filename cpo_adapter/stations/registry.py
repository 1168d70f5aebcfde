"""Who is connected, and how to ask it something.

The newest connection of a station is the station's: it has shown the station's key, and the older one is
perhaps a ghost of a lost link. An old connection that ends late takes nothing away from the new one.
"""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Final, Protocol

from aiohttp import WSCloseCode

from cpo_adapter.ocpp.card_lists import ListLimits
from cpo_adapter.ocpp.connection import Connection
from cpo_adapter.ocpp.intents import Intent, Outcome, StationGone, TellBounds, TellQueue, TellSchedule
from cpo_adapter.ocpp.orders import Answer, Order
from cpo_adapter.ocpp.schedules import Schedule, StationBounds
from cpo_adapter.ocpp.station_line import StationLine
from cpo_adapter.stations.clones import PROBED_FOR_S, Clones
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.metrics import Metrics
from ocpi.process.tasks import Supervisor

_log = logs.logger(__name__)

_ANSWERED_WITHIN_S: Final = 2.0
_REPLACED: Final = "replaced by a newer connection"


class Follower(Protocol):
    """Who wants to know that a station came or went."""

    def came(self, station: str) -> None:
        """It has a new connection, perhaps in place of another."""

    def went(self, station: str) -> None:
        """It has none any more."""


class Elsewhere(Protocol):
    """The other processes of this adapter, which stations may be connected to."""

    async def expect(self, station: str) -> None:
        """It is about to come in here: know what the others know of it."""

    def take(self, station: str, entry: str, subprotocol: str, address: str) -> None:
        """It is here now, by a connection of that name from that address."""

    def leave(self, station: str, entry: str) -> None:
        """It is not here any more."""

    def subprotocol(self, station: str) -> str | None:
        """None for a station that none of them has."""

    def line(self, station: str) -> StationLine | None:
        """As `subprotocol`."""


class NobodyElse:
    """One process is all of the adapter."""

    async def expect(self, station: str) -> None: ...

    def take(self, station: str, entry: str, subprotocol: str, address: str) -> None: ...

    def leave(self, station: str, entry: str) -> None: ...

    def subprotocol(self, station: str) -> str | None:  # noqa: ARG002 - nobody has any
        return None

    def line(self, station: str) -> StationLine | None:  # noqa: ARG002
        return None


class Registry:
    """`elsewhere` is who else has stations; a station here is asked here, whatever they say."""

    def __init__(self, *, supervisor: Supervisor, clock: Clock, metrics: Metrics | None = None) -> None:
        self._supervisor = supervisor
        self._connections: dict[str, Connection] = {}
        self._followers: list[Follower] = []
        self._spoken: dict[str, str] = {}
        self.elsewhere: Elsewhere = NobodyElse()
        self.clones = Clones(clock=clock, metrics=metrics or Metrics())

    def follow(self, follower: Follower) -> None:
        self._followers.append(follower)

    def is_here(self, station: str) -> bool:
        """Connected to this process."""
        return station in self._connections

    def connected(self) -> list[str]:
        """To this process."""
        return list(self._connections)

    def connection(self, station: str) -> Connection | None:
        """To this process."""
        return self._connections.get(station)

    def here(self, station: str, entry: str) -> Connection | None:
        """Its connection, if it still is the one of that name."""
        connection = self._connections.get(station)
        return connection if connection and connection.entry == entry else None

    def is_connected(self, station: str) -> bool:
        return self.subprotocol(station) is not None

    def subprotocol(self, station: str) -> str | None:
        """The version that is spoken with it; None while it is not connected."""
        connection = self._connections.get(station)
        return connection.subprotocol if connection else self.elsewhere.subprotocol(station)

    async def expect(self, station: str) -> None:
        await self.elsewhere.expect(station)

    def enter(self, connection: Connection) -> None:
        older = self._connections.get(connection.station)
        self._connections[connection.station] = connection
        self._watch_the_version(connection)
        self.elsewhere.take(connection.station, connection.entry, connection.subprotocol, connection.address)
        if older is not None:
            self._replaced(older, connection.address)
        for follower in self._followers:
            follower.came(connection.station)

    def leave(self, connection: Connection) -> None:
        if self._connections.get(connection.station) is not connection:
            return
        self._remove(connection)

    def lose(self, station: str) -> None:
        """It has come in at another process."""
        connection = self._connections.get(station)
        if connection is not None:
            self._replaced(connection, "another process")
            self._remove(connection)

    def put_out(self, station: str) -> None:
        """End its connection, if it is here; whoever waits for it hears at once."""
        connection = self._connections.get(station)
        if connection is not None:
            close = partial(connection.close, "not let in any more", code=WSCloseCode.POLICY_VIOLATION)
            self._supervisor.start(f"{station} put out", close)

    async def ask(self, station: str, intent: Intent) -> Outcome:
        """Raises NotAsked."""
        return await self._line(station).ask(intent)

    async def schedule(self, station: str, intent: TellSchedule) -> Schedule | None:
        """None: the station would not say. Raises NotAsked."""
        return await self._line(station).schedule(intent)

    async def bounds(self, station: str, intent: TellBounds) -> StationBounds:
        """What it can keep of a charging profile. Raises NotAsked."""
        return await self._line(station).bounds(intent)

    async def has_queued(self, station: str, intent: TellQueue) -> bool:
        """Whether it has more to tell of a transaction. Raises NotAsked."""
        return await self._line(station).has_queued(intent)

    async def list_version(self, station: str) -> int:
        """The number of the list of cards that it keeps. Raises NotAsked."""
        return await self._line(station).list_version()

    async def list_limits(self, station: str) -> ListLimits:
        """Raises NotAsked."""
        return await self._line(station).list_limits()

    async def order(self, station: str, order: Order) -> Answer:
        """Raises NotAsked, ValueError, or Refusal for what does not fit the version's schema."""
        return await self._line(station).order(order)

    async def close_all(self) -> None:
        """What they have said is answered before, if that takes no time to speak of.

        All at once: a dead one takes ten seconds to be given up.
        """
        connections = list(self._connections.values())
        with suppress(TimeoutError):
            async with asyncio.timeout(_ANSWERED_WITHIN_S):
                await asyncio.gather(*(connection.at_rest() for connection in connections))
        await asyncio.gather(*(connection.close("going away") for connection in connections))

    def _line(self, station: str) -> StationLine:
        line = self._connections.get(station) or self.elsewhere.line(station)
        if line is None:
            raise StationGone("not connected")
        return line

    def _remove(self, connection: Connection) -> None:
        del self._connections[connection.station]
        self.elsewhere.leave(connection.station, connection.entry)
        for follower in self._followers:
            follower.went(connection.station)

    def _replaced(self, older: Connection, newer_at: str) -> None:
        _log.warning("connection replaced", station=older.station)
        self.clones.replaced(older.station)
        self._supervisor.start(f"{older.station} replaced", partial(self._retire, older, newer_at))

    def _watch_the_version(self, connection: Connection) -> None:
        """Some stations choose another one after a reboot, and forget half of what they could."""
        station, now = connection.station, connection.subprotocol
        before = self._spoken.setdefault(station, now)
        if before != now:
            self._spoken[station] = now
            _log.warning("station changed its version of OCPP", station=station, before=before, now=now)

    async def _retire(self, older: Connection, newer_at: str) -> None:
        """It has lost its place already: asking whether it is still there serves the alarm alone."""
        older.give_up(_REPLACED)
        if await older.is_alive(within_s=PROBED_FOR_S):
            self.clones.still_there(older.station, old=older.address, new=newer_at)
        await older.close(_REPLACED)
