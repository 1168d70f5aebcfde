"""What is billed as told, and what somebody has to look at first.

ocpp.md §5 Energy (plausibility); B-64, B-70, B-72, B-78.
"""

from datetime import timedelta

import pytest

from cpo_adapter.ocpp.events import Doubt
from cpo_adapter.sessions.named import transaction_of
from cpo_adapter.sessions.plausibility import why_not
from cpo_adapter.sessions.transaction import Since, gathered
from tests.cpo_adapter.sessions import told


def ended(**overrides: object) -> str | None:
    return why_not(gathered(told.begin(), [told.end(**overrides)]))


def test_a_good_one_is_billed() -> None:
    assert ended() is None


@pytest.mark.parametrize("meter_wh", [1000, 999])
def test_nothing_and_a_rounding_of_one_wh_are_billed(meter_wh: int) -> None:
    """B-70."""
    assert ended(meter_wh=meter_wh) is None


def test_a_meter_that_went_back_is_held() -> None:
    assert ended(meter_wh=500) == "the meter went back from 1000 to 500 Wh"


def test_more_than_the_connector_can_give_is_held() -> None:
    """22 080 W x 1 h x 1.1 + 100 Wh = 24 388 Wh at most."""
    assert ended(meter_wh=1000 + 24_388) is None
    assert "more than the connector can give" in str(ended(meter_wh=1000 + 24_389))
    assert "more than the connector can give" in str(ended(at=told.BEGAN - timedelta(hours=1)))


def test_an_end_that_nobody_told_is_held() -> None:
    """B-78: until nothing more of it will come."""
    end = told.end(is_assumed=True)
    assert why_not(transaction_of(told.begin(), [], [end])) == "the station never told its end"
    assert why_not(transaction_of(told.begin(), [], [end], is_all=True)) is None


@pytest.mark.parametrize("doubt", Doubt)
def test_only_an_unreadable_meter_holds_a_bill(doubt: Doubt) -> None:
    """B-64, B-72: a clock or a reason that had to be mended is told on the bill."""
    assert (ended(doubts=frozenset({doubt})) is not None) is (doubt is Doubt.METER_UNREADABLE)


def test_one_that_runs_is_not_billed() -> None:
    heard: list[Since] = [told.metered(5, 1500)]

    assert why_not(gathered(told.begin(), heard)) == "it has not ended"
