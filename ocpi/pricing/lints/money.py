"""Limits, taxes and rates that contradict each other or no country knows.

Spec: 2.3.0 mod_tariffs, Tariff.min_price, max_price and tax_included; PriceComponent.vat.
"""

from collections.abc import Iterator

from ocpi.pricing.countries import country as known_country
from ocpi.pricing.findings import Finding, Severity
from ocpi.pricing.tariff import Component, Limit, Tariff, TaxMode
from ocpi.pricing.units import RATE_PLACES, decimal_text


def lint_money(tariff: Tariff, country: str) -> Iterator[Finding]:
    for field, limit in (("min_price", tariff.min_price), ("max_price", tariff.max_price)):
        if limit is not None:
            yield from _limit(tariff, limit, f"/{field}")
    if tariff.min_price is not None and tariff.max_price is not None:
        yield from _crossing(tariff.min_price, tariff.max_price)
    yield from _rates(tariff, country)


def _limit(tariff: Tariff, limit: Limit, at: str) -> Iterator[Finding]:
    if limit.gross is None and tariff.tax in (TaxMode.NET, TaxMode.GROSS):
        yield Finding("limit_without_incl", Severity.WARNING, at)
    if limit.gross is not None and limit.net is not None and limit.gross < limit.net:
        yield Finding("incl_below_excl", Severity.ERROR, at)


def _crossing(lower: Limit, upper: Limit) -> Iterator[Finding]:
    sides = ((lower.net, upper.net), (lower.gross, upper.gross))
    if any(low is not None and high is not None and low > high for low, high in sides):
        yield Finding("min_price_above_max_price", Severity.ERROR, "/min_price")


def _rates(tariff: Tariff, country: str) -> Iterator[Finding]:
    parts = list(_components(tariff))
    taxed = [part.vat is not None for _, part in parts]
    if tariff.tax is TaxMode.NET and any(taxed) and not all(taxed):
        yield Finding(
            "mixed_tax", Severity.WARNING, "/elements", None, None, "components without vat carry none"
        )
    if tariff.tax is TaxMode.GROSS and not all(taxed):
        yield Finding(
            "net_unknown", Severity.WARNING, "/tax_included", None, None, "a price with tax needs its vat"
        )
    place = known_country(country.upper())
    for at, part in parts:
        if part.price < 0:
            yield Finding("price_negative", Severity.WARNING, f"{at}/price")
        if place is not None and place.highest_vat is not None and (part.vat or 0) > place.highest_vat:
            expected = decimal_text(place.highest_vat, RATE_PLACES)
            yield Finding(
                "vat_implausible",
                Severity.WARNING,
                f"{at}/vat",
                expected,
                decimal_text(part.vat or 0, RATE_PLACES),
            )


def _components(tariff: Tariff) -> Iterator[tuple[str, Component]]:
    for index, element in enumerate(tariff.elements):
        for at, part in enumerate(element.components):
            yield f"/elements/{index}/price_components/{at}", part
