"""Tariffs and prices, row by row."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.translation.losses import Withheld
from schemas.translation.registry import form_of, translate
from schemas.v2_3_0.enums import TaxIncluded, VersionNumber
from schemas.v2_3_0.sessions import Session
from schemas.v2_3_0.tariffs import Tariff
from tests.build import session, tariff
from tests.schemas.crossings import (
    OF_THE_CPO,
    V2_1_1,
    V2_2_1,
    V2_3_0,
    context,
    down,
    gone,
    poorer,
    up,
    why_not,
)


def element(
    price: str = "0.25", vat: str | None = "20", kind: str = "ENERGY", **restrictions: Any
) -> dict[str, Any]:
    component = {"type": kind, "price": Decimal(price), "vat": vat and Decimal(vat), "step_size": 1}
    return {"price_components": [component], "restrictions": restrictions or None}


def prices(wire: dict[str, Any]) -> list[Decimal]:
    return [held["price_components"][0]["price"] for held in wire["elements"]]


@pytest.mark.parametrize(("vat", "reading"), [("20", "NO"), ("0", "NO"), (None, "N/A")])
def test_rates_say_whether_2_2_1_has_taxes(vat: str | None, reading: str) -> None:
    """Case C-151: without a rate no VAT applies, which is not a rate of 0 %."""
    wire = down(tariff(elements=[element(vat=vat)], tax_included=reading), V2_2_1).value.to_wire()

    assert up(Tariff, wire, V2_2_1).value.to_wire()["tax_included"] == reading


def test_a_partner_may_have_agreed_that_missing_rates_mean_nothing() -> None:
    wire = down(tariff(elements=[element(vat=None)], tax_included="N/A"), V2_2_1).value.to_wire()

    there = up(Tariff, wire, V2_2_1, context(untaxed=TaxIncluded.NO))

    assert there.value.to_wire()["tax_included"] == "NO"


def test_a_reading_that_rates_do_not_tell_is_lost() -> None:
    assert poorer(down(tariff(elements=[element(vat=None)], tax_included="NO"), V2_2_1)) == ["/tax_included"]
    assert poorer(down(tariff(elements=[element(vat="20")], tax_included="N/A"), V2_2_1)) == ["/tax_included"]


def test_2_1_1_prices_are_always_without_taxes() -> None:
    wire = down(tariff(elements=[element(vat=None)], tax_included="N/A"), V2_1_1).value.to_wire()

    assert up(Tariff, wire, V2_1_1).value.to_wire()["tax_included"] == "NO"


@pytest.mark.parametrize("version", [V2_1_1, V2_2_1])
def test_gross_prices_become_net_ones(version: VersionNumber) -> None:
    gross = tariff(
        elements=[element("0.30", "20"), element("1.00", "19"), element("0", None)], tax_included="YES"
    )

    there = down(gross, version)

    assert prices(there.value.to_wire()) == [Decimal("0.2500"), Decimal("0.8403"), 0]
    assert {"/elements", "/tax_included"} <= set(poorer(there))


def test_gross_prices_at_a_rate_of_nothing_are_net_ones() -> None:
    there = down(tariff(elements=[element("0.30", "0")], tax_included="YES"), V2_2_1)

    assert prices(there.value.to_wire()) == [Decimal("0.30")]
    assert poorer(there) == ["/tax_included"]


@pytest.mark.parametrize("vat", [None, "-1", "-100"])
def test_gross_prices_without_a_rate_are_withheld(vat: str | None) -> None:
    reason = why_not(tariff(elements=[element("0.30", vat)], tax_included="YES"), V2_2_1)

    assert reason == "its prices include taxes, and not every rate is told"


def test_limits_have_the_same_two_numbers() -> None:
    limited = tariff(
        min_price={"before_taxes": 1, "after_taxes": Decimal("1.2")},
        max_price={"before_taxes": Decimal("10.00")},
    )

    there = down(limited, V2_2_1)

    assert there.value.to_wire()["min_price"] == {"excl_vat": 1, "incl_vat": Decimal("1.2")}
    assert there.value.to_wire()["max_price"] == {"excl_vat": 10}
    assert up(Tariff, there.value.to_wire(), V2_2_1).value == limited
    assert {"/min_price", "/max_price"} <= set(gone(down(limited, V2_1_1)))


def test_what_2_3_0_and_payments_added_stays_behind() -> None:
    assert gone(down(tariff(preauthorize_amount=50), V2_2_1)) == ["/preauthorize_amount"]


def test_prices_for_bookings_do_not_price_charging() -> None:
    booked = tariff(elements=[element(booking="BOOKING"), element()])

    for version in (V2_1_1, V2_2_1):
        there = down(booked, version)
        assert len(there.value.to_wire()["elements"]) == 1
        assert "/elements/0" in gone(there)
    assert why_not(tariff(elements=[element(booking="BOOKING")]), V2_2_1) == (
        "it prices bookings only, which 2.2.1 does not have"
    )


@pytest.mark.parametrize("reservation", ["RESERVATION", "RESERVATION_EXPIRES"])
def test_prices_for_reservations_do_not_price_charging_in_2_1_1(reservation: str) -> None:
    reserved = tariff(elements=[element(kind="TIME", reservation=reservation), element(vat=None)])

    there = down(reserved, V2_1_1)

    assert [held["price_components"][0]["type"] for held in there.value.to_wire()["elements"]] == ["ENERGY"]
    assert gone(there) == ["/elements/0"]
    assert down(reserved, V2_2_1).losses == ()
    only = tariff(elements=[element(kind="TIME", reservation=reservation)])
    assert why_not(only, V2_1_1) == "it prices nothing that 2.1.1 has"


@pytest.mark.parametrize("kind", ["AD_HOC_PAYMENT", "PROFILE_CHEAP", "PROFILE_FAST", "PROFILE_GREEN"])
def test_a_tariff_for_some_is_withheld_from_2_1_1(kind: str) -> None:
    assert why_not(tariff(type=kind), V2_1_1) == f"it is for {kind} only, which 2.1.1 cannot tell"
    assert down(tariff(type=kind), V2_2_1).losses == ()


def test_a_regular_tariff_is_just_a_tariff_in_2_1_1() -> None:
    assert "/type" in gone(down(tariff(type="REGULAR"), V2_1_1))


def test_2_1_1_has_no_validity() -> None:
    timed = tariff(start_date_time="2026-01-01T00:00:00Z", end_date_time="2027-01-01T00:00:00Z")

    assert {"/start_date_time", "/end_date_time"} <= set(gone(down(timed, V2_1_1)))


def test_currents_become_powers_where_the_voltage_is_known() -> None:
    by_current = tariff(elements=[element(vat=None, min_current=16, max_current=32, max_power=5)])

    there = down(by_current, V2_1_1, context(volts=230))

    assert there.value.to_wire()["elements"][0]["restrictions"] == {
        "min_power": Decimal("3.68"),
        "max_power": Decimal(5),
    }
    assert poorer(there) == ["/elements/0/restrictions", "/tax_included"]
    assert "tariff_alt_text" not in there.value.to_wire()


@pytest.mark.parametrize(("bound", "power"), [("min_current", "min_power"), ("max_current", "max_power")])
def test_one_bound_of_the_current_is_one_of_the_power(bound: str, power: str) -> None:
    there = down(tariff(elements=[element() | {"restrictions": {bound: 10}}]), V2_1_1, context(volts=400))

    assert there.value.to_wire()["elements"][0]["restrictions"] == {power: 4}
    assert poorer(there) == ["/elements/0/restrictions"]


def test_where_the_voltage_is_not_known_people_are_told() -> None:
    by_current = tariff(elements=[element(min_current=16), element(vat=None)])

    there = down(by_current, V2_1_1, context())

    assert len(there.value.to_wire()["elements"]) == 1
    assert gone(there) == ["/elements/0"]
    assert "current" in there.value.to_wire()["tariff_alt_text"][0]["text"]


PRICE = {"before_taxes": Decimal("10.00")}


@pytest.mark.parametrize(
    ("since_2_3_0", "in_2_2_1"),
    [
        (PRICE, {"excl_vat": Decimal("10.00")}),
        (
            {**PRICE, "taxes": [{"name": "VAT", "amount": Decimal("2.00")}]},
            {"excl_vat": Decimal("10.00"), "incl_vat": Decimal("12.00")},
        ),
        (
            {**PRICE, "taxes": [{"name": "VAT", "amount": Decimal("0.00")}]},
            {"excl_vat": Decimal("10.00"), "incl_vat": Decimal("10.00")},
        ),
    ],
)
def test_one_vat_is_the_same_in_both(since_2_3_0: dict[str, Any], in_2_2_1: dict[str, Any]) -> None:
    """Case C-150."""
    there = down(session(total_cost=since_2_3_0), V2_2_1)

    assert there.value.to_wire()["total_cost"] == in_2_2_1
    assert there.losses == ()
    assert up(Session, there.value.to_wire(), V2_2_1).value.to_wire()["total_cost"] == since_2_3_0


@pytest.mark.parametrize(
    "taxes",
    [
        [{"name": "TVA", "amount": 2}],
        [{"name": "VAT", "amount": 2, "percentage": 20}],
        [{"name": "VAT", "amount": 2, "account_number": "FR1"}],
        [{"name": "GST", "amount": 1}, {"name": "PST", "amount": 1}],
    ],
)
def test_names_rates_and_the_split_of_taxes_are_lost(taxes: list[dict[str, Any]]) -> None:
    there = down(session(total_cost={**PRICE, "taxes": taxes}), V2_2_1)

    assert there.value.to_wire()["total_cost"] == {"excl_vat": 10, "incl_vat": 12}
    assert poorer(there) == ["/total_cost/taxes"]


def test_2_1_1_has_the_cost_alone() -> None:
    there = down(session(total_cost={**PRICE, "taxes": [{"name": "TVA", "amount": 2}]}), V2_1_1)

    assert there.value.to_wire()["total_cost"] == Decimal("10.00")
    assert "/total_cost/taxes" in gone(there)
    assert up(Session, there.value.to_wire(), V2_1_1).value.to_wire()["total_cost"] == PRICE


def test_a_tariff_of_2_1_1_can_be_read_everywhere() -> None:
    form = form_of(Tariff, V2_1_1)
    assert form
    bare = form.model_validate(down(tariff(), V2_1_1).value.to_wire())

    for version in (V2_2_1, V2_3_0):
        assert not isinstance(translate(Tariff, bare, V2_1_1, version, OF_THE_CPO), Withheld)
