"""A status of a connector is told twice: to who shows stations, and to the transaction that runs there."""

from cpo_adapter.ocpp.events import Booted, FirmwareProgressed, Noticed, StatusChanged
from cpo_adapter.ocpp.rooms import Registration, StationWatch
from cpo_adapter.sessions.desk import Sessions


class StatusesForBoth:
    """A `StationWatch` that lets a running transaction hear what its connector does."""

    def __init__(self, watch: StationWatch, sessions: Sessions) -> None:
        self._watch = watch
        self._sessions = sessions

    def is_accepted(self, station: str) -> bool:
        return self._watch.is_accepted(station)

    async def booted(self, event: Booted) -> Registration:
        return await self._watch.booted(event)

    async def status_changed(self, event: StatusChanged) -> None:
        await self._sessions.status_changed(event)
        await self._watch.status_changed(event)

    async def firmware_progressed(self, event: FirmwareProgressed) -> None:
        await self._watch.firmware_progressed(event)

    async def noticed(self, event: Noticed) -> None:
        await self._watch.noticed(event)
