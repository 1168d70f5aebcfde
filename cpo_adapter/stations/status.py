"""What partners see of an EVSE, from what its station said last.

The newest report of a connector counts, by the station's own time: queued ones come late after a lost
connection. Reports about the station itself (connector 0) weigh on all its EVSEs when they are bad, and on
none when they are good.
Spec: OCPP 1.6, 4.9 and ChargePointStatus; OCPP 2.0.1, ConnectorStatusEnumType; OCPI 2.3.0
mod_locations, Status enum.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from cpo_adapter.ocpp.events import STATION, ConnectorStatus, Outlet
from cpo_adapter.stations.model import Evse, Station
from schemas.v2_3_0.enums import Status

GRACE = timedelta(minutes=10)
"""How long a station may be out of sight before nobody can say how it does."""

_CLOCKS_DIFFER = timedelta(seconds=0.5)
"""Whoever looks again after the grace was woken by another clock than the one that tells the time."""

_STATUSES = MappingProxyType(
    {
        ConnectorStatus.AVAILABLE: Status.AVAILABLE,
        ConnectorStatus.PREPARING: Status.CHARGING,
        ConnectorStatus.CHARGING: Status.CHARGING,
        ConnectorStatus.SUSPENDED_EV: Status.CHARGING,
        ConnectorStatus.SUSPENDED_EVSE: Status.CHARGING,
        ConnectorStatus.FINISHING: Status.CHARGING,
        ConnectorStatus.OCCUPIED: Status.CHARGING,
        ConnectorStatus.RESERVED: Status.RESERVED,
        ConnectorStatus.UNAVAILABLE: Status.INOPERATIVE,
        ConnectorStatus.FAULTED: Status.OUTOFORDER,
    }
)

_WORST_FIRST = (
    Status.OUTOFORDER,
    Status.INOPERATIVE,
    Status.CHARGING,
    Status.RESERVED,
    Status.AVAILABLE,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a station last said of an outlet, and when, by its own clock."""

    status: ConnectorStatus
    error_code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StationState:
    """`accepted`: whether a boot of it ever was. `offline_since`: None while it is connected."""

    accepted: bool = False
    booted_at: datetime | None = None
    is_installing: bool = False
    reports: Mapping[Outlet, Report] = field(default_factory=dict)
    offline_since: datetime | None = None


def is_news(state: StationState, outlet: Outlet, report: Report) -> bool:
    """Whether no newer report is known. One of the same instant is news: clocks of stations are coarse."""
    known = state.reports.get(outlet)
    return known is None or report.at >= known.at


def evse_status(station: Station, evse: Evse, state: StationState, now: datetime) -> Status:
    if not (station.in_service and state.accepted):
        return Status.PLANNED
    if state.offline_since is not None and now - state.offline_since >= GRACE - _CLOCKS_DIFFER:
        return Status.UNKNOWN
    return _by_station(state) or _by_connectors(evse, state)


def _by_station(state: StationState) -> Status | None:
    if state.is_installing:
        return Status.INOPERATIVE
    report = state.reports.get(STATION)
    if report is None or report.status not in (ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE):
        return None
    return _STATUSES[report.status]


def _by_connectors(evse: Evse, state: StationState) -> Status:
    """An EVSE serves one car at a time: what bars one connector bars it, or is said of it as a whole."""
    outlets = [Outlet(evse.number, number) for number in (0, *(each.id for each in evse.connectors))]
    told = {_STATUSES[state.reports[outlet].status] for outlet in outlets if outlet in state.reports}
    return next((status for status in _WORST_FIRST if status in told), Status.UNKNOWN)
