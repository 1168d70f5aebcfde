"""Each check of an audit: the one thing overridden gives its one finding, and nothing else."""

import base64
from decimal import Decimal
from typing import Any

import pytest

from ocpi.pricing import Severity, Zone, ZoneSource, instants
from ocpi.pricing.audit import audit, examine
from ocpi.pricing.known import Known
from ocpi.pricing.opening import convert_cdr
from ocpi.pricing.units import POWER_UNITS, UNITS_PER_KWH
from ocpi.pricing.wire import WireCdr
from tests.ocpi.pricing.documents import Json, cdr, component, element, period, read, tariff


def codes(document: Json, known: Known | None = None) -> list[str]:
    return [finding.code for finding in audit(document, known or Known())]


def money(net: str, gross: str) -> Json:
    return {"excl_vat": Decimal(net), "incl_vat": Decimal(gross)}


def test_nothing_is_said_against_a_right_cdr() -> None:
    assert audit(cdr()) == ()


def test_a_version_2_3_0_cdr_is_recognised_by_its_price() -> None:
    price = {
        "before_taxes": Decimal("4.00"),
        "taxes": [{"name": "VAT", "percentage": 20, "amount": Decimal("0.80")}],
    }

    assert audit(cdr(total_cost=price, tariffs=[tariff(tax_included="NO")])) == ()


def test_a_version_2_1_1_cdr_knows_no_tax() -> None:
    document = cdr(total_cost=Decimal("4.00"), auth_id="DE-EMS-C1")

    assert audit(document) == ()


OVERRIDES: list[tuple[str, Json]] = [
    ("id_missing", {"id": None}),
    ("id_too_long", {"id": "C" * 37}),
    (
        "period_after_end",
        {"charging_periods": [period(ENERGY="10"), period("2024-01-15T11:30:00Z", ENERGY="0")]},
    ),
    ("last_updated_missing", {"last_updated": None}),
    ("last_updated_before_end", {"last_updated": "2024-01-15T10:59:00Z"}),
    ("total_energy_missing", {"total_energy": None}),
    ("total_energy_differs", {"total_energy": Decimal("10.1")}),
    ("total_time_missing", {"total_time": None}),
    ("total_time_differs", {"total_time": Decimal("1.1")}),
    ("total_parking_time_differs", {"total_parking_time": Decimal("0.5")}),
    ("currency_differs", {"currency": "CHF"}),
    ("total_cost_missing", {"total_cost": None}),
    ("total_cost_without_tax", {"total_cost": {"excl_vat": 4}}),
    (
        "total_fixed_cost_differs",
        {"total_fixed_cost": money("1.03", "1.20"), "total_energy_cost": money("3", "3.6")},
    ),
    ("credit_flag_missing", {"credit_reference_id": "CDR0"}),
    ("zone_unknown", {"cdr_location": {"country": "USA"}}),
    ("cdr_unreadable", {"cdr_token": "0412"}),
    (
        "dimension_unreadable",
        {"charging_periods": [{**period(), "dimensions": [*period()["dimensions"], {}]}]},
    ),
]


@pytest.mark.parametrize(("code", "override"), OVERRIDES, ids=[code for code, _ in OVERRIDES])
def test_one_fault_gives_one_finding(code: str, override: Json) -> None:
    assert codes(cdr(**override)) == [code]


def test_an_end_before_the_start_is_an_error() -> None:
    """J-49."""
    assert "end_before_start" in codes(cdr(end_date_time="2024-01-15T09:00:00Z"))


def test_a_session_of_weeks_is_doubted() -> None:
    document = cdr(
        period("2024-01-01T10:00:00Z", ENERGY="10", TIME="337"),
        start_date_time="2024-01-01T10:00:00Z",
        total_time=337,
    )

    assert "session_too_long" in codes({**document, "end_date_time": "2024-01-15T11:00:00Z"})


def test_a_cdr_of_tomorrow_or_of_last_year_is_found() -> None:
    def at(text: str) -> Known:
        return Known(now=instants.parse(text))

    assert codes(cdr(), at("2024-01-15T10:30:00Z")) == ["in_the_future"]
    assert codes(cdr(), at("2024-01-15T10:57:00Z")) == []
    assert codes(cdr(), at("2024-05-15T10:30:00Z")) == ["too_old"]


