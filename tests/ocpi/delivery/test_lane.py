"""What may go to a platform at once, and in which order."""

from datetime import timedelta

import pytest

from ocpi.delivery.lane import AT_ONCE, MOST, Lane
from ocpi.delivery.marks import Due, Mark, mark_id, revision
from ocpi.delivery.refusals import NO_REFUSALS
from ocpi.delivery.troubles import Trouble
from schemas.kinds import ObjectKind
from tests.fakes.clock import START
from tests.platforms import CPO, EMSP


def mark(name: str, behind: str | None = None, *, is_urgent: bool = False) -> Mark:
    due = Due(name, ObjectKind.LOCATION, sender=CPO, to=EMSP, role="EMSP", behind=behind, is_urgent=is_urgent)
    return Mark(due.mark_id, due, revision(), 0, NO_REFUSALS, START)


@pytest.fixture
def lane() -> Lane:
    return Lane("the-emsp")


def going(lane: Lane) -> list[str]:
    return [each.due.object_id for each in lane.next(START)]


def test_eight_are_on_their_way_at_once_and_no_more(lane: Lane) -> None:
    lane.take_in(mark(f"location/FR*CPO/{n}|*") for n in range(20))
    first = lane.next(START)
    assert len(first) == AT_ONCE == 8
    assert going(lane) == []
    lane.landed()
    assert len(going(lane)) == 1


def test_one_object_is_on_its_way_once_whichever_of_its_forms(lane: Lane) -> None:
    lane.take_in([mark("location/FR*CPO/1|*"), mark("location/FR*CPO/1|NL*MSP"), mark("location/FR*CPO/2|*")])
    first = lane.next(START)
    assert [each.due.object_id for each in first] == ["location/FR*CPO/1|*", "location/FR*CPO/2|*"]
    lane.landed()
    assert going(lane) == []
    lane.done(first[0])
    assert going(lane) == ["location/FR*CPO/1|NL*MSP"]


def test_what_is_behind_another_goes_when_what_became_of_that_is_written(lane: Lane) -> None:
    lane.take_in([mark("cdr/c|x", behind=mark_id(EMSP, "session/s|x")), mark("session/s|x")])
    (session,) = lane.next(START)
    assert session.due.object_id == "session/s|x"
    lane.landed()
    assert going(lane) == []
    lane.done(session)
    assert going(lane) == ["cdr/c|x"]


def test_a_platform_in_trouble_rests_and_then_gets_one_probe(lane: Lane) -> None:
    lane.take_in(mark(f"location/FR*CPO/{n}|*") for n in range(20))
    lane.ails(Trouble(2, START + timedelta(seconds=4)))
    assert going(lane) == []
    assert len(lane.next(START + timedelta(seconds=4))) == 1
    assert lane.next(START + timedelta(seconds=4)) == []


def test_what_was_sent_before_the_trouble_tells_nothing_of_its_end(lane: Lane) -> None:
    lane.take_in([mark("location/FR*CPO/1|*"), mark("location/FR*CPO/2|*")])
    early, failed = lane.next(START)
    lane.ails(Trouble(1, START))
    assert not lane.tells_of_now(early)

    lane.landed()
    lane.done(failed)
    lane.take_in([mark("location/FR*CPO/2|*"), mark("location/FR*CPO/3|*")])
    assert lane.next(START) == []  # one at a time, and the early one is still on its way
    lane.landed()
    (probe,) = lane.next(START)
    assert lane.tells_of_now(probe)


def test_what_was_settled_while_marks_were_asked_for_is_not_taken_for_due(lane: Lane) -> None:
    """The answer may be older than the settling; it would go out twice."""
    lane.offer(mark("location/FR*CPO/1|*"))
    (sent,) = lane.next(START)
    lane.is_asked_for()
    lane.landed()
    lane.done(sent)
    lane.take_in([sent])
    assert going(lane) == []
    lane.take_in([mark("location/FR*CPO/1|*")])
    assert going(lane) == ["location/FR*CPO/1|*"]


def test_what_was_fetched_as_well_as_offered_goes_once(lane: Lane) -> None:
    new = mark("location/FR*CPO/1|*")
    lane.take_in([new])
    lane.offer(new)
    assert lane.next(START) == [new]
    lane.landed()
    lane.done(new)
    assert going(lane) == []


def test_a_new_mark_does_not_overtake_what_is_due_and_not_at_hand(lane: Lane) -> None:
    lane.has_more = True
    lane.offer(mark("location/FR*CPO/1|*"))
    assert going(lane) == []
    assert lane.is_hungry(START)


def test_what_is_urgent_goes_first_also_when_more_is_due_than_is_at_hand(lane: Lane) -> None:
    lane.take_in(mark(f"location/FR*CPO/{n}|*") for n in range(MOST + 1))
    assert lane.has_more
    lane.offer(mark("token/blocked|*", is_urgent=True))
    assert going(lane)[0] == "token/blocked|*"


def test_what_a_full_queue_has_no_room_for_is_fetched_again(lane: Lane) -> None:
    lane.take_in(mark(f"location/FR*CPO/{n}|*") for n in range(MOST))
    assert not lane.has_more
    lane.offer(mark("token/blocked|*", is_urgent=True))
    assert lane.has_more


def test_what_becomes_urgent_is_kept_waiting_by_nothing_that_is_at_hand(lane: Lane) -> None:
    lane.take_in([mark("location/FR*CPO/1|*"), mark("token/blocked|*")])
    blocked = mark("token/blocked|*", is_urgent=True)
    lane.news_of(blocked.due)
    assert going(lane) == []
    lane.take_in([blocked, mark("location/FR*CPO/1|*")])
    assert going(lane) == ["token/blocked|*", "location/FR*CPO/1|*"]


def test_what_is_put_once_more_goes_as_it_is_now(lane: Lane) -> None:
    again = mark("location/FR*CPO/2|*")
    lane.take_in([mark("location/FR*CPO/1|*"), mark("location/FR*CPO/2|*")])
    lane.news_of(again.due)
    assert going(lane) == ["location/FR*CPO/1|*"]
    assert lane.is_hungry(START)
    lane.is_asked_for()
    lane.take_in([again])
    assert lane.next(START) == [again]


def test_who_is_in_trouble_is_told_nothing_for_being_urgent(lane: Lane) -> None:
    lane.ails(Trouble(2, START + timedelta(seconds=4)))
    lane.offer(mark("token/blocked|*", is_urgent=True))
    assert lane.next(START + timedelta(seconds=4)) == []
    assert lane.has_more


def test_who_is_served_elsewhere_is_not_asked_for_all_the_time(lane: Lane) -> None:
    lane.let_go(START + timedelta(seconds=2))
    lane.has_more = True
    assert not lane.is_hungry(START)
    assert lane.is_hungry(START + timedelta(seconds=2))
