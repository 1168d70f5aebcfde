"""How far a dispute may go, and what a verdict makes of it by itself."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from emsp_adapter.billing.amounts import Amount
from emsp_adapter.billing.dispute import OURSELVES, Dispute, DisputeState, Step, automatic, may_follow
from emsp_adapter.billing.policy import Policy, at_stake
from emsp_adapter.billing.row import AuditState, Row
from tests.emsp_adapter.billing.rows import row

NOW = datetime(2026, 4, 2, tzinfo=UTC)


def step(state: DisputeState, by: str = OURSELVES, *codes: str) -> Step:
    return Step(state, NOW, by, "because", codes=codes)


def test_only_what_is_open_can_be_conceded() -> None:
    leading = [state for state in (None, *DisputeState) if DisputeState.CONCEDED in may_follow(state)]
    assert leading == [DisputeState.OPEN]


def test_what_was_settled_may_be_opened_again() -> None:
    assert may_follow(DisputeState.SETTLED) == {DisputeState.OPEN}


def test_every_state_leads_on_and_none_to_itself() -> None:
    for state in (None, *DisputeState):
        assert may_follow(state)
        assert state not in may_follow(state)


def test_a_bill_with_much_at_stake_is_to_be_looked_at() -> None:
    assert automatic(None, frozenset({"x"}), is_due=True) is DisputeState.REVIEW
    assert automatic(None, frozenset({"x"}), is_due=False) is None


def test_what_nobody_touched_is_let_go_when_its_findings_are_gone() -> None:
    assert automatic(Dispute((step(DisputeState.REVIEW),)), frozenset(), is_due=False) is (
        DisputeState.DISMISSED
    )


@pytest.mark.parametrize("state", [DisputeState.OPEN, DisputeState.CONCEDED, DisputeState.SETTLED])
@pytest.mark.parametrize("is_due", [True, False])
def test_nothing_happens_by_itself_to_what_a_person_has_in_hand(state: DisputeState, is_due: bool) -> None:  # noqa: FBT001
    dispute = Dispute((step(DisputeState.REVIEW), step(state, "anna")))
    assert automatic(dispute, frozenset({"new"}), is_due=is_due) is None


def test_what_a_person_dismissed_comes_back_only_for_something_new() -> None:
    dispute = Dispute((step(DisputeState.REVIEW, OURSELVES, "old"), step(DisputeState.DISMISSED, "anna")))
    assert automatic(dispute, frozenset({"old"}), is_due=True) is None
    assert automatic(dispute, frozenset({"old", "new"}), is_due=True) is DisputeState.REVIEW


def priced(**changes: object) -> Row:
    """10.00 where we come to 9.50."""
    known = {"theirs": Amount(Decimal("10.00")), "ours": Amount(Decimal("9.50")), "audit": AuditState.DONE}
    return replace(row("CDR1"), **{**known, **changes})  # type: ignore[arg-type]


def test_of_a_wrong_price_the_difference_is_at_stake() -> None:
    assert at_stake(priced(errors=("total_cost_differs", "total_energy_cost_differs"))) == Decimal("0.50")


def test_of_any_other_error_the_whole_bill_is() -> None:
    assert at_stake(priced(errors=("token_unknown", "total_cost_differs"))) == Decimal("10.00")


def test_without_errors_nothing_is() -> None:
    assert at_stake(priced()) == 0


def test_who_cannot_say_what_is_at_stake_looks() -> None:
    policy = Policy({"*": Decimal(1000)})
    assert policy.is_due(priced(theirs=None, errors=("amount_unusable",)))
    assert policy.is_due(priced(audit=AuditState.FAILED))


def test_what_may_pass_is_said_by_currency() -> None:
    policy = Policy({"EUR": Decimal("0.50"), "*": Decimal("0.10")})
    errors = ("total_cost_differs",)
    assert not policy.is_due(priced(errors=errors))
    assert policy.is_due(priced(errors=errors, currency="CHF"))