def test_a_period_before_the_start_is_found() -> None:
    early = cdr(period("2024-01-15T09:50:00Z", ENERGY="10", TIME="1.1667"))

    assert "period_before_start" in codes(early)


def test_unordered_periods_are_priced_in_order_and_reported() -> None:
    late, early = period("2024-01-15T10:30:00Z", ENERGY="5"), period(ENERGY="5")

    assert codes(cdr(late, early)) == ["periods_unordered"]


def test_a_late_first_period_is_found() -> None:
    assert codes(cdr(period("2024-01-15T10:10:00Z", ENERGY="10", TIME="0.8333"))) == ["first_period_late"]


@pytest.mark.parametrize(
    ("hours", "code", "severity"),
    [
        ("1.2", "time_longer_than_period", Severity.WARNING),
        ("0.9", "time_shorter_than_period", Severity.INFO),
    ],
)
def test_times_that_do_not_fill_their_period_are_found(hours: str, code: str, severity: Severity) -> None:
    (finding,) = audit(cdr(period(ENERGY="10", TIME=hours)))

    assert (finding.code, finding.severity, finding.pointer) == (
        code,
        severity,
        "/charging_periods/0/dimensions",
    )


def test_watt_hours_for_kilowatt_hours_are_recognised() -> None:
    document = cdr(period(ENERGY="10000", TIME="1"), total_energy=10000, total_cost=money("3001", "3601.2"))

    assert codes(document) == ["power_implausible", "energy_above_battery", "energy_unit_suspect"]


def test_more_power_than_the_connector_has_is_doubted() -> None:
    assert codes(cdr(), Known(most_power=11 * POWER_UNITS)) == []
    assert codes(cdr(), Known(most_power=8 * POWER_UNITS)) == ["power_implausible"]


def test_more_energy_than_a_car_takes_is_doubted() -> None:
    assert codes(cdr(), Known(most_energy=9 * UNITS_PER_KWH)) == ["energy_above_battery"]


def test_negative_energy_is_found() -> None:
    """J-49."""
    document = cdr(period(ENERGY="-2", TIME="1"), total_energy=-2, total_cost=money("0.4", "0.48"))

    assert codes(document) == ["energy_negative"]


def test_money_for_no_energy_is_doubted() -> None:
    document = cdr(period(ENERGY="0", TIME="1"), total_energy=0, total_cost=money("1", "1.2"))

    assert codes(document) == ["zero_energy_billed"]


def test_energy_that_no_period_tells_is_found() -> None:
    document = cdr(period(TIME="1"), total_cost=money("1", "1.2"))

    assert codes(document) == ["energy_not_in_periods", "zero_energy_billed"]


def test_a_wrong_total_names_both_figures_and_where() -> None:
    (finding,) = audit(cdr(total_cost=money("4.20", "4.80")))

    assert finding.code == "total_cost_differs"
    assert finding.pointer == "/total_cost/excl_vat"
    assert (finding.expected, finding.actual) == ("4", "4.2")
    assert finding.reason == "no other reading gives this total"


def test_the_tolerance_is_the_partners() -> None:
    document = cdr(total_cost=money("4.008", "4.808"))

    assert codes(document) == []
    assert codes(document, Known(tolerance=0)) == ["total_cost_differs", "total_cost_differs"]


def test_the_reading_that_reproduces_a_total_is_named() -> None:
    """Case pub_05 as its partner bills it: 25 unpriced minutes take part in the step."""
    elements = (
        element(component("FLAT", "10"), end_time="17:00"),
        element(component("TIME", "1", step_size=900)),
    )
    tariffs = [tariff(elements[0], {**elements[1], "restrictions": {"start_time": "17:00"}})]
    document = cdr(
        period("2024-01-15T15:35:00Z", TIME="0.4167"),
        period("2024-01-15T16:00:00Z", TIME="0.1667"),
        start_date_time="2024-01-15T15:35:00Z",
        end_date_time="2024-01-15T16:10:00Z",
        last_updated="2024-01-15T17:00:00Z",
        tariffs=tariffs,
        total_cost=money("10.3333", "12.40"),
        total_energy=0,
        total_time=Decimal("0.5833"),
    )

    verdict = examine(document)

    assert verdict.reading is not None
    assert verdict.reading.field == "step_volume"
    differing = [finding for finding in verdict.findings if finding.code == "total_cost_differs"]
    assert {finding.reason for finding in differing} == {
        "matches if step_size counts volumes that no element prices"
    }


