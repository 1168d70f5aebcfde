"""What can price a volume: a component with its conditions.

Everything that a period would have to work out again and again is worked out here once: the rate in cost
units, and the account that a cost belongs to.
Spec: 2.3.0 mod_tariffs, TariffElement and PriceComponent.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Final

from ocpi.pricing.restrictions import Box, Flow, FlowTest, flow_holds
from ocpi.pricing.tariff import Component, Dimension, Reservation, Tariff, TaxMode
from ocpi.pricing.units import ENERGY_COST, FLAT_COST, WHOLE_RATE

# Kinds of use; the first four are also the columns of a slot for the session itself.
FLAT: Final = 0
ENERGY: Final = 1
TIME: Final = 2
PARKING: Final = 3
RESERVED: Final = 4
KINDS: Final = (
    Dimension.FLAT,
    Dimension.ENERGY,
    Dimension.TIME,
    Dimension.PARKING_TIME,
    Dimension.RESERVATION_TIME,
)
# Columns for reserved time, and for a reservation that expired.
RESERVED_FLAT: Final = 4
RESERVED_TIME: Final = 5
EXPIRED_FLAT: Final = 6
EXPIRED_TIME: Final = 7
COLUMNS: Final = 8


class SubTotal(IntEnum):
    """The parts of a total. A FLAT of a reservation belongs to the reservation."""

    FIXED = 0
    ENERGY = 1
    TIME = 2
    PARKING = 3
    RESERVATION = 4


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """Costs of one sub-total under one tax. One object for each such pair, compared by identity.

    `net` and `gross` are what a cost is multiplied by on either side of the tax, in parts of WHOLE_RATE;
    None is unknown, or needs a division (a price that contains its tax).
    """

    sub_total: SubTotal
    tax: TaxMode
    rate: int | None
    net: int | None = field(init=False)
    gross: int | None = field(init=False)

    def __post_init__(self) -> None:
        rate = (self.rate or 0) if self.tax is TaxMode.NET else 0
        object.__setattr__(self, "net", None if self.tax is TaxMode.GROSS else WHOLE_RATE)
        object.__setattr__(self, "gross", None if self.tax is TaxMode.UNKNOWN else WHOLE_RATE + rate)


@lru_cache(maxsize=10_000)
def account(sub_total: SubTotal, tax: TaxMode, rate: int | None) -> Account:
    return Account(sub_total, tax, rate)


def reserved(owner: Account) -> Account:
    """The account of the same tax for reservations."""
    return account(SubTotal.RESERVATION, owner.tax, owner.rate)


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A component as it stands in its element. `rate` is cost units for one unit of volume.

    A blank one only hides those behind it.
    """

    tariff: Tariff
    element: int
    component: Component
    box: Box
    flow: tuple[FlowTest, ...]
    account: Account
    kind: int
    rate: int
    step: int
    blank: bool = False

    @property
    def is_reservation(self) -> bool:
        return self.account.sub_total is SubTotal.RESERVATION


def offer(
    tariff: Tariff,
    element: int,
    component: Component,
    box: Box,
    flow: tuple[FlowTest, ...],
    *,
    blank: bool = False,
) -> Offer:
    """The offer of one component in an element of the tariff."""
    has_rate = tariff.tax in (TaxMode.NET, TaxMode.GROSS)
    reservation = tariff.elements[element].restrictions.reservation
    owner = account(_sub_total(component, reservation), tariff.tax, component.vat if has_rate else None)
    rate = component.price * _FACTOR[component.dimension]
    is_reserved_time = reservation is not None and component.dimension is Dimension.TIME
    kind = RESERVED if is_reserved_time else KINDS.index(component.dimension)
    return Offer(tariff, element, component, box, flow, owner, kind, rate, component.step, blank)


_FACTOR: Final = {
    Dimension.FLAT: FLAT_COST,
    Dimension.ENERGY: ENERGY_COST,
    Dimension.TIME: 1,
    Dimension.PARKING_TIME: 1,
}
_SUB_TOTAL: Final = {
    Dimension.FLAT: SubTotal.FIXED,
    Dimension.ENERGY: SubTotal.ENERGY,
    Dimension.TIME: SubTotal.TIME,
    Dimension.PARKING_TIME: SubTotal.PARKING,
}


def _sub_total(component: Component, reservation: Reservation | None) -> SubTotal:
    return SubTotal.RESERVATION if reservation is not None else _SUB_TOTAL[component.dimension]


Column = tuple[Offer, ...]


def choose(column: Column, flow: Flow) -> Offer | None:
    """The first offer whose power and current hold; None means free."""
    for each in column:
        if not each.flow or flow_holds(each.flow, flow):
            return None if each.blank else each
    return None


ASK: Final = Offer(
    Tariff(id="", currency="", elements=()),
    0,
    Component(Dimension.FLAT, 0),
    Box(),
    (),
    account(SubTotal.FIXED, TaxMode.NONE, None),
    FLAT,
    0,
    0,
    blank=True,
)
"""Stands for a choice that power or current will make."""
