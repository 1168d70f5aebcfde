"""The room that hears what stations say of themselves: kept first, then looked at as partners see it."""

from datetime import datetime
from typing import Protocol

from cpo_adapter.ocpp.events import (
    Booted,
    ConnectorStatus,
    FirmwareProgressed,
    Noticed,
    Progressed,
    ReportPart,
    ReservationDropped,
    StatusChanged,
)
from cpo_adapter.ocpp.rooms import Registration
from cpo_adapter.stations.alarms import Alarms, Kind
from cpo_adapter.stations.boots import Boots
from cpo_adapter.stations.clocks import Clocks
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.sight import Sight
from cpo_adapter.stations.states import States
from cpo_adapter.stations.store import StationStore
from ocpi.process import logs

_log = logs.logger(__name__)

PREPARING_HELD_S = 10.0
"""A card shown without a car: the status is back before any partner had to hear of it."""


_NO_ERROR = frozenset({"", "NoError"})
_GRAVE = frozenset(
    {
        "AttemptedReplayAttacks",
        "InvalidChargePointCertificate",
        "InvalidChargingStationCertificate",
        "InvalidFirmwareSignature",
        "InvalidFirmwareSigningCertificate",
        "MemoryExhaustion",
        "SecurityLogWasCleared",
        "TamperDetectionActivated",
    }
)
"""Security events that somebody should look at; a station tells of each of its starts too."""


class Errands(Protocol):
    """Who has asked stations for files and reports, and wants to know how far they are."""

    async def progressed(self, event: Progressed) -> None: ...

    async def firmware_progressed(self, event: FirmwareProgressed) -> None: ...

    async def reported(self, event: ReportPart) -> bool:
        """Whether the part belongs to something that was asked for."""


class Watch:
    """The `StationWatch` of the door."""

    def __init__(
        self,
        *,
        inventory: Inventory,
        store: StationStore,
        states: States,
        sight: Sight,
        boots: Boots,
        clocks: Clocks,
        alarms: Alarms,
        errands: Errands | None = None,
    ) -> None:
        self._inventory = inventory
        self._store = store
        self._states = states
        self._sight = sight
        self._boots = boots
        self._clocks = clocks
        self._alarms = alarms
        self._errands = errands

    def is_accepted(self, station: str) -> bool:
        return self._states.of(station).accepted

    async def booted(self, event: Booted) -> Registration:
        name = event.origin.station
        station = self._inventory.station(name)
        is_accepted = station is not None and station.in_service
        is_news = await self._boots.heard(event)
        if is_news or not self._is_settled(name, is_accepted=is_accepted):
            self._clocks.forget(name)
            await self._states.booted(event, accepted=is_accepted)
            _log.info(
                "station booted", station=name, vendor=event.vendor, model=event.model, accepted=is_accepted
            )
            self._sight.look(name)
        return Registration.ACCEPTED if is_accepted else Registration.PENDING

    def said_time(self, station: str, at: datetime, heard_at: datetime) -> None:
        self._clocks.told(station, at, heard_at)

    def _is_settled(self, station: str, *, is_accepted: bool) -> bool:
        """Whether another boot would change nothing about it."""
        state = self._states.of(station)
        return (state.accepted or not is_accepted) and not state.is_installing

    async def status_changed(self, event: StatusChanged) -> None:
        station, number = event.origin.station, event.outlet.evse
        if event.error_code not in _NO_ERROR:
            await self._alarms.raised(station, Kind.FAULT, f"connector {number}: {event.error_code[:50]}")
        if not self._is_provisioned(event):
            await self._alarms.raised(station, Kind.CONNECTOR, f"connector {number}")
        elif not await self._states.reported(event):
            _log.info("older status ignored", station=station, connector=number)
        elif event.status is ConnectorStatus.PREPARING:
            self._sight.look_later(station, number, after_s=PREPARING_HELD_S)
        else:
            self._sight.look(station, number)

    async def firmware_progressed(self, event: FirmwareProgressed) -> None:
        await self._store.add_notice(event.origin, "FirmwareStatusNotification")
        if self._errands is not None:
            await self._errands.firmware_progressed(event)
        await self._states.firmware_progressed(event)
        self._sight.look(event.origin.station)

    async def noticed(self, event: Noticed) -> None:
        await self._store.add_notice(event.origin, event.action)
        if event.action == "SecurityEventNotification" and event.about in _GRAVE:
            await self._alarms.raised(event.origin.station, Kind.SECURITY, event.about)
        elif event.action == "NotifyEvent" and event.about:
            await self._alarms.raised(event.origin.station, Kind.FAULT, event.about)

    async def progressed(self, event: Progressed) -> None:
        await self._store.add_notice(event.origin, event.action)
        if self._errands is not None:
            await self._errands.progressed(event)

    async def reported(self, event: ReportPart) -> None:
        """One that belongs to a request is kept with that, any other one for people to look at."""
        if self._errands is None or not await self._errands.reported(event):
            await self._store.add_notice(event.origin, event.action)

    async def reservation_dropped(self, event: ReservationDropped) -> None:
        await self._store.add_notice(event.origin, "ReservationStatusUpdate")

    def _is_provisioned(self, event: StatusChanged) -> bool:
        """1.6 knows one connector of each EVSE, whatever number it has here."""
        number, connector = event.outlet.evse, event.outlet.connector
        spot = self._inventory.spot(event.origin.station, number)
        return number == 0 or (
            spot is not None and (connector <= 1 or spot.evse.connector(connector) is not None)
        )