def test_sub_totals_that_do_not_add_up_are_found() -> None:
    stated = {
        "total_fixed_cost": money("1", "1.2"),
        "total_energy_cost": money("3", "3.6"),
        "total_time_cost": money("0.5", "0.6"),
    }

    assert codes(cdr(**stated)) == [
        "total_time_cost_differs",
        "total_time_cost_differs",
        "sub_totals_do_not_add_up",
    ]


def test_a_limit_explains_a_total_below_its_parts() -> None:
    capped = tariff(max_price={"excl_vat": 3, "incl_vat": Decimal("3.60")})
    document = cdr(
        tariffs=[capped],
        total_cost=money("3", "3.60"),
        total_fixed_cost=money("1", "1.2"),
        total_energy_cost=money("3", "3.6"),
    )

    assert codes(document) == []


def test_tax_below_nothing_is_found() -> None:
    assert codes(cdr(total_cost=money("4.00", "3.99")), Known(tolerance=10**10)) == ["incl_below_excl"]


def test_a_tax_line_that_is_not_its_percentage_is_found() -> None:
    price = {
        "before_taxes": 4,
        "taxes": [{"name": "VAT", "percentage": 19, "amount": Decimal("0.80")}],
    }

    (finding,) = audit(cdr(total_cost=price, tariffs=[tariff(tax_included="NO")]))

    assert (finding.code, finding.pointer) == ("tax_differs", "/total_cost/taxes/0/amount")


def test_a_rate_that_the_country_does_not_have_is_doubted() -> None:
    dear = tariff(element(component("ENERGY", "0.30", vat=21), component("FLAT", "1.00", vat=20)))

    assert codes(cdr(tariffs=[dear], total_cost=money("4", "4.83"))) == ["vat_implausible"]


def test_a_negative_total_is_no_bill() -> None:
    """J-49."""
    assert "total_cost_sign" in codes(cdr(total_cost=money("-4", "-4.8")))


def test_without_any_tariff_nothing_can_be_compared() -> None:
    assert codes(cdr(tariffs=None)) == ["no_tariff"]
    assert codes(cdr(tariffs=None), Known(tariffs=(read(tariff()),))) == []


def test_an_embedded_tariff_must_be_the_published_one() -> None:
    dearer = read(tariff(element(component("ENERGY", "0.20"), component("FLAT", "1.00"))))

    assert codes(cdr(), Known(tariffs=(read(tariff()),))) == []
    assert codes(cdr(), Known(tariffs=(dearer,))) == ["tariff_differs"]
    assert codes(cdr(), Known(tariffs=(read(tariff(id="T2")),))) == ["tariff_unpublished"]


def test_a_misspelt_restriction_is_reported_with_what_was_meant() -> None:
    misspelt = {
        **element(component("ENERGY", "0.30"), component("FLAT", "1.00")),
        "restrictions": {"dayOfWeek": []},
    }

    (finding,) = audit(cdr(tariffs=[tariff(misspelt)]))

    assert finding.code == "unexpected_field"
    assert (finding.expected, finding.actual) == ("day_of_week", "dayOfWeek")
    assert finding.pointer == "/tariffs/0/elements/0/restrictions/dayOfWeek"


def test_an_unsplit_period_is_reported_where_it_stands() -> None:
    tiers = tariff(element(component("ENERGY", "0.40"), max_kwh=5), element(component("ENERGY", "0.30")))

    (finding,) = audit(cdr(tariffs=[tiers], total_cost=money("4", "4.8")))

    assert (finding.code, finding.pointer) == ("period_spans_price_change", "/charging_periods/0")


