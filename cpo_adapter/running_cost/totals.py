"""What a driver has to pay so far, taxes included, as a station shows it. Pure.

By the tariffs that were valid when the charge began, as its bill will be.
Spec: OCPP 2.1, CostUpdated and TransactionEvent (totalCost includes taxes); 2.3.0 types, Price.
"""

from decimal import Decimal
from typing import Any, Final

from cpo_adapter.ocpp.events import ConnectorStatus
from cpo_adapter.ocpp.intents import Prices
from cpo_adapter.sessions.billing import NotBillable, costs
from cpo_adapter.sessions.transaction import Changed, Transaction
from schemas.v2_3_0.enums import TariffDimensionType, TariffType, TaxIncluded
from schemas.v2_3_0.tariffs import PriceComponent, Tariff

_IDLE: Final = frozenset({ConnectorStatus.SUSPENDED_EV, ConnectorStatus.FINISHING})
_UNITS: Final = {
    TariffDimensionType.ENERGY: "/kWh",
    TariffDimensionType.TIME: "/h",
    TariffDimensionType.PARKING_TIME: "/h parked",
    TariffDimensionType.FLAT: " once",
}


def total_of(transaction: Transaction) -> Decimal | None:
    """None where it cannot be said."""
    try:
        price: dict[str, Any] = costs(transaction)["total_cost"]
    except NotBillable:
        return None
    taxes = sum((tax["amount"] for tax in price.get("taxes") or ()), Decimal(0))
    return Decimal(price["before_taxes"] + taxes)


def is_idle(transaction: Transaction) -> bool:
    """Whether the car draws nothing of its own accord."""
    told = [fact for fact in transaction.since if isinstance(fact, Changed)]
    return bool(told) and max(told, key=lambda fact: fact.at).status in _IDLE


def prices_of(transaction: Transaction) -> Prices:
    """Those that hold whenever and however much is charged; others have no place on a display."""
    tariff = _regular(transaction)
    found = _unconditional(tariff) if tariff else {}
    return Prices(
        per_kwh=_gross(tariff, found.get(TariffDimensionType.ENERGY)),
        per_hour=_gross(tariff, found.get(TariffDimensionType.TIME)),
        once=_gross(tariff, found.get(TariffDimensionType.FLAT)),
        per_hour_idle=_gross(tariff, found.get(TariffDimensionType.PARKING_TIME)),
    )


def text_of(transaction: Transaction) -> str:
    """The operator's own words for the tariff, else its prices; empty where there is none."""
    tariff = _regular(transaction)
    if tariff is None:
        return ""
    if tariff.tariff_alt_text:
        return str(tariff.tariff_alt_text[0].text)
    parts = [
        f"{_gross(tariff, component):f} {tariff.currency}{_UNITS[kind]}"
        for kind, component in _unconditional(tariff).items()
    ]
    return ", ".join(parts)


def total_text(transaction: Transaction, total: Decimal) -> str:
    tariff = _regular(transaction)
    kwh = (transaction.energy_wh / 1000).normalize()
    return f"{total:f} {tariff.currency if tariff else ''} for {kwh:f} kWh"


def _regular(transaction: Transaction) -> Tariff | None:
    tariffs = transaction.begin.terms.tariffs
    usual = (each for each in tariffs if each.type in (None, TariffType.REGULAR))
    return next(usual, tariffs[0] if tariffs else None)


def _unconditional(tariff: Tariff) -> dict[TariffDimensionType, PriceComponent]:
    """The first of each kind, as the first matching one counts; one with conditions before it hides it."""
    found: dict[TariffDimensionType, PriceComponent | None] = {}
    for element in tariff.elements:
        for component in element.price_components:
            found.setdefault(component.type, component if element.restrictions is None else None)
    return {kind: found[kind] for kind in _UNITS if found.get(kind) is not None}  # type: ignore[misc]


def _gross(tariff: Tariff | None, component: PriceComponent | None) -> Decimal | None:
    if tariff is None or component is None:
        return None
    vat = component.vat if tariff.tax_included is TaxIncluded.NO and component.vat else Decimal(0)
    return (component.price * (100 + vat) / 100).normalize()
