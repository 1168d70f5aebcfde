from decimal import Decimal
from itertools import permutations

from cpo_adapter.sessions.transaction import Transaction
from tests.cpo_adapter.sessions.facts import at, begin, end, read, transaction


def test_energy_is_what_the_register_moved() -> None:
    assert transaction(read(10, 3000), ended=end(60, 12_000)).energy_wh == Decimal(11_000)


def test_a_transaction_that_runs_has_the_highest_reading_so_far() -> None:
    running = transaction(read(10, 3000), read(20, 5000))
    assert (running.energy_wh, running.until) == (Decimal(4000), at(20))


def test_the_order_in_which_facts_are_heard_does_not_matter() -> None:
    facts = (read(10, 3000), read(20, 5000), read(30, 7000))
    results = {Transaction(begin(), order, end(60, 12_000)).energy_wh for order in permutations(facts)}
    assert results == {Decimal(11_000)}


def test_a_reading_that_falls_behind_is_left_out() -> None:
    assert transaction(read(10, 5000), read(20, 3000)).energy_wh == Decimal(4000)


def test_a_stop_below_the_start_is_no_energy_rather_than_less_than_none() -> None:
    assert transaction(ended=end(60, 999)).energy_wh == 0


def test_readings_of_a_phase_of_the_inlet_or_of_the_ends_are_not_the_register() -> None:
    others = (
        read(10, 9000, phase="L1"),
        read(11, 9000, location="Inlet"),
        read(12, 9000, context="Transaction.Begin"),
    )
    assert transaction(*others).energy_wh == 0


def test_it_is_heard_of_last_when_the_last_fact_came() -> None:
    assert transaction(read(10, 3000), ended=end(60, 12_000)).heard_at == at(60)
