"""The other processes, as the registry of this one sees them."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final, Protocol

from cpo_adapter.crew.away import AwayLine
from cpo_adapter.crew.berths import Berths
from cpo_adapter.crew.courier import Courier
from cpo_adapter.crew.members import Crew
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.station_line import StationLine
from ocpi.process.batches import Batches
from ocpi.process.mongo import DriverError
from ocpi.process.tasks import Supervisor

_EXPECTED_WITHIN_S: Final = 2.0


class Rooms(Protocol):
    """What remembers something of stations that another process may have changed."""

    async def refresh(self) -> None:
        """Raises DriverError."""

    async def expect(self, stations: Sequence[str]) -> None:
        """They are about to come in here. Raises DriverError."""

    def wait(self, station: str) -> None:
        """What it said elsewhere may not be known yet: what it says here is understood later."""


class CrewElsewhere:
    """`dialects`, by subprotocol, are known once the rooms that they speak to are there."""

    def __init__(
        self,
        *,
        crew: Crew,
        berths: Berths,
        courier: Courier,
        rooms: Rooms,
        supervisor: Supervisor,
    ) -> None:
        self._crew = crew
        self._berths = berths
        self._courier = courier
        self._rooms = rooms
        self._expecting = Batches("expect stations", self._expect_all, supervisor)
        self.dialects: Mapping[str, Dialect] = {}

    async def expect(self, station: str) -> None:
        """Many share one look. A database that is away keeps nobody out."""
        if self._crew.is_alone:
            return
        with suppress(DriverError, TimeoutError):
            async with asyncio.timeout(_EXPECTED_WITHIN_S):
                await self._expecting.add(station, station)
            if self._crew.is_steady:
                return
        self._rooms.wait(station)

    def take(self, station: str, entry: str, subprotocol: str, address: str) -> None:
        self._berths.take(station, entry, subprotocol, address)

    def leave(self, station: str, entry: str) -> None:
        self._berths.leave(station, entry)

    def subprotocol(self, station: str) -> str | None:
        berth = self._berths.elsewhere(station)
        return None if berth is None else berth.subprotocol

    def line(self, station: str) -> StationLine | None:
        berth = self._berths.elsewhere(station)
        if berth is None or berth.subprotocol not in self.dialects:
            return None
        return AwayLine(station, berth, dialect=self.dialects[berth.subprotocol], courier=self._courier)

    async def _expect_all(self, stations: Sequence[str]) -> list[bool]:
        await self._rooms.refresh()
        await self._rooms.expect(stations)
        return [True] * len(stations)
