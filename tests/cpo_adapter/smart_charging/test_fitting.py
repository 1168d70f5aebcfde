"""What becomes of a schedule that a station cannot keep as it was wanted: never more than was allowed."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cpo_adapter.ocpp.schedules import Limit, RateUnit, Schedule, StationBounds
from cpo_adapter.ocpp.v16.bounds import bounds_of
from cpo_adapter.ocpp.v201.bounds import bounds_of as bounds_of_2
from cpo_adapter.smart_charging.fitting import Unfit, fitted
from cpo_adapter.stations.model import Connector
from schemas.v2_3_0.enums import ConnectorFormat, ConnectorType, PowerType

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WATTS, AMPERES = StationBounds(units=frozenset({RateUnit.W})), StationBounds(units=frozenset({RateUnit.A}))


def connector(power_type: PowerType = PowerType.AC_3_PHASE, volts: int = 230) -> Connector:
    return Connector(
        standard=ConnectorType.IEC_62196_T2,
        format=ConnectorFormat.SOCKET,
        power_type=power_type,
        max_voltage=volts,
        max_amperage=32,
    )


def schedule(*limits: tuple[int, str], unit: RateUnit = RateUnit.A, **more: Any) -> Schedule:
    spelled = tuple(Limit(after_s, Decimal(rate)) for after_s, rate in limits)
    return Schedule(begins_at=NOON, unit=unit, limits=spelled, **more)


def rates(found: Schedule) -> list[tuple[int, Decimal]]:
    return [(limit.after_s, limit.rate) for limit in found.limits]


def test_rates_are_cut_to_what_a_station_can_tell_apart() -> None:
    """L-17: 16.04 A and 16.08 A are 16.0 A."""
    found = fitted(schedule((0, "16.04"), (60, "16.08"), least=Decimal("6.09")), StationBounds(), connector())

    assert rates(found) == [(0, Decimal("16.0")), (60, Decimal("16.0"))]
    assert found.least == Decimal("6.0")


@pytest.mark.parametrize(
    ("power_type", "watts"), [(PowerType.AC_3_PHASE, "11040.0"), (PowerType.AC_1_PHASE, "3680.0")]
)
def test_amperes_are_watts_of_all_phases(power_type: PowerType, watts: str) -> None:
    found = fitted(schedule((0, "16")), WATTS, connector(power_type))

    assert (found.unit, rates(found)) == (RateUnit.W, [(0, Decimal(watts))])


def test_watts_are_amperes_of_each_phase_and_no_more() -> None:
    found = fitted(schedule((0, "11000"), unit=RateUnit.W, least=Decimal(4140)), AMPERES, connector())

    assert (found.unit, rates(found), found.least) == (RateUnit.A, [(0, Decimal("15.9"))], Decimal("6.0"))


def test_direct_current_is_not_converted() -> None:
    """Its voltage is the car's."""
    with pytest.raises(Unfit, match="direct current"):
        fitted(schedule((0, "16")), WATTS, connector(PowerType.DC, 400))
    assert fitted(schedule((0, "16")), AMPERES, connector(PowerType.DC, 400)).unit is RateUnit.A


def test_steps_that_are_too_many_are_one_under_the_lowest_of_them() -> None:
    wanted = schedule((0, "16"), (60, "10"), (120, "6"), (180, "32"))

    assert rates(fitted(wanted, StationBounds(most_periods=2), connector())) == [
        (0, Decimal(16)),
        (60, Decimal(6)),
    ]
    assert rates(fitted(wanted, StationBounds(most_periods=1), connector())) == [(0, Decimal(6))]
    assert len(fitted(wanted, StationBounds(most_periods=4), connector()).limits) == 4


def test_a_station_that_keeps_no_profiles_gets_none() -> None:
    with pytest.raises(Unfit, match="keeps no charging profiles"):
        fitted(schedule((0, "16")), StationBounds(highest_stack=-1), connector())


@pytest.mark.parametrize(
    ("told", "units"),
    [
        ("Current", {RateUnit.A}),
        ("Power", {RateUnit.W}),
        ("current, POWER", {RateUnit.A, RateUnit.W}),
        ("A,W", {RateUnit.A, RateUnit.W}),
        ("W", {RateUnit.W}),
        ("", {RateUnit.A, RateUnit.W}),
        (None, {RateUnit.A, RateUnit.W}),
    ],
)
def test_units_are_read_in_every_spelling(told: str | None, units: set[RateUnit]) -> None:
    keys: list[Any] = [{"key": "chargingScheduleAllowedChargingRateUnit", "value": told}]

    assert bounds_of({"configurationKey": keys}).units == units


@pytest.mark.parametrize("payload", [None, [], {}, {"configurationKey": 7, "getVariableResult": [7, {}]}])
def test_what_says_nothing_bounds_nothing(payload: Any) -> None:
    assert bounds_of(payload) == bounds_of_2(payload) == StationBounds()
