"""A CDR as a receipt for a driver: lines that add up to what it cost, taxes, place and times. Pure.

What the CPO billed, by the parts that it told; what its parts do not explain of the total is a line of its
own, so that no receipt tells another sum than the bill.
Spec: 2.3.0 mod_cdrs, CDR object (costs without taxes; times in hours).
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel

from emsp_adapter.apps.told import added
from emsp_adapter.apps.values import Exact
from schemas.numbers import EXACT
from schemas.types import Price, TaxAmount
from schemas.v2_3_0.cdrs import CDR

_Part = tuple["LineKind", Decimal | None, "Unit | None", Price | None]


class LineKind(StrEnum):
    """OTHER: what the CPO tells no part for."""

    FIXED = "FIXED"
    ENERGY = "ENERGY"
    TIME = "TIME"
    PARKING = "PARKING"
    RESERVATION = "RESERVATION"
    OTHER = "OTHER"


class Unit(StrEnum):
    KWH = "KWH"
    HOUR = "HOUR"


class TaxTold(BaseModel):
    name: str
    percentage: Exact | None
    amount: Exact


class Line(BaseModel):
    """`after_taxes` is null where the CPO tells no taxes."""

    kind: LineKind
    quantity: Exact | None
    unit: Unit | None
    before_taxes: Exact
    taxes: list[TaxTold]
    after_taxes: Exact | None


class PlaceTold(BaseModel):
    location_id: str
    name: str | None
    address: str
    postal_code: str | None
    city: str
    country: str
    latitude: str
    longitude: str
    evse_id: str
    connector_id: str


class Receipt(BaseModel):
    """Amounts are in `currency`, to the last digit. A credit takes back the bill in `credit_reference_id`;
    a bill that was taken back tells by which CDR in `credited_by`.
    """

    cpo: str
    cdr_id: str
    session_id: str | None
    contract_id: str
    is_credit: bool
    credit_reference_id: str | None
    credited_by: str | None
    start_date_time: datetime
    end_date_time: datetime
    time_zone: str | None
    place: PlaceTold
    energy_kwh: Exact
    hours: Exact
    parking_hours: Exact | None
    currency: str
    lines: list[Line]
    before_taxes: Exact
    taxes: list[TaxTold]
    after_taxes: Exact | None
    remark: str | None


def receipt(cdr: CDR, *, time_zone: str | None, credited_by: str | None) -> Receipt:
    """`time_zone` is that of the place, where it is known."""
    total = cdr.total_cost
    return Receipt(
        cpo=f"{cdr.country_code}*{cdr.party_id}".upper(),
        cdr_id=cdr.id,
        session_id=cdr.session_id,
        contract_id=cdr.cdr_token.contract_id,
        is_credit=bool(cdr.credit),
        credit_reference_id=cdr.credit_reference_id,
        credited_by=credited_by,
        start_date_time=cdr.start_date_time,
        end_date_time=cdr.end_date_time,
        time_zone=time_zone,
        place=_place(cdr),
        energy_kwh=cdr.total_energy,
        hours=cdr.total_time,
        parking_hours=cdr.total_parking_time,
        currency=cdr.currency,
        lines=list(_lines(cdr)),
        before_taxes=total.before_taxes,
        taxes=_taxes(total),
        after_taxes=_after(total),
        remark=cdr.remark,
    )


def _lines(cdr: CDR) -> Iterator[Line]:
    """A credit repeats the parts of the bill that it takes back: only its total is negative."""
    parts = [(kind, quantity, unit, cost) for kind, quantity, unit, cost in _parts(cdr) if cost is not None]
    total, sum_of_parts = cdr.total_cost.before_taxes, added(*(cost.before_taxes for *_, cost in parts))
    is_turned = bool(cdr.credit) and total < 0 < sum_of_parts
    for kind, quantity, unit, cost in parts:
        yield _line(kind, quantity, unit, _turned(cost) if is_turned else cost)
    if rest := EXACT.subtract(total, -sum_of_parts if is_turned else sum_of_parts):
        yield _line(LineKind.OTHER, None, None, Price(before_taxes=rest))


def _parts(cdr: CDR) -> Iterator[_Part]:
    """What parking took is part of the total time, and not of what was charged for by time."""
    charging = EXACT.subtract(cdr.total_time, cdr.total_parking_time or Decimal(0))
    yield LineKind.FIXED, None, None, cdr.total_fixed_cost
    yield LineKind.ENERGY, cdr.total_energy, Unit.KWH, cdr.total_energy_cost
    yield LineKind.TIME, charging, Unit.HOUR, cdr.total_time_cost
    yield LineKind.PARKING, cdr.total_parking_time, Unit.HOUR, cdr.total_parking_cost
    yield LineKind.RESERVATION, None, None, cdr.total_reservation_cost


def _turned(price: Price) -> Price:
    taxes = tuple(tax.model_copy(update={"amount": EXACT.minus(tax.amount)}) for tax in price.taxes)
    return Price(before_taxes=EXACT.minus(price.before_taxes), taxes=taxes)


def _line(kind: LineKind, quantity: Decimal | None, unit: Unit | None, cost: Price) -> Line:
    return Line(
        kind=kind,
        quantity=quantity,
        unit=unit,
        before_taxes=cost.before_taxes,
        taxes=_taxes(cost),
        after_taxes=_after(cost),
    )


def _taxes(price: Price) -> list[TaxTold]:
    return [_tax(each) for each in price.taxes]


def _tax(tax: TaxAmount) -> TaxTold:
    return TaxTold(name=tax.name, percentage=tax.percentage, amount=tax.amount)


def _after(price: Price) -> Decimal | None:
    return added(price.before_taxes, *(tax.amount for tax in price.taxes)) if price.taxes else None


def _place(cdr: CDR) -> PlaceTold:
    place = cdr.cdr_location
    return PlaceTold(
        location_id=place.id,
        latitude=place.coordinates.latitude,
        longitude=place.coordinates.longitude,
        **{name: getattr(place, name) for name in ("name", "address", "postal_code", "city", "country")},
        evse_id=place.evse_id,
        connector_id=place.connector_id,
    )
