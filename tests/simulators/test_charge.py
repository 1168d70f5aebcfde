"""What a simulated car draws can be worked out by hand."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocpp.v16.enums import Measurand

from simulators.charge import Charge, PowerProfile, meter_value

# 10 min up to 11 kW: 11000 W / 2 x 600 s = 3 300 000 Ws; 60 min at 11 kW: 39 600 000 Ws;
# 20 min down: 11000 W / 2 x 1200 s = 6 600 000 Ws. Together 49 500 000 Ws = 13 750 Wh.
WALLBOX = PowerProfile.ramp_and_taper(peak_w=11_000, ramp_s=600, full_s=3600, taper_s=1200)
BEGAN = datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("second", "wh"), [(0, 0), (300, 229), (600, 916), (4200, 11_916), (5400, 13_750), (9999, 13_750)]
)
def test_energy_is_the_integral_of_power_in_whole_wh(second: int, wh: int) -> None:
    """At 300 s: 5500 W / 2 x 300 s = 825 000 Ws = 229.17 Wh."""
    assert WALLBOX.energy_wh(second) == wh


@pytest.mark.parametrize(
    ("second", "watts"),
    [(0, 0), (300, 5500), (600, 11_000), (4200, 11_000), (4800, 5500), (5400, 0), (9999, 0)],
)
def test_power_ramps_up_and_tapers_off(second: int, watts: int) -> None:
    assert WALLBOX.power_w(second) == watts


def test_a_constant_profile_is_what_it_says() -> None:
    assert PowerProfile.constant(power_w=7400, duration_s=1800).energy_wh(1800) == 3700


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=20))
def test_a_meter_never_goes_back(seconds: list[int]) -> None:
    readings = [WALLBOX.energy_wh(second) for second in sorted(seconds)]

    assert readings == sorted(readings)


@given(st.integers(0, 6000))
def test_the_phases_add_up_to_the_power(second: int) -> None:
    charge = Charge(uid="CARD", profile=WALLBOX, duration_s=6000)
    values = meter_value(charge, second, began_at=BEGAN, register_wh=5000).sampled_value
    by_measurand = {
        measurand: [Decimal(value.value) for value in values if value.measurand == measurand]
        for measurand in Measurand
    }

    volts, amperes = by_measurand[Measurand.voltage], by_measurand[Measurand.current_import]
    assert len(volts) == len(amperes) == 3
    power = sum(volt * ampere for volt, ampere in zip(volts, amperes, strict=True))
    assert abs(power - by_measurand[Measurand.power_active_import][0]) <= 3 * 232 * Decimal("0.05")
    assert by_measurand[Measurand.energy_active_import_register] == [5000 + WALLBOX.energy_wh(second)]
    assert 20 <= by_measurand[Measurand.soc][0] <= 100
