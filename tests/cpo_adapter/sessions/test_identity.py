"""Which starts are the same one. B-36, B-60, B-61."""

from dataclasses import replace
from typing import Any

import pytest

from cpo_adapter.ocpp.events import Doubt, Outlet
from cpo_adapter.sessions.identity import of_fact, of_start
from tests.cpo_adapter.sessions import told


def test_the_same_start_under_another_message_id_and_later_is_the_same() -> None:
    first = told.start_told()
    again = replace(first, origin=replace(first.origin, frame="[2,'other',...]", received_at=told.after(60)))

    assert of_start(again) == of_start(first)
    assert of_start(told.start_told(uid="card")) == of_start(first)


@pytest.mark.parametrize(
    "overrides",
    [{"at": told.after(1)}, {"meter_wh": 1001}, {"uid": "OTHER"}, {"outlet": Outlet(2)}, {"station": "CP-2"}],
)
def test_any_other_content_is_another_start(overrides: dict[str, Any]) -> None:
    assert of_start(told.start_told(**overrides)) != of_start(told.start_told())


def test_a_start_without_a_believable_time_is_known_by_its_content() -> None:
    """Its time is ours, and differs when it is told again."""
    doubts = frozenset({Doubt.TIME_REPLACED})
    first = told.start_told(doubts=doubts)
    again = replace(first, at=told.after(2), origin=replace(first.origin, received_at=told.after(2)))
    frame = first.origin.frame.replace('"id"', '"another, id"')

    assert of_start(again) == of_start(first)
    assert of_start(replace(again, origin=replace(again.origin, frame=frame))) == of_start(first)
    assert of_start(told.start_told(doubts=doubts, meter_wh=7)) != of_start(first)


def test_a_fact_is_the_same_whenever_it_is_heard() -> None:
    fact = told.metered(5, 1500)

    assert of_fact(7, replace(fact, heard_at=told.after(60))) == of_fact(7, fact)
    assert of_fact(8, fact) != of_fact(7, fact)
    assert of_fact(7, told.changed(5, "Charging")) != of_fact(7, told.changed(6, "Charging"))
