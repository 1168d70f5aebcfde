"""Meters that contradict themselves, from the facts alone. ocpp.md §5 Energy; B-70, B-92."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpo_adapter.ocpp.events import Doubt
from cpo_adapter.sessions.metering import metered as metered_session
from cpo_adapter.sessions.named import transaction_of
from cpo_adapter.sessions.plausibility import why_not
from cpo_adapter.sessions.transaction import Metered, Transaction
from tests.cpo_adapter.sessions import told


def charged(start: int, stop: int, *between: int, **end: Any) -> Transaction:
    """An hour, with readings that are spread over it."""
    heard = [
        told.metered(60 * (place + 1) / (len(between) + 1), value) for place, value in enumerate(between)
    ]
    return transaction_of(told.begin(meter_wh=start), heard, [told.end(meter_wh=stop, **end)])


@pytest.mark.parametrize(
    ("start", "between", "stop", "energy", "doubt"),
    [
        (1000, (4000, 9000), 12_000, 11_000, None),
        (1000, (9000, 4000), 12_000, 11_000, None),  # noise between two ends that fit
        (1000, (4000, 2500), 3000, 2000, None),  # it fell, but was not restarted
        (1000, (4000,), 12, 11_000, Doubt.UNIT_MENDED),
        (1000, (4000, 200, 1500), 5000, 8000, Doubt.METER_RESET),
        (50, (), 61_000, 11_000, Doubt.UNIT_MENDED),  # the start in kWh
        (1_000_000, (7_000_000,), 12_000_000, 11_000, Doubt.UNIT_MENDED),
        (50_000, (100, 4000), 9000, 9000, Doubt.METER_RESET),
        (0, (5000, 6000, 200), 3000, 9000, Doubt.METER_RESET),
    ],
)
def test_a_meter_is_read_in_the_way_that_makes_sense(
    start: int, between: tuple[int, ...], stop: int, energy: int, doubt: Doubt | None
) -> None:
    read = charged(start, stop, *between)

    assert why_not(read) is None
    assert read.energy_wh == energy
    assert read.doubts == frozenset({doubt} if doubt else ())


@pytest.mark.parametrize(
    ("start", "between", "stop"),
    [
        (4000, (100, 50), 20),  # it began again twice
        (12_000, (500, 100), 900),
        (1000, (), 10**8),
        (12_000, (), 12_000_000),  # the start in kWh and nothing delivered, or both and nearly 12 kWh
    ],
)
def test_a_meter_that_makes_no_sense_at_all_is_left_as_it_was_told(
    start: int, between: tuple[int, ...], stop: int
) -> None:
    read = charged(start, stop, *between)

    assert not read.doubts
    assert why_not(read) is not None


def test_energy_is_not_divided_by_a_thousand_for_a_time_that_the_station_did_not_tell() -> None:
    """(B-64): a whole charge that is told at once, by a clock that was never set, lasts no time."""
    at_once = told.end(at=told.after(0.001), meter_wh=12_000, doubts=frozenset({Doubt.TIME_REPLACED}))
    read = transaction_of(told.begin(meter_wh=1000), [], [at_once])

    assert read.energy_wh == 11_000
    assert "more than the connector can give" in (why_not(read) or "")


def test_what_was_mended_is_billed_by_readings_that_rise() -> None:
    """The time at which energy flowed stays what was told, also over a restart."""
    readings = metered_session(charged(4000, 3000, 5500, 200)).readings

    assert [int(reading.energy_wh) for reading in readings] == [4000, 5500, 5700, 8500]


def test_registers_of_phases_are_mended_together() -> None:
    phases = tuple(told.sample(30, 1000 + 500, phase=phase) for phase in ("L1", "L2", "L3"))
    heard = [Metered(phases, told.after(30))]
    read = transaction_of(told.begin(meter_wh=4000), heard, [told.end(meter_wh=300)])

    assert read.energy_wh == 800
    assert read.doubts == frozenset({Doubt.METER_RESET})


@pytest.mark.parametrize("reference", ["", "T-1"])
@pytest.mark.parametrize("is_over", [False, True])
def test_a_thousandfold_is_not_shown_while_the_car_charges(reference: str, *, is_over: bool) -> None:
    """Numbers of Wh told as kWh: in 2.x also the start, which in 1.6 has no unit."""
    begin = told.begin(reference=reference, meter_wh=1000 if not reference else 1_000_000)
    heard = [told.metered(20, 3_000_000), told.metered(40, 6_000_000)]
    ends = [told.end(is_assumed=True, meter_wh=6_000_000, at=told.after(40))] if is_over else []
    read = transaction_of(begin, heard, ends)

    assert read.energy_wh == 5000
    assert (read.end is not None) is is_over


@given(
    st.integers(0, 10**7),
    st.integers(0, 10**7),
    st.lists(st.integers(0, 10**7), max_size=5),
)
def test_what_is_mended_could_have_flowed(start: int, stop: int, between: list[int]) -> None:
    """22 080 W for an hour, a tenth more, and 100 Wh: 24 388 Wh."""
    read = charged(start, stop, *between)

    if why_not(read) is None:
        assert 0 <= read.energy_wh <= 24_388
    readings = metered_session(read).readings
    assert [each.energy_wh for each in readings] == sorted(each.energy_wh for each in readings)
