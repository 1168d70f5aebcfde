"""A tariff as plain values: what `price` reads, whatever OCPI version it came from.

Prices, energies, powers and rates are integers in the scales of `units`; times of day are seconds, dates
are days since 1970.
Spec: 2.3.0 mod_tariffs, Tariff object.
"""

from dataclasses import dataclass
from enum import StrEnum

from ocpi.pricing.policy import Mode


class Dimension(StrEnum):
    """What is measured and priced."""

    FLAT = "FLAT"
    ENERGY = "ENERGY"
    TIME = "TIME"
    PARKING_TIME = "PARKING_TIME"
    RESERVATION_TIME = "RESERVATION_TIME"


class Reservation(StrEnum):
    """The reservation restriction of an element."""

    RESERVATION = "RESERVATION"
    RESERVATION_EXPIRES = "RESERVATION_EXPIRES"


class TaxMode(StrEnum):
    """What a component's price contains."""

    NET = "NO"  # 2.2.1, and tax_included NO: vat comes on top, absent is none
    GROSS = "YES"  # vat is inside; absent means that the net amount is unknown
    NONE = "N/A"  # no tax exists, vat is ignored
    UNKNOWN = "UNKNOWN"  # 2.1.1 knows no tax: the gross amount is unknown


@dataclass(frozen=True, slots=True)
class ComponentRounding:
    """Rounding that a component asks for itself: decimals and mode."""

    places: int
    mode: Mode


@dataclass(frozen=True, slots=True)
class Component:
    """Price per kWh, per hour or once. `step` in energy units or ticks, 0 for none; `vat` in rate units."""

    dimension: Dimension
    price: int
    vat: int | None = None
    step: int = 0
    price_round: ComponentRounding | None = None
    step_mode: Mode = Mode.UP


@dataclass(frozen=True, slots=True)
class Restrictions:
    """ANDed conditions. Seconds of the local day, days since 1970, Monday is 0, durations in ticks."""

    start_time: int | None = None
    end_time: int | None = None
    start_date: int | None = None
    end_date: int | None = None
    day_of_week: frozenset[int] | None = None
    min_energy: int | None = None
    max_energy: int | None = None
    min_current: int | None = None
    max_current: int | None = None
    min_power: int | None = None
    max_power: int | None = None
    min_duration: int | None = None
    max_duration: int | None = None
    reservation: Reservation | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """Components that apply while the restrictions hold."""

    components: tuple[Component, ...]
    restrictions: Restrictions = Restrictions()


@dataclass(frozen=True, slots=True)
class Limit:
    """min_price or max_price in price units; either side may be absent."""

    net: int | None
    gross: int | None


@dataclass(frozen=True, slots=True)
class Tariff:
    """`start` and `end` are ticks, half open; the owner is folded, the id is as written."""

    id: str
    currency: str
    elements: tuple[Element, ...]
    tax: TaxMode = TaxMode.NET
    owner: str = ""
    last_updated: str = ""
    type: str | None = None
    start: int | None = None
    end: int | None = None
    min_price: Limit | None = None
    max_price: Limit | None = None
