"""Whose turn it is when many lack much. Reliability 5 and 8."""

from ocpi.delivery.lane import Lane
from ocpi.delivery.marks import Mark
from ocpi.delivery.turns import AT_MOST, Turns
from tests.fakes.clock import START
from tests.ocpi.delivery.test_lane import mark


def lanes(count: int, marks: int) -> list[Lane]:
    found = [Lane(f"platform-{number}") for number in range(count)]
    for lane in found:
        lane.take_in(mark(f"location/FR*CPO/{n}|*") for n in range(marks))
    return found


def served(chosen: list[tuple[Lane, Mark]]) -> list[Lane]:
    return [lane for lane, _ in chosen]


def test_a_turn_is_short_however_many_wait() -> None:
    assert len(Turns().next(lanes(2 * AT_MOST, 5), START)) == AT_MOST


def test_whoever_was_served_the_longest_ago_comes_first() -> None:
    turns, storm = Turns(), lanes(2 * AT_MOST, 9)
    first, second = (served(turns.next(storm, START)) for _ in range(2))
    assert {*first, *second} == set(storm)
    (new,) = lanes(1, 1)
    assert new in served(turns.next([*storm, new], START))


def test_all_of_a_few_get_alike() -> None:
    few = lanes(8, AT_MOST)
    chosen = served(Turns().next(few, START))
    assert [chosen.count(lane) for lane in few] == [AT_MOST // 8] * 8


def test_one_whose_objects_wait_for_each_other_takes_nobodys_turn() -> None:
    turns, (held, other) = Turns(), lanes(2, 0)
    held.take_in(mark(f"location/FR*CPO/1|{n}") for n in range(AT_MOST))
    other.take_in(mark(f"location/FR*CPO/{n}|*") for n in range(3))
    assert served(turns.next([held, other], START)) == [held, other, other, other]
    assert turns.next([held, other], START) == []
