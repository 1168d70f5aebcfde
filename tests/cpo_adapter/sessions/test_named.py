"""Numbered events in any order, late and repeated, are the same transaction.

ocpp.md §5 Energy; B-83, B-84, B-85, B-86, B-92; from the facts alone, without a database.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpo_adapter.ocpp.events import ConnectorStatus, Doubt, Moment, Sample
from cpo_adapter.sessions.metering import metered as metered_session
from cpo_adapter.sessions.named import NO_EVENT, NO_START, Told, transaction_of
from cpo_adapter.sessions.transaction import Transaction
from tests.cpo_adapter.sessions import told
from tests.cpo_adapter.sessions.told import BEGAN, HOUR, after, sample

NAMED = told.begin(reference="T-1", meter_wh=0)


def event(moment: Moment, minutes: float, seq: int | None, *samples: Sample, **more: Any) -> Told:
    heard_at = more.pop("heard_at", after(minutes))
    return Told(moment, after(minutes), heard_at, seq, samples=samples, **more)


EVENTS = [
    event(Moment.STARTED, 0, 0, sample(0, 1000, context="Transaction.Begin")),
    event(Moment.UPDATED, 15, 1, sample(15, 3000), status=ConnectorStatus.CHARGING),
    event(Moment.UPDATED, 40, 2, sample(40, 9000), status=ConnectorStatus.SUSPENDED_EV),
    event(Moment.ENDED, 60, 3, sample(60, 12_000, context="Transaction.End"), reason="Local"),
]


def of(*events: Told, is_all: bool = False) -> Transaction:
    return transaction_of(NAMED, events, [], is_all=is_all)


@given(st.permutations(EVENTS), st.lists(st.sampled_from(EVENTS)), st.integers(0, 4))
def test_order_and_repetition_change_nothing(events: list[Told], again: list[Told], at: int) -> None:
    known, other = of(*EVENTS), of(*events[:at], *again, *events[at:])

    assert other == known
    assert (other.energy_wh, other.lacks) == (Decimal(11_000), "")
    assert metered_session(other) == metered_session(known)


@given(st.permutations(EVENTS), st.integers(1, 4))
def test_as_long_as_an_event_is_missing_an_ended_one_lacks_something(events: list[Told], known: int) -> None:
    transaction = of(*events[:known])

    assert bool(transaction.lacks) == (transaction.end is not None and known < len(EVENTS))
    assert not of(*events[:known], is_all=True).lacks


def test_begin_and_end_are_those_of_its_first_and_last_events() -> None:
    transaction = of(*EVENTS)
    assert transaction.end is not None
    assert (transaction.begin.at, transaction.begin.meter_wh) == (BEGAN, 1000)
    assert (transaction.end.at, transaction.end.meter_wh) == (BEGAN + HOUR, 12_000)


def test_what_is_missing_is_said() -> None:
    assert of(*EVENTS[1:]).lacks == NO_START
    assert of(EVENTS[0], EVENTS[3]).lacks == NO_EVENT
    assert Doubt.EVENTS_MISSING in of(EVENTS[0], EVENTS[3], is_all=True).doubts
    assert Doubt.EVENTS_MISSING not in of(*EVENTS, is_all=True).doubts


@pytest.mark.parametrize("seqs", [(0, 0, 0, 0), (None, None, None, None), (7, 8, 9, 10)])
def test_whoever_counts_otherwise_is_taken_at_his_word(seqs: tuple[int | None, ...]) -> None:
    """B-83."""
    assert not of(*(replace(each, seq=seq) for each, seq in zip(EVENTS, seqs, strict=True))).lacks


def test_without_a_reading_at_the_end_the_last_one_counts() -> None:
    ended = event(Moment.ENDED, 60, 3)
    assert of(*EVENTS[:3], ended).energy_wh == 8000


def test_without_a_reading_at_all_the_meter_is_unreadable() -> None:
    """B-92."""
    transaction = of(event(Moment.STARTED, 0, 0), event(Moment.ENDED, 60, 1))
    assert Doubt.METER_UNREADABLE in transaction.doubts
    assert transaction.energy_wh == 0


def test_registers_of_three_phases_are_added_and_three_totals_are_one() -> None:
    def phases(minutes: float, *values: int) -> tuple[Sample, ...]:
        return tuple(
            sample(minutes, value, phase=phase)
            for phase, value in zip(("L1", "L2", "L3"), values, strict=True)
        )

    def energy(start: tuple[Sample, ...], stop: tuple[Sample, ...]) -> Decimal:
        return of(event(Moment.STARTED, 0, 0, *start), event(Moment.ENDED, 60, 1, *stop)).energy_wh

    assert energy(phases(0, 10, 20, 30), phases(60, 1010, 1020, 1030)) == 3000
    assert energy(phases(0, 100, 100, 100), phases(60, 1100, 1100, 1100)) == 1000
    assert energy(phases(0, 100, 100, 100), phases(60, 1100, 1200, 1300)) == 3300


def test_the_first_of_several_ends_counts() -> None:
    """B-68."""
    later = event(Moment.ENDED, 90, 4, sample(90, 99_000), heard_at=after(91))
    end = of(*EVENTS, later).end
    assert end is not None
    assert end.at == BEGAN + HOUR


def test_where_the_register_was_sampled_matters() -> None:
    """B-77."""
    inside_the_car = sample(0, 5, location="EV")
    started = event(Moment.STARTED, 0, 0, inside_the_car, sample(0, 1000))
    assert of(started, EVENTS[3]).energy_wh == 11_000
