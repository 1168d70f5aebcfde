"""Sentences say the figures of the breakdown and the conditions of the tariff, in both languages."""

from decimal import Decimal

import pytest

from ocpi.pricing import Breakdown, Zone, ZoneSource, price, read_cdr
from ocpi.pricing.explain import explain, words_of
from ocpi.pricing.language.words import Language
from ocpi.pricing.notes import Code
from ocpi.pricing.tariff import Dimension
from tests.ocpi.pricing.documents import PARIS, Json, cdr, component, element, period, read, tariff


def priced(raw: Json, *periods: Json, zone: Zone = PARIS) -> Breakdown:
    return price(read_cdr(cdr(*periods)).periods, [read(raw)], zone)


def test_a_line_says_volume_price_cost_and_why() -> None:
    night = tariff(element(component("ENERGY", "0.30"), start_time="08:00", end_time="20:00", max_kwh=30))

    sentences = explain(priced(night))

    price_and_cost = "Energy: 10 kWh at 0.30 EUR per kWh plus 20 % VAT is 3.00 EUR"
    reason = "because it applies between 08:00 and 20:00 and up to 30 kWh"
    assert sentences[:3] == (
        "Times are local times of the location (Europe/Paris).",
        "From 11:00 to 12:00 the vehicle took 10 kWh.",
        f"{price_and_cost}, {reason}.",
    )
    assert sentences[-1] == "In all: 3.00 EUR before tax, 3.60 EUR with tax."


def test_french_writes_decimals_with_a_comma() -> None:
    sentences = explain(priced(tariff()), Language.FRENCH)

    assert "Énergie : 10 kWh à 0,30 EUR par kWh plus 20 % de TVA font 3,00 EUR, à toute heure." in sentences
    assert sentences[-1] == "En tout : 4,00 EUR hors taxe, 4,80 EUR taxes comprises."


def test_a_rounded_volume_is_explained() -> None:
    coarse = tariff(element(component("ENERGY", "0.30", step_size=4000)))

    sentences = explain(priced(coarse))

    assert "Energy is billed in steps of 4000 Wh: 10 kWh in all became 12 kWh." in sentences


def test_a_limit_is_explained() -> None:
    capped = tariff(max_price={"excl_vat": Decimal("3.00"), "incl_vat": Decimal("3.60")})

    assert "The parts come to 4.00 EUR; the tariff's maximum caps that at 3.00 EUR." in explain(
        priced(capped)
    )


def test_what_is_free_is_said_to_be_free() -> None:
    sentences = explain(
        priced(tariff(), period(ENERGY="10"), period("2024-01-15T10:30:00Z", PARKING_TIME="0.5"))
    )

    assert "Parking is not billed then: 30 min cost nothing." in sentences


def test_the_provenance_of_the_zone_is_told() -> None:
    assumed = Zone.named("UTC", ZoneSource.ASSUMED)

    sentences = explain(priced(tariff(), zone=assumed))

    assert sentences[0] == "The time zone of the location is not known; UTC was assumed."


@pytest.mark.parametrize("language", Language)
def test_every_note_dimension_and_zone_has_words(language: Language) -> None:
    words = words_of(language)

    assert set(words.notes) == set(Code)
    assert set(words.zone) == set(ZoneSource)
    for table in (words.measured, words.priced, words.free, words.step):
        assert set(table) == set(Dimension)
