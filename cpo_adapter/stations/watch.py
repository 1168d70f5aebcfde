"""The room that hears what stations say of themselves: kept first, then looked at as partners see it."""

from cpo_adapter.ocpp.events import (
    Booted,
    ConnectorStatus,
    FirmwareProgressed,
    Noticed,
    ReservationDropped,
    StatusChanged,
)
from cpo_adapter.ocpp.rooms import Registration
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.sight import Sight
from cpo_adapter.stations.states import States
from cpo_adapter.stations.store import StationStore
from ocpi.process import logs

_log = logs.logger(__name__)

PREPARING_HELD_S = 10.0
"""A card shown without a car: the status is back before any partner had to hear of it."""


class Watch:
    """The `StationWatch` of the door."""

    def __init__(
        self,
        *,
        inventory: Inventory,
        store: StationStore,
        states: States,
        sight: Sight,
    ) -> None:
        self._inventory = inventory
        self._store = store
        self._states = states
        self._sight = sight

    def is_accepted(self, station: str) -> bool:
        return self._states.of(station).accepted

    async def booted(self, event: Booted) -> Registration:
        name = event.origin.station
        station = self._inventory.station(name)
        is_accepted = station is not None and station.in_service
        await self._states.booted(event, accepted=is_accepted)
        _log.info(
            "station booted", station=name, vendor=event.vendor, model=event.model, accepted=is_accepted
        )
        self._sight.look(name)
        return Registration.ACCEPTED if is_accepted else Registration.PENDING

    async def status_changed(self, event: StatusChanged) -> None:
        station, number = event.origin.station, event.outlet.evse
        if not self._is_provisioned(event):
            _log.error("nobody provisioned this connector", station=station, connector=number)
        elif not await self._states.reported(event):
            _log.info("older status ignored", station=station, connector=number)
        elif event.status is ConnectorStatus.PREPARING:
            self._sight.look_later(station, number, after_s=PREPARING_HELD_S)
        else:
            self._sight.look(station, number)

    async def firmware_progressed(self, event: FirmwareProgressed) -> None:
        await self._store.add_notice(event.origin, "FirmwareStatusNotification")
        await self._states.firmware_progressed(event)
        self._sight.look(event.origin.station)

    async def noticed(self, event: Noticed) -> None:
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
