"""The invariants see what they are there to see: one thing is made wrong at a time, and one line names it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from schemas.kinds import PartyId
from tests.faults.invariants import Ending, alike, broken, one_at_a_time
from tests.faults.load import bill, location, session
from tests.faults.oracle import Arrived, Oracle, Told, digest
from tests.faults.supervisor import Usage

CPO, EMSP, OTHER = PartyId("FR", "CPO"), PartyId("NL", "MSP"), PartyId("DE", "XYZ")
BILL = bill(CPO, EMSP, "B1", "S1")
BEGUN, ENDED = session(CPO, EMSP, "S1", "ACTIVE", 1), session(CPO, EMSP, "S1", "COMPLETED", 60)
PLACE = location(CPO, "L1", 1)
LINE = {"country_code": "FR", "party_id": "CPO", "id": "B1", "session_id": "S1"}


def arrived(told: Told, party: PartyId = EMSP) -> Arrived:
    return Arrived(party, told.place, told.last_updated, digest(told.body), 0)


class Facts:
    """All is well, until it is changed."""

    def __init__(self) -> None:
        self.oracle = Oracle({(CPO, EMSP)})
        for told in (BEGUN, ENDED, BILL, PLACE):
            self.oracle.acknowledged(told)
            self.oracle.arrived.append(arrived(told))
        self.ledger: list[dict[str, Any]] = [LINE]
        self.waiting = 0
        self.kills = 0

    def broken(self) -> list[str]:
        return broken(self.oracle, Ending(self.ledger, self.waiting, self.kills))


def lose_a_bill_of_the_ledger(facts: Facts) -> None:
    facts.ledger.clear()


def keep_a_bill_twice(facts: Facts) -> None:
    facts.ledger.append({**LINE, "id": "b1", "session_id": "S2"})


def keep_two_bills_of_a_session(facts: Facts) -> None:
    facts.ledger.append({**LINE, "id": "B2"})


def deliver_no_bill(facts: Facts) -> None:
    facts.oracle.arrived = [each for each in facts.oracle.arrived if each.place != BILL.place]


def deliver_another_body(facts: Facts) -> None:
    deliver_no_bill(facts)
    facts.oracle.arrived.append(replace(arrived(BILL), digest="another"))


def deliver_to_the_wrong_party(facts: Facts) -> None:
    facts.oracle.agreed.add((CPO, OTHER))
    facts.oracle.arrived.append(arrived(PLACE, OTHER))
    deliver_no_bill(facts)
    facts.oracle.arrived.append(arrived(BILL, OTHER))


def repeat_a_bill_without_a_kill(facts: Facts) -> None:
    facts.oracle.arrived.append(arrived(BILL))


def end_with_an_older_state(facts: Facts) -> None:
    facts.oracle.acknowledged(location(CPO, "L1", 2))


def reach_a_stranger(facts: Facts) -> None:
    facts.oracle.arrived.append(arrived(PLACE, OTHER))


def go_back_in_time(facts: Facts) -> None:
    facts.oracle.arrived += [arrived(BEGUN), arrived(ENDED)]


def leave_a_mark(facts: Facts) -> None:
    facts.waiting = 1


def test_nothing_is_broken_where_all_is_well() -> None:
    assert Facts().broken() == []


@pytest.mark.parametrize(
    ("spoil", "invariant"),
    [
        (lose_a_bill_of_the_ledger, "I1"),
        (keep_a_bill_twice, "I1"),
        (keep_two_bills_of_a_session, "I1"),
        (deliver_no_bill, "I2"),
        (deliver_another_body, "I2"),
        (deliver_to_the_wrong_party, "I2"),
        (repeat_a_bill_without_a_kill, "I2"),
        (end_with_an_older_state, "I3"),
        (reach_a_stranger, "I4"),
        (go_back_in_time, "I5"),
        (leave_a_mark, "I6"),
    ],
)
def test_what_is_wrong_is_named(spoil: Callable[[Facts], None], invariant: str) -> None:
    facts = Facts()
    spoil(facts)
    (line,) = facts.broken()
    assert line.startswith(invariant)


def test_repetitions_are_due_to_kills_and_to_what_could_not_be_acknowledged() -> None:
    facts = Facts()
    facts.oracle.arrived += [arrived(BILL)] * 9
    assert len(facts.broken()) == 1
    facts.kills = 1
    assert len(facts.broken()) == 1
    facts.oracle.excused[EMSP] = 1
    assert facts.broken() == []


def test_memory_and_open_files_may_grow_a_little() -> None:
    before = Usage(memory_mb=100, open_files=20)
    assert list(alike(before, Usage(120, 30), more_mb=20, more_files=10)) == []
    assert len(list(alike(before, Usage(121, 31), more_mb=20, more_files=10))) == 2


def test_two_requests_at_once_for_one_object_are_seen() -> None:
    facts = Facts()
    assert list(one_at_a_time(facts.oracle)) == []
    facts.oracle.most_at_once[EMSP, BILL.place] = 2
    facts.oracle.most_to_party[EMSP] = 9
    assert len(list(one_at_a_time(facts.oracle))) == 2
