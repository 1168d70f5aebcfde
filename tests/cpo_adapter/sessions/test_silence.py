"""Whether a transaction that runs is over, from the facts alone. B-57, B-78."""

from datetime import timedelta

import pytest

from cpo_adapter.sessions.silence import Verdict, judged
from cpo_adapter.sessions.transaction import Since, gathered
from tests.cpo_adapter.sessions import told

SILENCE = timedelta(hours=48)
FREE = told.changed(10, "Available")


def verdict(*heard: Since, minutes: float, asked: float | None = None) -> Verdict:
    """So many minutes after the begin; `asked` is when the station was asked."""
    asked_at = None if asked is None else told.after(asked)
    return judged(gathered(told.begin(), heard), asked_at, SILENCE, told.after(minutes))


def test_one_of_which_something_is_heard_runs() -> None:
    assert verdict(minutes=47 * 60) is Verdict.RUNS
    assert verdict(told.metered(60, 2000), minutes=48 * 60 + 59) is Verdict.RUNS
    assert verdict(told.metered(60, 2000), minutes=49 * 60) is Verdict.OVER


@pytest.mark.parametrize(
    ("minutes", "asked", "told_so"),
    [
        (14, None, Verdict.RUNS),  # its end may be on its way
        (15, None, Verdict.ASK),
        (30, 5, Verdict.ASK),  # asked before it became free
        (19, 15, Verdict.RUNS),  # the answer may be on its way
        (20, 15, Verdict.OVER),
    ],
)
def test_one_whose_connector_is_free_is_asked_about_before_it_is_over(
    minutes: float, asked: float | None, told_so: Verdict
) -> None:
    assert verdict(told.metered(5, 2000), FREE, minutes=minutes, asked=asked) is told_so


@pytest.mark.parametrize("sign", [told.metered(12, 2001), told.changed(11, "Charging")])
def test_whoever_draws_energy_or_is_there_again_has_not_left(sign: Since) -> None:
    assert verdict(told.metered(5, 2000), FREE, sign, minutes=60, asked=16) is Verdict.RUNS


def test_a_meter_that_stands_still_is_no_sign_of_life() -> None:
    """Some stations tell the meter of an idle connector when they are asked for it."""
    idle = told.metered(16, 2000, context="Trigger")
    assert verdict(told.metered(5, 2000), FREE, idle, minutes=60, asked=16) is Verdict.OVER
