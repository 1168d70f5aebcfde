"""What the charges of a contract come to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from emsp_adapter.authorization.spending import (
    SILENT_FOR,
    OpenCharge,
    Spent,
    Spot,
    account,
    cost,
    is_running,
    spots,
)
from schemas.kinds import PartyId
from tests import build

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HERE = Spot("FR*CPO", "loc1", "e1")
RUNNING = OpenCharge(HERE, is_running=True, currency="EUR", cost=Decimal(2), told_at=NOW)
ENDED = replace(RUNNING, is_running=False)
SILENT = replace(RUNNING, told_at=NOW - SILENT_FOR)
PRICE = {"before_taxes": 10, "taxes": [{"name": "VAT", "amount": 2}, {"name": "city", "amount": "0.5"}]}


def test_what_is_billed_and_what_is_not_yet_add_up_by_currency() -> None:
    pounds = replace(RUNNING, currency="GBP")
    found = account(Spent({"EUR": Decimal(5)}, (RUNNING, ENDED, pounds)), (), NOW)
    assert found.unpaid == {"EUR": 9, "GBP": 2}


@pytest.mark.parametrize(
    ("charge", "here", "running"),
    [
        (RUNNING, [], 1),
        (RUNNING, [Spot("FR*CPO", "loc1", "e2")], 1),
        (RUNNING, [HERE], 0),
        (ENDED, [], 0),
        (SILENT, [], 0),
        (replace(SILENT, told_at=SILENT.told_at + timedelta(seconds=1)), [], 1),
    ],
)
def test_a_charge_elsewhere_of_which_one_still_hears_runs(
    charge: OpenCharge, here: list[Spot], running: int
) -> None:
    assert account(Spent({}, (charge,)), here, NOW).running == running


def test_places_are_the_same_however_they_are_spelled() -> None:
    assert spots(PartyId("fr", "cpo"), "LOC1", ["E1"]) == [HERE]


@pytest.mark.parametrize(
    ("charge", "amount"),
    [
        ({"total_cost": PRICE}, "12.5"),
        ({"total_cost": {"before_taxes": Decimal("-3.10")}, "credit": True}, "-3.10"),
        ({"status": "ACTIVE"}, "0"),
        ({"total_cost": PRICE, "status": "INVALID"}, "0"),
        ({"total_cost": PRICE, "home_charging_compensation": True}, "0"),
    ],
)
def test_a_charge_costs_what_it_says_with_taxes(charge: dict[str, Any], amount: str) -> None:
    assert cost(charge) == Decimal(amount)


@pytest.mark.parametrize(
    ("status", "runs"),
    [("ACTIVE", True), ("PENDING", True), ("RESERVATION", True), ("COMPLETED", False), ("INVALID", False)],
)
def test_a_session_runs_until_it_is_over(status: str, runs: bool) -> None:  # noqa: FBT001
    assert is_running(build.session(status=status).to_wire()) is runs
