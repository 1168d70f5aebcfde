"""Rules of the split that the cases do not show."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ocpi.pricing import Activity, MeteredSession, MeterFlag, Reading, StateChange, bill, price, split
from ocpi.pricing.units import UNITS_PER_WH
from tests.ocpi.pricing.documents import PARIS, component, element, read, tariff

START = datetime(2024, 1, 15, 10, tzinfo=UTC)
PLAIN = read(tariff())


def session(
    *registers: str, minutes: int = 60, state_changes: tuple[StateChange, ...] = ()
) -> MeteredSession:
    step = timedelta(minutes=minutes) / max(len(registers) - 1, 1)
    readings = (Reading(START + number * step, Decimal(each)) for number, each in enumerate(registers))
    return MeteredSession(START, START + timedelta(minutes=minutes), tuple(readings), state_changes)


def test_quarters_under_one_price_are_one_period() -> None:
    found = split(session("0", "1000", "2500", "2600", "9000"), [PLAIN], PARIS)

    assert [period.energy for period in found.items] == [9000 * UNITS_PER_WH]


def test_a_session_without_readings_has_time_and_no_energy() -> None:
    found = split(MeteredSession(START, START + timedelta(hours=1), ()), [PLAIN], PARIS)

    assert [(period.energy, period.time is not None) for period in found.items] == [(None, True)]


def test_a_session_of_no_length_has_no_periods() -> None:
    found = split(MeteredSession(START, START, ()), [PLAIN], PARIS)

    assert found.items == ()
    assert price(found, [PLAIN], PARIS).net() == 0


def test_instants_are_whole_seconds() -> None:
    ragged = MeteredSession(
        START + timedelta(milliseconds=400),
        START + timedelta(minutes=30, milliseconds=700),
        (Reading(START, Decimal(0)), Reading(START + timedelta(hours=1), Decimal(10_000))),
    )

    (period,) = split(ragged, [PLAIN], PARIS).items

    assert period.start % 1_000_000 == 0
    assert period.end - period.start == 1801 * 1_000_000


def test_of_two_states_in_one_second_the_last_counts() -> None:
    at = START + timedelta(minutes=30)
    changes = (StateChange(at, Activity.SUSPENDED_EV), StateChange(at, Activity.CHARGING))

    (period,) = split(session("0", "6000", state_changes=changes), [PLAIN], PARIS).items

    assert period.parking is None


def test_a_receiver_sees_the_power_that_the_price_depended_on() -> None:
    tiers = read(
        tariff(element(component("ENERGY", "0.20"), max_power=14), element(component("ENERGY", "0.50")))
    )

    slow, fast = split(session("0", "2000", "5000", "9000", "14000"), [tiers], PARIS).items

    assert (slow.min_power, slow.max_power) == (8_000_000, 12_000_000)
    assert (fast.min_power, fast.max_power) == (16_000_000, 20_000_000)


def test_a_bill_takes_the_snapshot_and_tells_what_befell_the_meter() -> None:
    metered = replace(session("0", "10000"), tariffs=(PLAIN,), flags=frozenset({MeterFlag.GAP}))

    found = bill(metered, PARIS)

    assert found.net() == 4
    assert [str(note) for note in found.notes] == ["meter_gap"]
    assert found.warnings == ()


def test_energy_that_flows_back_is_kept() -> None:
    found = split(session("10000", "4000"), [PLAIN], PARIS)

    assert [period.energy for period in found.items] == [-6000 * UNITS_PER_WH]


def test_a_fixed_fee_chosen_by_power_keeps_its_period_from_widening() -> None:
    """Whoever reads the bill sees the extremes of a period only, and must find the same fee due."""
    slow = read(tariff(element(component("FLAT", "2"), max_power=10)))
    fast_at_last = session("0", "1000", "2000", "12000")

    cut = split(fast_at_last, [slow], PARIS)

    assert len(cut.items) == 2
    assert price(cut, [slow], PARIS).net() == 2
