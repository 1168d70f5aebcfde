"""Which messages make a station's list of cards what it should be."""

import pytest

from cpo_adapter.card_lists.planning import ENTRY_BYTES, changes, fitting, whole
from cpo_adapter.ocpp.card_lists import ListedCard, ListLimits, SetList

TWO = ListLimits(is_on=True, per_message=2)
THREE_CARDS = {"A": "", "B": "FLEET", "C": ""}


def test_a_long_list_goes_whole_and_on_in_changes() -> None:
    first, second = whole(THREE_CARDS, 7, TWO)
    assert first == SetList(8, (ListedCard("A"), ListedCard("B", "FLEET")), is_full=True)
    assert second == SetList(9, (ListedCard("C"),), is_full=False)


def test_an_empty_list_is_sent_too_and_never_bears_the_number_0() -> None:
    assert whole({}, 0, TWO) == [SetList(1, (), is_full=True)]


def test_a_change_says_what_is_gone_and_what_is_new_or_another() -> None:
    (change,) = changes({"A": "", "B": "", "C": ""}, {"A": "", "B": "FLEET"}, 3, TWO)
    assert change == SetList(4, (ListedCard("C", is_gone=True), ListedCard("B", "FLEET")), is_full=False)


def test_nothing_is_sent_where_nothing_changed() -> None:
    assert changes(THREE_CARDS, THREE_CARDS, 3, TWO) == []


@pytest.mark.parametrize(("size", "messages"), [(ENTRY_BYTES, 3), (3 * ENTRY_BYTES, 2), (1, 3)])
def test_a_message_is_no_larger_than_the_station_takes(size: int, messages: int) -> None:
    limits = ListLimits(is_on=True, per_message=2, bytes_per_message=size)
    assert len(whole(THREE_CARDS, 0, limits)) == messages


def test_what_a_station_cannot_keep_or_spell_is_left_out() -> None:
    limits = ListLimits(is_on=True, per_message=2, most=2)
    assert list(fitting({"X" * 21: "", **THREE_CARDS}, limits, 20)) == ["A", "B"]
