"""Tariff and its restrictions. Spec: mod_tariffs; cases C-136, C-137, C-143."""

from collections.abc import Iterator

from schemas.rules.rule import Rules, ends_before_it_begins
from schemas.v2_1_1 import tariffs as tariffs_2_1_1
from schemas.v2_2_1 import tariffs as tariffs_2_2_1
from schemas.v2_3_0.enums import TariffDimensionType
from schemas.v2_3_0.tariffs import PriceComponent, Tariff, TariffElement, TariffRestrictions
from schemas.validation import Violation

rules = Rules()

_MEASURED = ("kwh", "current", "power", "duration")
_FOR_RESERVATIONS = frozenset({TariffDimensionType.FLAT, TariffDimensionType.TIME})

AnyRestrictions = TariffRestrictions | tariffs_2_1_1.TariffRestrictions


@rules.about(Tariff, tariffs_2_2_1.Tariff)
def a_tariff_ends_after_it_begins(tariff: Tariff | tariffs_2_2_1.Tariff) -> Iterator[Violation]:
    if ends_before_it_begins(tariff.start_date_time, tariff.end_date_time):
        yield Violation("/end_date_time", "order", "must not be before start_date_time")


@rules.about(Tariff)
def the_floor_lies_below_the_ceiling(tariff: Tariff) -> Iterator[Violation]:
    floor, ceiling = tariff.min_price, tariff.max_price
    if floor and ceiling and ceiling.before_taxes < floor.before_taxes:
        yield Violation("/max_price/before_taxes", "order", "must not be less than that of min_price")


@rules.about(tariffs_2_2_1.Tariff)
def the_floor_without_vat_lies_below_the_ceiling(tariff: tariffs_2_2_1.Tariff) -> Iterator[Violation]:
    floor, ceiling = tariff.min_price, tariff.max_price
    if floor and ceiling and ceiling.excl_vat < floor.excl_vat:
        yield Violation("/max_price/excl_vat", "order", "must not be less than that of min_price")


@rules.about(TariffElement)
def reservations_cost_time_or_once(element: TariffElement) -> Iterator[Violation]:
    if element.restrictions is None or element.restrictions.reservation is None:
        return
    for index, component in enumerate(element.price_components):
        if component.type not in _FOR_RESERVATIONS:
            at = f"/price_components/{index}/type"
            yield Violation(at, "contradiction", "cannot price a reservation, only FLAT and TIME can")


@rules.about(TariffRestrictions, tariffs_2_1_1.TariffRestrictions)
def bounds_leave_room(restrictions: AnyRestrictions) -> Iterator[Violation]:
    bounds = {name: getattr(restrictions, name) for name in type(restrictions).model_fields}
    for measure in _MEASURED:
        lowest, highest = bounds.get(f"min_{measure}"), bounds.get(f"max_{measure}")
        if lowest is not None and highest is not None and highest <= lowest:
            yield Violation(f"/max_{measure}", "order", "leaves no room above its lower bound")


@rules.about(TariffRestrictions, tariffs_2_1_1.TariffRestrictions)
def dates_leave_room(restrictions: AnyRestrictions) -> Iterator[Violation]:
    start, end = restrictions.start_date, restrictions.end_date
    if start is not None and end is not None and end <= start:
        yield Violation("/end_date", "order", "is exclusive and must be after start_date")


@rules.about(PriceComponent, tariffs_2_1_1.PriceComponent)
def step_sizes_are_positive(component: PriceComponent | tariffs_2_1_1.PriceComponent) -> Iterator[Violation]:
    """A FLAT component has no steps, so its size does not matter."""
    if component.step_size < 1 and component.type is not TariffDimensionType.FLAT:
        yield Violation("/step_size", "range", "must be 1 or more")
