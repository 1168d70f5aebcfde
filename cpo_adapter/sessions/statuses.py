"""A status of a connector is told to all whom it concerns, last of all to who keeps and shows it.

The transaction that runs there keeps it; the reservation that holds there may have come to an end by it.
Whoever asked for a report hears of that.
"""

from datetime import datetime
from typing import Protocol

from cpo_adapter.ocpp.events import (
    Booted,
    FirmwareProgressed,
    Noticed,
    Progressed,
    ReportPart,
    ReservationDropped,
    StatusChanged,
)
from cpo_adapter.ocpp.rooms import Registration, StationWatch
from cpo_adapter.sessions.desk import Sessions


class Reservations(Protocol):
    async def status_changed(self, event: StatusChanged) -> None: ...

    async def dropped(self, event: ReservationDropped) -> None: ...


class Reports(Protocol):
    def noticed(self, event: Noticed) -> None:
        """A message that is kept, and may change what a station does."""

    def reported(self, event: ReportPart) -> None:
        """Somebody may have asked for it."""


class StatusesForAll:
    """A `StationWatch` that lets transactions and reservations hear what their connectors do."""

    def __init__(
        self, watch: StationWatch, sessions: Sessions, reservations: Reservations, reports: Reports
    ) -> None:
        self._watch = watch
        self._reports = reports
        self._sessions = sessions
        self._reservations = reservations

    def is_accepted(self, station: str) -> bool:
        return self._watch.is_accepted(station)

    def said_time(self, station: str, at: datetime, heard_at: datetime) -> None:
        self._watch.said_time(station, at, heard_at)

    async def booted(self, event: Booted) -> Registration:
        return await self._watch.booted(event)

    async def status_changed(self, event: StatusChanged) -> None:
        await self._sessions.status_changed(event)
        await self._reservations.status_changed(event)
        await self._watch.status_changed(event)

    async def firmware_progressed(self, event: FirmwareProgressed) -> None:
        await self._watch.firmware_progressed(event)

    async def noticed(self, event: Noticed) -> None:
        await self._watch.noticed(event)
        self._reports.noticed(event)

    async def progressed(self, event: Progressed) -> None:
        await self._watch.progressed(event)

    async def reported(self, event: ReportPart) -> None:
        await self._watch.reported(event)
        self._reports.reported(event)

    async def reservation_dropped(self, event: ReservationDropped) -> None:
        await self._reservations.dropped(event)
        await self._watch.reservation_dropped(event)
