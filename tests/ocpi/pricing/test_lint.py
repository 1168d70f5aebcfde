"""Each rule of lint, on a tariff that breaks it and on one that does not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ocpi.pricing import Version
from ocpi.pricing.lint import lint
from tests.ocpi.pricing.documents import Json, component, element, tariff

NOW = datetime(2024, 6, 1, tzinfo=UTC)
ENERGY = component("ENERGY", "0.30")
CHEAP = component("ENERGY", "0.20")
UNTAXED = {**component("FLAT", "1.00"), "vat": None}
LOW, HIGH = {"excl_vat": 4, "incl_vat": 5}, {"excl_vat": 5, "incl_vat": 6}
DAY = {"start_time": "00:00", "end_time": "17:00"}


def codes(raw: Json, version: Version = Version.V2_2_1, country: str = "FRA") -> list[str]:
    return [finding.code for finding in lint(raw, version, NOW, country)]


def test_nothing_is_said_against_a_plain_tariff() -> None:
    assert codes(tariff()) == []


BROKEN: list[tuple[str, Json]] = [
    ("unreachable_component", tariff(element(ENERGY), element(CHEAP, max_kwh=10))),
    (
        "unreachable_component",
        tariff(element(CHEAP, max_kwh=10), element(ENERGY, max_kwh=10), element(ENERGY)),
    ),
    ("no_fallback", tariff(element(ENERGY, start_time="08:00", end_time="20:00"))),
    ("no_fallback", tariff(element(ENERGY, max_kwh=10))),
    ("no_fallback", tariff(element(ENERGY, start_date="2024-05-01", end_date="2024-07-01"))),
    (
        "flow_restriction_without_fallback",
        tariff(element(CHEAP, max_power=22), element(ENERGY, min_power=22)),
    ),
    ("duplicate_component", tariff(element(ENERGY, CHEAP))),
    ("whole_day_window", tariff(element(CHEAP, start_time="08:00", end_time="08:00"), element(ENERGY))),
    ("midnight_end_alone", tariff(element(CHEAP, end_time="00:00"), element(ENERGY))),
    ("step_size_not_one", tariff(element(component("TIME", "1.00", step_size=300)))),
    ("step_size_not_one", tariff(element(component("FLAT", "1.00", step_size=2)))),
    ("impossible_range", tariff(element(CHEAP, min_kwh=10, max_kwh=10), element(ENERGY))),
    ("impossible_range", tariff(element(CHEAP, max_duration=0), element(ENERGY))),
    (
        "min_price_above_max_price",
        tariff(min_price={"excl_vat": 5, "incl_vat": 6}, max_price={"excl_vat": 4, "incl_vat": 5}),
    ),
    ("limit_without_incl", tariff(max_price={"excl_vat": 4})),
    ("incl_below_excl", tariff(max_price={"excl_vat": 10, "incl_vat": 9})),
    ("tariff_ended", tariff(end_date_time="2024-05-01T00:00:00Z")),
    ("unexpected_field", tariff(valid_from="2024-05-01")),
    ("mixed_tax", tariff(element(ENERGY, UNTAXED))),
    ("vat_implausible", tariff(element(component("ENERGY", "0.30", vat=21)))),
    ("price_negative", tariff(element(component("ENERGY", "-0.30")))),
    ("alt_url_only", tariff(tariff_alt_url="https://example.org/prices") | {"elements": []}),
    ("tariff_unreadable", tariff(element(component("ENERGY", "0.30", price="free")))),
]


@pytest.mark.parametrize(("code", "raw"), BROKEN, ids=[code for code, _ in BROKEN])
def test_a_broken_rule_gives_its_finding(code: str, raw: Json) -> None:
    assert codes(raw) == [code]


def test_a_night_with_weekdays_is_not_what_its_author_means() -> None:
    night = element(CHEAP, start_time="22:00", end_time="06:00", day_of_week=["FRIDAY"])

    assert codes(tariff(night, element(ENERGY))) == ["weekday_with_overnight_window"]


def test_dates_in_the_past_are_found() -> None:
    past = element(CHEAP, start_date="2024-01-01", end_date="2024-05-01")

    assert codes(tariff(past, element(ENERGY))) == ["dates_in_the_past"]


def test_a_gross_price_needs_its_rate() -> None:
    untold = {**ENERGY, "vat": None}

    assert codes(tariff(element(untold), tax_included="YES"), Version.V2_3_0) == ["net_unknown"]


@pytest.mark.parametrize(
    "elements",
    [
        [
            element(CHEAP, start_time="00:00", end_time="17:00"),
            element(ENERGY, start_time="17:00", end_time="00:00"),
        ],
        [element(CHEAP, max_kwh=10), element(ENERGY, min_kwh=10)],
        [element(CHEAP, day_of_week=["SATURDAY", "SUNDAY"]), element(ENERGY)],
        [element(ENERGY), element(component("PARKING_TIME", "6.00"), min_duration=14_400)],
    ],
    ids=["clock", "energy", "days", "grace"],
)
def test_prices_that_cover_everything_need_no_fallback(elements: list[Any]) -> None:
    assert codes(tariff(*elements)) == []


def test_a_tariff_of_2_3_0_must_say_whether_tax_is_included() -> None:
    (finding,) = lint(tariff(), Version.V2_3_0)

    assert (finding.code, finding.pointer) == ("tariff_unreadable", "/tax_included")


def test_a_misspelt_field_names_what_was_meant() -> None:
    misspelt = {**element(CHEAP), "restriction": {"dayOfWeek": ["MONDAY"]}}

    (finding,) = lint(tariff(misspelt), Version.V2_2_1)

    assert (finding.pointer, finding.expected) == ("/elements/0/restriction", "restrictions")
