"""How each station does, in memory as on disk: written first, then remembered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from cpo_adapter.ocpp.events import Booted, FirmwareProgressed, StatusChanged
from cpo_adapter.stations.status import Report, StationState, is_news
from cpo_adapter.stations.store import StationStore

_NOTHING_KNOWN = StationState()
_OVERLAP: Final = timedelta(seconds=2)
"""What was written first may become visible last."""


class States:
    def __init__(self, store: StationStore) -> None:
        self._store = store
        self._states: dict[str, StationState] = {}
        self._seen_to: datetime | None = None

    async def load(self, *, now: datetime) -> None:
        """As they were left, and all out of sight since `now`."""
        states = await self._store.states()
        self._states = {station: replace(state, offline_since=now) for station, state in states.items()}

    def of(self, station: str) -> StationState:
        return self._states.get(station, _NOTHING_KNOWN)

    async def refresh(self, is_here: Callable[[str], bool]) -> None:
        """What other processes were told; of a station that is here nobody knows more than this one."""
        since = self._seen_to and self._seen_to - _OVERLAP
        for station, told, at in await self._store.told_since(since):
            self._seen_to = max(self._seen_to or at, at)
            if not is_here(station):
                self._states[station] = replace(told, offline_since=self.of(station).offline_since)

    def came(self, station: str) -> None:
        self._states[station] = replace(self.of(station), offline_since=None)

    def went(self, station: str, at: datetime) -> None:
        self._states[station] = replace(self.of(station), offline_since=at)

    async def booted(self, event: Booted, *, accepted: bool) -> None:
        """Once accepted, a station stays so: it need not boot again after a lost connection."""
        station = event.origin.station
        await self._store.put_boot(event, accepted=accepted)
        self._states[station] = replace(
            self.of(station),
            accepted=accepted or self.of(station).accepted,
            booted_at=event.origin.received_at,
            is_installing=False,
        )

    async def reported(self, event: StatusChanged) -> bool:
        """Whether it was news."""
        station, report = event.origin.station, Report(event.status, event.error_code, event.at)
        if not is_news(self.of(station), event.outlet, report):
            return False
        await self._store.put_report(station, event.outlet, report)
        reports = MappingProxyType({**self.of(station).reports, event.outlet: report})
        self._states[station] = replace(self.of(station), reports=reports)
        return True

    async def firmware_progressed(self, event: FirmwareProgressed) -> None:
        station = event.origin.station
        is_installing = event.status in ("Installing", "InstallRebooting")
        await self._store.put_installing(station, is_installing=is_installing)
        self._states[station] = replace(self.of(station), is_installing=is_installing)
