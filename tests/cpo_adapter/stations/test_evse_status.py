"""What partners see of an EVSE. ocpp.md §5 table; B-51, B-52, B-55, B-56."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpo_adapter.ocpp.events import STATION, ConnectorStatus, Outlet
from cpo_adapter.stations.model import Connector, Evse, Station
from cpo_adapter.stations.status import GRACE, Report, StationState, evse_status, is_news
from schemas.v2_3_0.enums import ConnectorFormat, ConnectorType, PowerType, Status

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
PLUG = Connector(
    standard=ConnectorType.IEC_62196_T2,
    format=ConnectorFormat.SOCKET,
    power_type=PowerType.AC_3_PHASE,
    max_voltage=230,
    max_amperage=32,
)
EVSE_1 = Evse(number=1, uid="one", connectors=(PLUG,))
EVSE_2 = Evse(number=2, uid="two", connectors=(PLUG,))
HERE = Station(identity="CP-1", evses=(EVSE_1, EVSE_2))


def told(**reports: ConnectorStatus) -> StationState:
    """`c1=…` is connector 1, `c0=…` the station."""
    outlets = {"c0": STATION, "c1": Outlet(1), "c2": Outlet(2)}
    known = {outlets[name]: Report(status, "NoError", NOW) for name, status in reports.items()}
    return StationState(accepted=True, reports=known)


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("Available", "AVAILABLE"),
        ("Preparing", "CHARGING"),
        ("Charging", "CHARGING"),
        ("SuspendedEV", "CHARGING"),
        ("SuspendedEVSE", "CHARGING"),
        ("Finishing", "CHARGING"),
        ("Reserved", "RESERVED"),
        ("Unavailable", "INOPERATIVE"),
        ("Faulted", "OUTOFORDER"),
    ],
)
def test_each_status_of_1_6_has_its_status_of_ocpi(said: str, seen: str) -> None:
    assert evse_status(HERE, EVSE_1, told(c1=ConnectorStatus(said)), NOW) is Status(seen)


@pytest.mark.parametrize(
    ("station", "seen"),
    [("Faulted", (Status.OUTOFORDER,) * 2), ("Unavailable", (Status.INOPERATIVE,) * 2)],
)
def test_what_bars_the_station_bars_all_its_evses(station: str, seen: tuple[Status, Status]) -> None:
    """B-51."""
    state = told(c0=ConnectorStatus(station), c1=ConnectorStatus.AVAILABLE, c2=ConnectorStatus.CHARGING)

    assert (evse_status(HERE, EVSE_1, state, NOW), evse_status(HERE, EVSE_2, state, NOW)) == seen


@pytest.mark.parametrize("station", [ConnectorStatus.AVAILABLE, ConnectorStatus.CHARGING])
def test_a_station_that_is_well_heals_no_evse(station: ConnectorStatus) -> None:
    """B-51."""
    state = told(c0=station, c1=ConnectorStatus.FAULTED)

    assert evse_status(HERE, EVSE_1, state, NOW) is Status.OUTOFORDER
    assert evse_status(HERE, EVSE_2, state, NOW) is Status.UNKNOWN


def test_a_station_that_never_booted_or_is_out_of_service_is_planned() -> None:
    retired = Station(identity="CP-1", in_service=False, evses=(EVSE_1,))

    assert evse_status(HERE, EVSE_1, StationState(), NOW) is Status.PLANNED
    assert evse_status(retired, EVSE_1, told(c1=ConnectorStatus.AVAILABLE), NOW) is Status.PLANNED


def test_firmware_being_installed_makes_it_inoperative() -> None:
    state = StationState(
        accepted=True, is_installing=True, reports=told(c1=ConnectorStatus.AVAILABLE).reports
    )

    assert evse_status(HERE, EVSE_1, state, NOW) is Status.INOPERATIVE


@pytest.mark.parametrize(
    ("away", "seen"), [(GRACE - timedelta(seconds=1), Status.CHARGING), (GRACE, Status.UNKNOWN)]
)
def test_a_station_out_of_sight_for_longer_than_the_grace_is_unknown(away: timedelta, seen: Status) -> None:
    state = StationState(
        accepted=True, reports=told(c1=ConnectorStatus.CHARGING).reports, offline_since=NOW - away
    )

    assert evse_status(HERE, EVSE_1, state, NOW) is seen


def test_one_of_several_connectors_in_use_takes_the_evse() -> None:
    second = Connector(
        id=2,
        standard=ConnectorType.CHADEMO,
        format=ConnectorFormat.CABLE,
        power_type=PowerType.DC,
        max_voltage=500,
        max_amperage=125,
    )
    evse = Evse(number=1, uid="one", connectors=(PLUG, second))
    reports = {
        Outlet(1, 1): Report(ConnectorStatus.AVAILABLE, "NoError", NOW),
        Outlet(1, 2): Report(ConnectorStatus.CHARGING, "NoError", NOW),
    }
    station = Station(identity="CP-1", evses=(evse,))

    assert evse_status(station, evse, StationState(accepted=True, reports=reports), NOW) is Status.CHARGING


def test_an_error_code_alone_changes_nothing() -> None:
    """B-55."""
    reports = {Outlet(1): Report(ConnectorStatus.AVAILABLE, "ReaderFailure", NOW)}

    assert evse_status(HERE, EVSE_1, StationState(accepted=True, reports=reports), NOW) is Status.AVAILABLE


@given(st.lists(st.sampled_from(range(10)), min_size=1))
def test_whatever_the_order_of_arrival_the_newest_report_counts(minutes: list[int]) -> None:
    """B-52."""
    state = StationState(accepted=True)
    for minute in minutes:
        report = Report(ConnectorStatus.AVAILABLE, str(minute), NOW + timedelta(minutes=minute))
        if is_news(state, Outlet(1), report):
            state = StationState(accepted=True, reports={Outlet(1): report})

    assert state.reports[Outlet(1)].error_code == str(max(minutes))


def test_a_car_at_a_connector_of_2_x_is_charging_there() -> None:
    """All that 2.x says of it is Occupied."""
    assert evse_status(HERE, EVSE_1, told(c1=ConnectorStatus.OCCUPIED), NOW) is Status.CHARGING


@pytest.mark.parametrize(
    ("of_evse", "of_connector", "shown"),
    [
        (ConnectorStatus.FAULTED, ConnectorStatus.AVAILABLE, Status.OUTOFORDER),
        (ConnectorStatus.AVAILABLE, ConnectorStatus.OCCUPIED, Status.CHARGING),
        (ConnectorStatus.AVAILABLE, None, Status.AVAILABLE),
    ],
)
def test_what_is_said_of_an_evse_as_a_whole_counts_like_one_of_its_connectors(
    of_evse: ConnectorStatus, of_connector: ConnectorStatus | None, shown: Status
) -> None:
    """B-58."""
    reports = {Outlet(1, 0): Report(of_evse, "", NOW)}
    if of_connector:
        reports[Outlet(1, 1)] = Report(of_connector, "", NOW)

    assert evse_status(HERE, EVSE_1, StationState(accepted=True, reports=reports), NOW) is shown
