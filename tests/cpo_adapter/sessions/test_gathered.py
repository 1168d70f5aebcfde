"""Facts in any order, late and repeated, are the same transaction.

ocpp.md §5 Energy; B-68, B-70, B-74, B-76.
"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpo_adapter.sessions.metering import metered as metered_session
from cpo_adapter.sessions.transaction import End, Metered, Since, gathered, registers
from tests.cpo_adapter.sessions import told

FACTS: list[Since | End] = [
    told.metered(15, 3000),
    told.metered(30, 7000),
    told.metered(45, 9000),
    Metered((told.sample(30, 7000), told.sample(31, 7200)), told.after(31)),
    told.changed(1, "Charging"),
    told.changed(50, "SuspendedEV"),
    told.end(samples=(told.sample(15, 3000), told.sample(59, 11_900))),
    told.end(meter_wh=15_000, heard_at=told.after(90)),
    told.end(meter_wh=9000, heard_at=told.after(5), is_assumed=True),
]


@given(st.permutations(FACTS), st.lists(st.sampled_from(FACTS)), st.integers(0, 20))
def test_order_and_repetition_change_nothing(
    facts: list[Since | End], again: list[Since | End], at: int
) -> None:
    known = gathered(told.begin(), FACTS)
    other = gathered(told.begin(), [*facts[:at], *again, *facts[at:]])

    assert other == known
    assert other.energy_wh == Decimal(11_000)
    assert metered_session(other) == metered_session(known)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(-5, 10**6)), max_size=20))
def test_energy_never_falls_as_more_is_heard(told_readings: list[tuple[int, int]]) -> None:
    heard: list[Since | End] = []
    energies = []
    for minutes, value in sorted(told_readings):
        heard.append(told.metered(minutes, value))
        energies.append(gathered(told.begin(), heard).energy_wh)

    assert energies == sorted(energies)
    assert all(energy >= 0 for energy in energies)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(-5, 10**6)), max_size=20), st.integers(1000, 10**6))
def test_once_it_ended_its_energy_is_that_of_the_two_ends(
    told_readings: list[tuple[int, int]], meter_wh: int
) -> None:
    """B-76: readings before, between and after do not move it."""
    heard: list[Since | End] = [told.metered(minutes, value) for minutes, value in told_readings]
    transaction = gathered(told.begin(), [*heard, told.end(meter_wh=meter_wh)])

    assert transaction.energy_wh == meter_wh - 1000
    readings = metered_session(transaction).readings
    assert readings[-1].energy_wh - readings[0].energy_wh == meter_wh - 1000
    assert [reading.energy_wh for reading in readings] == sorted(reading.energy_wh for reading in readings)


def test_a_meter_that_went_back_delivered_nothing() -> None:
    """B-70."""
    assert gathered(told.begin(), [told.end(meter_wh=999)]).energy_wh == 0


def test_the_end_that_was_told_first_counts_and_an_assumed_one_last() -> None:
    """B-68."""
    first, second = told.end(meter_wh=5000), told.end(meter_wh=6000, heard_at=told.after(70))
    assumed = told.end(meter_wh=4000, heard_at=told.after(10), is_assumed=True)

    assert gathered(told.begin(), [second, assumed, first]).end == first
    assert gathered(told.begin(), [assumed]).end == assumed


@pytest.mark.parametrize(
    ("overrides", "counts"),
    [
        ({}, True),
        ({"measurand": "Power.Active.Import"}, False),
        ({"location": "Inlet"}, False),
        ({"location": "EV"}, False),
        ({"context": "Transaction.Begin"}, False),
        ({"context": "Trigger"}, True),
        ({"phase": "L1"}, False),
        ({"phase": "N"}, False),
    ],
)
def test_only_the_register_of_the_outlet_counts(overrides: dict[str, str], counts: bool) -> None:  # noqa: FBT001
    transaction = gathered(told.begin(), [told.metered(30, 5000, **overrides)])

    assert bool(registers(transaction)) is counts


def test_phases_are_added_up() -> None:
    phases = tuple(
        told.sample(30, value, phase=phase) for phase, value in (("L1", 500), ("L2", 700), ("L3", 800))
    )

    (reading,) = registers(gathered(told.begin(), [Metered(phases, told.after(30))]))
    assert reading.register_wh == 2000


def test_three_times_the_same_total_is_one_total() -> None:
    """A shipped station tells its total once for each phase."""
    phases = tuple(told.sample(30, 1500, phase=phase) for phase in ("L1", "L2", "L3"))

    (reading,) = registers(gathered(told.begin(meter_wh=1000), [Metered(phases, told.after(30))]))
    assert reading.register_wh == 1500