def test_a_reservation_that_no_element_prices_is_mentioned() -> None:
    reserved = period("2024-01-15T09:30:00Z", RESERVATION_TIME="0.5")
    document = cdr(reserved, period(), start_date_time="2024-01-15T09:30:00Z")

    assert codes(document) == ["reservation_without_element"]


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (Known(is_repeated=True), "cdr_repeated"),
        (Known(other_cdr="CDR0"), "session_billed_twice"),
        (Known(overlapping=("CDR8", "CDR9")), "overlaps_other_cdr"),
        (Known(session=False), "session_unknown"),
        (Known(token=False), "token_unknown"),
        (Known(authorization=False), "authorization_unknown"),
        (Known(evse=False), "evse_not_of_party"),
        (Known(needs_signed_data=True), "signed_data_missing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_caller_knows_is_held_against_the_cdr(known: Known, code: str) -> None:
    assert codes(cdr(), known) == [code]


def ocmf(first: str, last: str, unit: str) -> Json:
    record = f'OCMF|{{"RD":[{{"RV":{first},"RU":"{unit}"}},{{"RV":{last},"RU":"{unit}"}}]}}|{{"SD":"00"}}'
    return {
        "encoding_method": "OCMF",
        "signed_values": [{"nature": "End", "plain_data": record, "signed_data": "x"}],
    }


def test_signed_readings_are_held_against_the_energy() -> None:
    assert codes(cdr(signed_data=ocmf("100.5", "110.5", "kWh"))) == []
    assert codes(cdr(signed_data=ocmf("100500", "110500", "Wh"))) == []
    assert codes(cdr(signed_data=ocmf("100.5", "108.5", "kWh"))) == ["signed_energy_differs"]


def test_a_signed_reading_has_its_unit_from_the_one_before() -> None:
    record = 'OCMF|{"RD":[{"RV":100.5,"RU":"kWh"},{"RV":108.5}]}|{"SD":"00"}'
    values = [{"nature": "End", "plain_data": "", "signed_data": base64.b64encode(record.encode()).decode()}]

    assert codes(cdr(signed_data={"encoding_method": "OCMF", "signed_values": values})) == [
        "signed_energy_differs"
    ]


def test_the_zone_comes_from_the_location_then_the_partner_then_the_country() -> None:
    def source(known: Known) -> tuple[str, ZoneSource]:
        breakdown = examine(cdr(), known).breakdown
        assert breakdown is not None
        return breakdown.zone.name, breakdown.zone.source

    assert source(Known(zone=Zone.named("Europe/Lisbon"), partner_zone="Europe/Rome")) == (
        "Europe/Lisbon",
        ZoneSource.LOCATION,
    )
    assert source(Known(partner_zone="Europe/Rome")) == ("Europe/Rome", ZoneSource.PARTNER)
    assert source(Known()) == ("Europe/Paris", ZoneSource.COUNTRY)


def test_a_zone_that_does_not_exist_is_passed_over() -> None:
    breakdown = examine(cdr(), Known(partner_zone="Mars/Olympus")).breakdown

    assert breakdown is not None
    assert breakdown.zone.source is ZoneSource.COUNTRY


def wire(document: Json) -> WireCdr:
    return convert_cdr(document)[0]


def credit(**overrides: Any) -> Json:
    negated = {"credit": True, "id": "CR1", "credit_reference_id": "CDR1", "total_cost": money("-4", "-4.8")}
    return cdr(**{**negated, **overrides})


def test_a_right_credit_takes_back_what_was_billed() -> None:
    assert codes(credit(), Known(original=wire(cdr()))) == []


@pytest.mark.parametrize(
    ("override", "known", "code"),
    [
        ({"credit_reference_id": None}, {}, "credit_without_reference"),
        ({}, {"is_credited": True}, "credited_twice"),
        ({"credit_reference_id": "CDR2"}, {"original": wire(cdr())}, "credit_of_another"),
        ({}, {"original": wire(cdr(credit=True))}, "credit_of_a_credit"),
        ({"session_id": "S2"}, {"original": wire(cdr())}, "credit_differs"),
        ({}, {"original": wire(cdr(total_energy=11))}, "credit_differs"),
        ({}, {"original": wire(cdr(total_cost=money("5", "6")))}, "credit_not_opposite"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_credit_is_found(override: Json, known: dict[str, Any], code: str) -> None:
    assert codes(credit(**override), Known(**known)) == [code]
