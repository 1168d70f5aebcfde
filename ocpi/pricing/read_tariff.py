"""A tariff of OCPI 2.1.1, 2.2.1 or 2.3.0 as the core's plain value.

Reads any JSON without raising: what cannot be read is left out and is a finding. An element whose
restrictions cannot be read prices nothing, since nobody knows when it was meant to apply.
Spec: 2.3.0 mod_tariffs; 2.2.1 mod_tariffs, Price; 2.1.1 mod_tariffs.
"""

from enum import StrEnum
from typing import Final

from ocpi.pricing.findings import Finding, Severity, shown
from ocpi.pricing.opening import converted
from ocpi.pricing.policy import Mode
from ocpi.pricing.read_restrictions import read_restrictions
from ocpi.pricing.shell import Shell
from ocpi.pricing.tariff import (
    Component,
    ComponentRounding,
    Dimension,
    Element,
    Limit,
    Restrictions,
    Tariff,
    TaxMode,
)
from ocpi.pricing.units import PRICE_UNITS, RATE_UNITS, TICKS_PER_SECOND, UNITS_PER_WH
from ocpi.pricing.wire import WireComponent, WireElement, WirePrice, WireRounding, WireTariff

CODE: Final = "tariff_unreadable"


class Version(StrEnum):
    """The OCPI version of a document; it decides what a price contains."""

    V2_1_1 = "2.1.1"
    V2_2_1 = "2.2.1"
    V2_3_0 = "2.3.0"


_GRANULARITY: Final = {"UNIT": 0, "TENTH": 1, "HUNDREDTH": 2, "HUNDRETH": 2, "THOUSANDTH": 3}
_ROUND_RULE: Final = {"ROUND_UP": Mode.UP, "ROUND_DOWN": Mode.DOWN, "ROUND_NEAR": Mode.HALF_UP}
_PRICED: Final = {each.value: each for each in Dimension if each is not Dimension.RESERVATION_TIME}


def read_tariff(raw: object, version: Version, pointer: str = "") -> tuple[Tariff | None, list[Finding]]:
    """The tariff, None if it is no object, and what could not be read. `pointer` is where it stands."""
    if not isinstance(raw, dict):
        return None, [Finding(CODE, Severity.ERROR, pointer, "a tariff", shown(raw))]
    wire, findings = converted(raw, WireTariff, pointer, CODE)
    return _tariff(wire, Shell(wire, pointer, findings, CODE), version), findings


def _tariff(wire: WireTariff, shell: Shell, version: Version) -> Tariff:
    for field in ("id", "currency", "elements"):
        if getattr(wire, field) is None:
            shell.refuse(field, "a value", None)
    elements = enumerate(wire.elements or ())
    return Tariff(
        id=shell.text("id"),
        currency=shell.text("currency").upper(),
        elements=tuple(_element(each, shell.inner(each, f"elements/{index}")) for index, each in elements),
        tax=_tax(shell, version),
        owner=f"{shell.text('country_code')}*{shell.text('party_id')}".upper(),
        last_updated=shell.text("last_updated"),
        type=shell.text("type") or None,
        start=shell.instant("start_date_time"),
        end=shell.instant("end_date_time"),
        min_price=_limit(wire.min_price, shell, "min_price"),
        max_price=_limit(wire.max_price, shell, "max_price"),
    )


def _tax(shell: Shell, version: Version) -> TaxMode:
    if version is Version.V2_1_1:
        return TaxMode.UNKNOWN
    if version is Version.V2_3_0 and not shell.text("tax_included"):
        shell.refuse("tax_included", "YES, NO or N/A", None)
    return shell.read("tax_included", TaxMode, "YES, NO or N/A") or TaxMode.NET


def _element(wire: WireElement, shell: Shell) -> Element:
    known = len(shell.findings)
    given = Restrictions()
    if wire.restrictions is not None:
        given = read_restrictions(wire.restrictions, shell.inner(wire.restrictions, "restrictions"))
    is_read = len(shell.findings) == known
    parts = enumerate(wire.price_components or ())
    read = [_component(each, shell.inner(each, f"price_components/{at}")) for at, each in parts]
    return Element(tuple(each for each in read if each is not None) if is_read else (), given)


def _component(wire: WireComponent, shell: Shell) -> Component | None:
    dimension = _PRICED.get(wire.type or "")
    if dimension is None:
        shell.refuse("type", "ENERGY, FLAT, PARKING_TIME or TIME", wire.type)
        return None
    if wire.price is None:
        shell.refuse("price", "a number", None)
    price = shell.number("price", PRICE_UNITS)
    if price is None:
        return None
    unit = UNITS_PER_WH if dimension is Dimension.ENERGY else TICKS_PER_SECOND
    step_round = _rounding(wire.step_round)
    return Component(
        dimension,
        price,
        shell.number("vat", RATE_UNITS),
        max(shell.number("step_size", unit) or 0, 0),
        _rounding(wire.price_round),
        Mode.UP if step_round is None else step_round.mode,
    )


def _rounding(wire: WireRounding | None) -> ComponentRounding | None:
    """The price_round and step_round of one French hub."""
    if wire is None:
        return None
    places, mode = _GRANULARITY.get(wire.round_granularity or ""), _ROUND_RULE.get(wire.round_rule or "")
    return None if places is None or mode is None else ComponentRounding(places, mode)


def _limit(wire: WirePrice | None, shell: Shell, at: str) -> Limit | None:
    """A PriceLimit of 2.3.0 or a Price of 2.2.1: both name the side before and the side after tax."""
    if wire is None:
        return None
    net, gross = ("excl_vat", "incl_vat") if wire.before_taxes is None else ("before_taxes", "after_taxes")
    inner = shell.inner(wire, at)
    return Limit(inner.number(net, PRICE_UNITS), inner.number(gross, PRICE_UNITS))
