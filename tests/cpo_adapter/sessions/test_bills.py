"""What a transaction comes to. Each total is worked by hand beside it."""

from decimal import Decimal
from typing import Any

import pytest

from cpo_adapter.sessions.billing import NotBillable, NothingDue
from cpo_adapter.sessions.objects import Renderer
from cpo_adapter.sessions.transaction import Since, Transaction
from schemas.kinds import PartyId
from schemas.v2_3_0.cdrs import CDR
from tests import build
from tests.cpo_adapter.sessions.facts import authorized, end, read, status, transaction

RENDERER = Renderer(PartyId("FR", "CPO"), "EUR")


def bill(charged: Transaction) -> Any:
    return RENDERER.bill(charged, authorized()).value()


def parked(*since: Since) -> Any:
    """11 kWh in an hour, then half an hour at the station without energy."""
    return bill(transaction(*since, ended=end(90, 12_000)))


def test_a_bill_is_the_energy_at_the_price_of_the_start() -> None:
    cdr = bill(transaction(ended=end(60, 12_000)))
    assert cdr["total_energy"] == 11
    assert cdr["total_cost"]["before_taxes"] == Decimal("4.40")  # 11 x 0.40
    assert cdr["total_cost"]["taxes"] == [{"name": "VAT", "percentage": 20, "amount": Decimal("0.88")}]


def test_time_after_the_car_said_it_is_full_is_parking() -> None:
    cdr = parked(read(60, 12_000), status(0, "Charging"), status(60, "SuspendedEV"))
    assert cdr["total_parking_time"] == Decimal("0.5")
    assert cdr["total_cost"]["before_taxes"] == Decimal("7.40")  # 4.40 + 0.5 x 6


def test_time_in_which_the_station_holds_back_is_not_parking() -> None:
    cdr = parked(read(60, 12_000), status(0, "Charging"), status(60, "SuspendedEVSE"))
    assert cdr["total_parking_time"] == 0
    assert cdr["total_cost"]["before_taxes"] == Decimal("4.40")


def test_a_station_that_tells_no_status_is_judged_by_the_power_it_measures() -> None:
    cdr = parked(read(30, 6500, 11_000), read(60, 12_000, 0), read(75, 12_000, 0))
    assert cdr["total_parking_time"] == Decimal("0.5")


def test_a_stray_fraction_of_a_second_costs_no_energy() -> None:
    charged = transaction(ended=end(60.0123, 12_000))
    assert bill(charged)["total_energy"] == 11


def test_several_readings_within_one_second_cost_no_energy() -> None:
    """Stations read their meter once more as they start, and as they stop."""
    readings = (read(0.005, 1010), read(30, 6500), read(30.005, 6510), read(60.005, 11_990))
    charged = transaction(*readings, ended=end(60.0123, 12_000))

    assert bill(charged)["total_energy"] == 11
    assert sum(each["dimensions"][0]["volume"] for each in bill(charged)["charging_periods"]) == 11


def test_what_began_and_ended_within_one_second_is_shown() -> None:
    over = transaction(read(0.001, 1000), ended=end(0.002, 1000))

    assert RENDERER.session(over, authorized()).value()["status"] == "COMPLETED"
    with pytest.raises(NothingDue):
        bill(over)


def test_a_bill_names_the_session_the_card_and_the_answer_that_allowed_it() -> None:
    cdr = bill(transaction(ended=end(60, 12_000)))
    assert cdr["session_id"] == cdr["id"] == "5a0f2a4e-0000-4000-8000-000000000001"
    assert cdr["cdr_token"]["contract_id"] == build.token().contract_id
    assert (cdr["auth_method"], cdr["authorization_reference"]) == ("AUTH_REQUEST", "REF-1")
    assert cdr["tariffs"][0]["id"] == "AC"


def test_the_same_facts_make_the_same_bytes() -> None:
    made = {
        RENDERER.bill(transaction(read(30, 6500), ended=end(60, 12_000)), authorized()).body for _ in range(3)
    }
    assert len(made) == 1


def test_a_bill_is_a_valid_cdr_for_the_issuer_of_the_card() -> None:
    record = RENDERER.bill(transaction(ended=end(60, 12_000)), authorized())
    assert CDR.model_validate(record.value()).total_energy == 11
    assert record.audience == PartyId("NL", "MSP")


def test_without_a_tariff_that_was_valid_nothing_is_billed() -> None:
    with pytest.raises(NotBillable, match="no tariff"):
        bill(transaction(ended=end(60, 12_000), tariffs=()))


def test_a_session_shows_what_it_costs_so_far_and_is_active_until_its_end() -> None:
    running = RENDERER.session(transaction(read(30, 6500)), authorized()).value()
    assert (running["status"], running["kwh"]) == ("ACTIVE", Decimal("5.5"))
    assert running["total_cost"]["before_taxes"] == Decimal("2.20")  # 5.5 x 0.40
    assert "end_date_time" not in running
    over = RENDERER.session(transaction(ended=end(60, 12_000)), authorized()).value()
    assert (over["status"], over["end_date_time"]) == ("COMPLETED", "2026-03-02T11:00:00Z")
