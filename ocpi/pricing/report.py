"""A verdict or a breakdown as a JSON document.

A single breakdown has its numbers as plain decimal strings: energy in kWh, time in seconds, money in the
currency. A record, one of a million lines, has integers in the smallest units instead, which are exact and
need no formatting: money in 10**-places of the currency, prices in 1e-10, energy in mWh, time in
microseconds. What is not known is null.
"""

from typing import Any, Final

from ocpi.pricing.audit import Audit
from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.findings import Finding
from ocpi.pricing.offers import KINDS, Offer
from ocpi.pricing.tariff import Dimension
from ocpi.pricing.units import COST_UNITS, ENERGY_PLACES, PRICE_PLACES, TICK_PLACES, decimal_text

Json = dict[str, Any]
_PLACES: Final = 4
_GRAIN: Final = COST_UNITS // 10**_PLACES
_NAMES: Final = (
    "total_fixed_cost",
    "total_energy_cost",
    "total_time_cost",
    "total_parking_cost",
    "total_reservation_cost",
    "before_limits",
    "total_cost",
)
_PLACES_OF: Final = (0, ENERGY_PLACES, TICK_PLACES, TICK_PLACES, TICK_PLACES)  # by kind


def record_of(verdict: Audit) -> Json:
    """A verdict in integers: findings, every amount, and what each component billed in the whole session."""
    document: Json = {
        "id": None,
        "clean": verdict.is_clean,
        "findings": list(map(of_finding, verdict.findings)),
    }
    if verdict.cdr is not None:
        wire = verdict.cdr.wire
        document["id"] = wire.id
        document["party"] = [wire.country_code, wire.party_id]
    if verdict.reading is not None:
        document["reading"] = verdict.reading.meaning
    found = verdict.breakdown
    if found is not None:
        document["currency"] = found.currency
        document["time_zone"] = found.zone.name
        document["time_zone_source"] = found.zone.source
        document["places"] = found.places
        document["before_taxes"], document["after_taxes"] = (
            dict(zip(_NAMES, side, strict=True)) for side in found.published_sides
        )
        document["components"] = [
            {
                "tariff": offer.tariff.id,
                "element": offer.element,
                "dimension": KINDS[offer.kind],
                "price": offer.component.price,
                "billed": billed,
            }
            for offer, billed in found.billed_by_offer
        ]
    return document


def of_audit(verdict: Audit) -> Json:
    """The whole verdict on one CDR, for a reader."""
    wire = None if verdict.cdr is None else verdict.cdr.wire
    return {
        "id": None if wire is None else wire.id,
        "party": None if wire is None else f"{wire.country_code}*{wire.party_id}",
        "clean": verdict.is_clean,
        "findings": list(map(of_finding, verdict.findings)),
        "reading": None if verdict.reading is None else verdict.reading.meaning,
        "breakdown": None if verdict.breakdown is None else of_breakdown(verdict.breakdown),
    }


def of_finding(finding: Finding) -> Json:
    """A finding without what it does not say."""
    return {name: value for name, value in zip(Finding._fields, finding, strict=True) if value is not None}


def of_breakdown(found: Breakdown) -> Json:
    """Money, every line of every period, and the grounds they rest on."""
    places = found.places
    document: Json = {
        "currency": found.currency,
        "tariff": None if found.session_tariff is None else found.session_tariff.id,
        "time_zone": found.zone.name,
        "time_zone_source": found.zone.source,
    }
    for name, net, gross in zip(_NAMES, *found.published_sides, strict=True):
        if net or gross or name == "total_cost":
            document[name] = {
                "before_taxes": None if net is None else decimal_text(net, places),
                "after_taxes": None if gross is None else decimal_text(gross, places),
            }
    document["lines"] = [_line(*line) for line in found.lines]
    document["notes"] = list(map(str, found.notes))
    return document


def _line(period: int, dimension: Dimension, offer: Offer | None, volume: int, billed: int) -> Json:
    places = _PLACES_OF[KINDS.index(dimension)]
    document: Json = {"period": period, "dimension": dimension, "volume": decimal_text(volume, places)}
    if offer is not None:
        if billed != volume:
            document["billed"] = decimal_text(billed, places)
        document["element"] = offer.element
        document["price"] = decimal_text(offer.component.price, PRICE_PLACES)
        document["cost"] = decimal_text((2 * billed * offer.rate + _GRAIN) // (2 * _GRAIN), _PLACES)
    return document
