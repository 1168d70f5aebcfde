"""What a charge would cost at a connector, by the tariffs that it names. Pure.

For a charge that is even and begins in this minute, in the Location's own time. Exact: amounts are texts.
Where it cannot be said, it is said why.
Spec: 2.3.0 mod_tariffs, Tariff object (type, start_date_time, end_date_time, tax_included).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from ocpi.pricing import NoSuchZone, Tariff, Version, Zone, preview, read_tariff
from ocpi.pricing.instants import ticks
from ocpi.pricing.offers import Offer
from ocpi.pricing.opening import decode
from ocpi.pricing.select import is_valid
from ocpi.pricing.tariff import Dimension
from ocpi.pricing.units import ENERGY_PLACES, PRICE_PLACES, RATE_PLACES, TICK_PLACES, decimal_text
from schemas import codec

_REMEMBERED: Final = 20_000


class Paying(StrEnum):
    """With a card of ours, or on the spot."""

    REGULAR = "REGULAR"
    AD_HOC_PAYMENT = "AD_HOC_PAYMENT"


class Unpriced(StrEnum):
    """Why no price is told."""

    NO_TARIFF = "NO_TARIFF"
    NOT_TOLD = "NOT_TOLD"
    NOT_VALID = "NOT_VALID"
    OTHER_PAYING = "OTHER_PAYING"
    UNREADABLE = "UNREADABLE"
    NO_TIME_ZONE = "NO_TIME_ZONE"


@dataclass(frozen=True, slots=True)
class Charge:
    """What is asked for; `at` is the beginning of a minute, so that answers can be remembered."""

    at: datetime
    energy_kwh: Decimal
    lasting: timedelta
    paying: Paying = Paying.REGULAR


@lru_cache(maxsize=_REMEMBERED)
def price(named: tuple[str, ...], told: tuple[bytes, ...], zone: str | None, charge: Charge) -> bytes:
    """As JSON. `named` are the tariffs of a connector, `told` the bodies of those that we know."""
    return codec.encode(
        {"tariff_ids": named, "is_complete": len(told) == len(named), **_price(named, told, zone, charge)}
    )


def _price(named: Sequence[str], told: Sequence[bytes], zone: str | None, charge: Charge) -> dict[str, Any]:
    tariff = _chosen(named, told, charge)
    if isinstance(tariff, Unpriced):
        return _none(tariff)
    try:
        return _previewed(tariff, Zone.named(zone or ""), charge)
    except NoSuchZone:
        return _none(Unpriced.NO_TIME_ZONE)
    except ValueError:
        return _none(Unpriced.UNREADABLE)


def _chosen(named: Sequence[str], told: Sequence[bytes], charge: Charge) -> Tariff | Unpriced:
    if not told:
        return Unpriced.NOT_TOLD if named else Unpriced.NO_TARIFF
    read = [each for each in map(_read, told) if each is not None]
    valid = [each for each in read if is_valid(each, ticks(charge.at))]
    if not valid:
        return Unpriced.NOT_VALID if read else Unpriced.UNREADABLE
    own = (each for each in valid if each.type == charge.paying)
    anybodys = (each for each in valid if each.type is None)
    return next(own, None) or next(anybodys, None) or Unpriced.OTHER_PAYING


@lru_cache(maxsize=_REMEMBERED)
def _read(body: bytes) -> Tariff | None:
    """None where something in it cannot be read: its price would be a guess."""
    tariff, findings = read_tariff(decode(body), Version.V2_3_0)
    return None if findings else tariff


def _previewed(tariff: Tariff, zone: Zone, charge: Charge) -> dict[str, Any]:
    """Raises ValueError."""
    found = preview([tariff], charge.at, charge.energy_kwh, charge.lasting, zone)
    total = found.breakdown.published.total
    places = found.breakdown.places
    return {
        "tariff_id": tariff.id,
        "currency": tariff.currency,
        "before_taxes": _amount(total.net, places),
        "after_taxes": _amount(total.gross, places),
        "now": list(map(_offer, found.now)),
        "unpriced": None,
    }


def _none(reason: Unpriced) -> dict[str, Any]:
    return {
        "tariff_id": None,
        "currency": None,
        "before_taxes": None,
        "after_taxes": None,
        "now": [],
        "unpriced": reason,
    }


def _amount(units: int | None, places: int) -> str | None:
    return None if units is None else decimal_text(units, places)


def _offer(offer: Offer) -> dict[str, Any]:
    component = offer.component
    step = ENERGY_PLACES - 3 if component.dimension is Dimension.ENERGY else TICK_PLACES
    return {
        "dimension": component.dimension,
        "price": decimal_text(component.price, PRICE_PLACES),
        "tax_included": offer.tariff.tax,
        "vat_percent": None if component.vat is None else decimal_text(component.vat, RATE_PLACES),
        "step_size": decimal_text(component.step, step),
    }
