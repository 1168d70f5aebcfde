"""A tariff turned into columns: for each dimension its offers in order, for the session and for reservations.

Spec: 2.3.0 mod_tariffs, TariffElement, ReservationRestrictionType.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from ocpi.pricing.columns import Column, Source
from ocpi.pricing.offers import (
    COLUMNS,
    ENERGY,
    EXPIRED_FLAT,
    EXPIRED_TIME,
    FLAT,
    PARKING,
    RESERVED,
    RESERVED_FLAT,
    RESERVED_TIME,
    TIME,
    offer,
    reserved,
)
from ocpi.pricing.policy import Duplicates, ElementChoice, Policy
from ocpi.pricing.restrictions import box, flow_tests
from ocpi.pricing.tariff import Component, Dimension, Element, Reservation, Tariff

_SESSION: Final = {
    Dimension.FLAT: FLAT,
    Dimension.ENERGY: ENERGY,
    Dimension.TIME: TIME,
    Dimension.PARKING_TIME: PARKING,
}
_RESERVED: Final = {Dimension.FLAT: RESERVED_FLAT, Dimension.TIME: RESERVED_TIME}
_EXPIRED: Final = {Dimension.FLAT: EXPIRED_FLAT, Dimension.TIME: EXPIRED_TIME}

_Placed = tuple[int, Source]
"""The number of a column, and what stands in it."""


class CompiledTariff:
    """The columns of a tariff in one reading of the rules, by their numbers in `offers`.

    For the columns of the session itself, `fixed` holds the offers of those that never change, `open` the
    others.
    """

    __slots__ = ("asks_for_rounding", "columns", "fixed", "highest_vat", "open", "tariff")

    def __init__(self, tariff: Tariff, policy: Policy) -> None:
        self.tariff = tariff
        components = [part for element in tariff.elements for part in element.components]
        self.asks_for_rounding = any(part.price_round is not None for part in components)
        self.highest_vat = max((part.vat or 0 for part in components), default=0)
        placed: list[list[Source]] = [[] for _ in range(COLUMNS)]
        for column, source in _sources(tariff, policy):
            placed[column].append(source)
        self.columns = tuple(Column(sources, policy) for sources in placed)
        of_session = self.columns[:RESERVED_FLAT]
        self.fixed = [column.fixed for column in of_session]
        self.open = [None if column.is_fixed else column for column in of_session]

    @property
    def prices_energy(self) -> bool:
        return any(not source.offer.blank for source in self.columns[ENERGY].sources)


def _sources(tariff: Tariff, policy: Policy) -> Iterator[_Placed]:
    for index, element in enumerate(tariff.elements):
        yield from _of_element(tariff, index, element, policy)
    if policy.expired_falls_back:
        yield from _behind_expired(tariff, policy)
    if policy.reserve_with_any_element:
        yield from _behind_reserved(tariff, policy)


def _of_element(tariff: Tariff, index: int, element: Element, policy: Policy) -> Iterator[_Placed]:
    conditions = box(element.restrictions), flow_tests(element.restrictions, policy)
    columns = _columns(element)
    components = {part.dimension: part for part in _without_duplicates(element, policy)}
    for dimension, column in columns.items():
        component = components.get(dimension)
        if component is not None:
            yield column, Source(offer(tariff, index, component, *conditions), element.restrictions)
        elif policy.element_choice is ElementChoice.WHOLE_ELEMENT:
            nothing = Component(dimension, 0)
            yield column, Source(offer(tariff, index, nothing, *conditions, blank=True), element.restrictions)


def _columns(element: Element) -> dict[Dimension, int]:
    match element.restrictions.reservation:
        case Reservation.RESERVATION:
            return _RESERVED
        case Reservation.RESERVATION_EXPIRES:
            return _EXPIRED
        case None:
            return _SESSION


def _behind_expired(tariff: Tariff, policy: Policy) -> Iterator[_Placed]:
    """An expired reservation is still one: RESERVATION follows where RESERVATION_EXPIRES offers nothing."""
    for index, element in enumerate(tariff.elements):
        if element.restrictions.reservation is not Reservation.RESERVATION:
            continue
        for column, source in _of_element(tariff, index, element, policy):
            yield EXPIRED_FLAT if column == RESERVED_FLAT else EXPIRED_TIME, source


def _behind_reserved(tariff: Tariff, policy: Policy) -> Iterator[_Placed]:
    """The reading in which reserved time falls back on elements for charging time."""
    for index, element in enumerate(tariff.elements):
        if element.restrictions.reservation is None:
            for column, source in _of_element(tariff, index, element, policy):
                if column == TIME:
                    instead = replace(source.offer, account=reserved(source.offer.account), kind=RESERVED)
                    yield RESERVED_TIME, Source(instead, element.restrictions)
                    yield EXPIRED_TIME, Source(instead, element.restrictions)


def _without_duplicates(element: Element, policy: Policy) -> Iterable[Component]:
    found: dict[Dimension, Component] = {}
    for component in element.components:
        first = found.get(component.dimension)
        if first is None:
            found[component.dimension] = component
        elif policy.duplicates is Duplicates.SUM:
            found[component.dimension] = replace(first, price=first.price + component.price)
    return found.values()
