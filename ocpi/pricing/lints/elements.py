"""Elements and components that can never apply, that leave gaps, or whose steps bill more than was used.

Spec: 2.3.0 mod_tariffs, TariffElement (the first that matches), PriceComponent.step_size.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from ocpi.pricing.cache import compiled
from ocpi.pricing.findings import Finding, Severity
from ocpi.pricing.offers import ENERGY, KINDS, PARKING, TIME
from ocpi.pricing.policy import DEFAULT
from ocpi.pricing.tariff import Component, Dimension, Element, Restrictions, Tariff
from ocpi.pricing.units import TICKS_PER_SECOND, UNITS_PER_WH

_NO_STEP: Final = {Dimension.ENERGY: UNITS_PER_WH}


def lint_elements(tariff: Tariff) -> Iterator[Finding]:
    for index, element in enumerate(tariff.elements):
        yield from _unreachable(tariff.elements[:index], element, index)
        yield from _duplicates(element, index)
        yield from _steps(element, index)
    yield from _gaps(tariff)


def _unreachable(before: Sequence[Element], element: Element, index: int) -> Iterator[Finding]:
    """A component behind one that applies whenever this one does."""
    for at, component in enumerate(element.components):
        if any(_covers(other, element, component.dimension) for other in before):
            pointer = f"/elements/{index}/price_components/{at}"
            yield Finding("unreachable_component", Severity.WARNING, pointer, None, component.dimension)


def _covers(other: Element, element: Element, dimension: Dimension) -> bool:
    """Whether `other` prices the dimension at all times at which `element` would."""
    if all(component.dimension is not dimension for component in other.components):
        return False
    if other.restrictions.reservation is not element.restrictions.reservation:
        return False
    same = Restrictions(reservation=element.restrictions.reservation)
    return other.restrictions in (same, element.restrictions)


def _duplicates(element: Element, index: int) -> Iterator[Finding]:
    seen: set[Dimension] = set()
    for at, component in enumerate(element.components):
        if component.dimension in seen:
            pointer = f"/elements/{index}/price_components/{at}/type"
            yield Finding("duplicate_component", Severity.ERROR, pointer, None, component.dimension)
        seen.add(component.dimension)


def _steps(element: Element, index: int) -> Iterator[Finding]:
    for at, component in enumerate(element.components):
        if _has_coarse_step(component):
            pointer = f"/elements/{index}/price_components/{at}/step_size"
            reason = "OCPI 3 drops step_size; 1 is read alike by everybody"
            yield Finding("step_size_not_one", Severity.INFO, pointer, "1", None, reason)


def _has_coarse_step(component: Component) -> bool:
    if component.dimension is Dimension.FLAT:
        return component.step > TICKS_PER_SECOND
    return component.step > _NO_STEP.get(component.dimension, TICKS_PER_SECOND)


def _gaps(tariff: Tariff) -> Iterator[Finding]:
    """A dimension that is free in some state of the session, though it has prices."""
    table = compiled(tariff, DEFAULT)
    for kind in (ENERGY, TIME, PARKING):
        column = table.columns[kind]
        given = [source.given for source in column.sources]
        if column.is_fixed or Restrictions() in given or _is_grace(given):
            continue
        cells = [cell for slot in column.week() for cell in slot.cells()]
        last = f"/elements/{column.sources[-1].offer.element}"
        if not cells or any(cell.settled is None for cell in cells):
            yield Finding("no_fallback", Severity.WARNING, last, None, KINDS[kind])
        elif any(cell.offers[-1].flow for cell in cells):
            yield Finding("flow_restriction_without_fallback", Severity.WARNING, last, None, KINDS[kind])


def _is_grace(pricing: Sequence[Restrictions]) -> bool:
    """Free until a duration or an energy is reached: meant, not forgotten."""
    return all(
        given == Restrictions(min_duration=given.min_duration, min_energy=given.min_energy)
        for given in pricing
    )
