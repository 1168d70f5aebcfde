"""Taxes inside or outside the prices, and restrictions that 2.2.1 would overlook. Spec: mod_tariffs."""

from decimal import Decimal

from schemas.numbers import EXACT
from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.translation.v221_v230.prices import limit_down, limit_up
from schemas.v2_2_1 import tariffs as v221
from schemas.v2_3_0 import tariffs as v230
from schemas.v2_3_0.enums import TaxIncluded, VersionNumber

_FOUR_DECIMALS = Decimal("0.0001")


def tariff_up(tariff: v221.Tariff, crossing: Crossing) -> v230.Tariff:
    return crossing.carry(
        tariff,
        v230.Tariff,
        min_price=tariff.min_price and limit_up(tariff.min_price, crossing.within("min_price")),
        max_price=tariff.max_price and limit_up(tariff.max_price, crossing.within("max_price")),
        tax_included=_tax_reading(tariff.elements, crossing),
    )


def tariff_down(tariff: v230.Tariff, crossing: Crossing) -> v221.Tariff | Withheld:
    """Prices become net ones. Withheld if a rate is missing for that, or if no element is left."""
    if _has_unknown_rates(tariff):
        return Withheld("its prices include taxes, and not every rate is told")
    elements = crossing.items("elements", tariff.elements)
    if not elements:
        return Withheld("it prices bookings only, which 2.2.1 does not have")
    if tariff.tax_included is TaxIncluded.YES:
        elements = _net_elements(elements, crossing)
    if tariff.tax_included is not _tax_reading(tariff.elements, crossing):
        crossing.change("tax_included", reason="2.2.1 cannot tell it from what its rates say")
    return crossing.carry(
        tariff,
        v221.Tariff,
        used={"tax_included"},
        min_price=tariff.min_price and limit_down(tariff.min_price, crossing.within("min_price")),
        max_price=tariff.max_price and limit_down(tariff.max_price, crossing.within("max_price")),
        elements=elements,
    )


def element_down(element: v230.TariffElement, crossing: Crossing) -> v230.TariffElement | Withheld:
    """An element for bookings would price ordinary charging wherever its restriction is overlooked."""
    if is_for_bookings(element):
        return Withheld(f"{crossing.route.target} has no bookings")
    return crossing.carry(element, v230.TariffElement)


def is_for_bookings(element: v230.TariffElement) -> bool:
    """Bookings 1.1 adds this restriction to 2.3.0; here it is an unknown field."""
    unknown = element.restrictions.model_extra if element.restrictions else None
    return unknown is not None and unknown.get("booking") is not None


def _tax_reading(elements: tuple[v230.TariffElement, ...], crossing: Crossing) -> TaxIncluded:
    """What 2.2.1 says about taxes: prices are net, and VAT applies where a rate is told.

    2.1.1 tells no rates at all, so their absence means nothing there.
    """
    has_rates = any(component.vat is not None for component in _components(elements))
    is_silent = not has_rates and crossing.journey.origin != VersionNumber.V2_1_1
    return crossing.context.policy.untaxed if is_silent else TaxIncluded.NO


def _has_unknown_rates(tariff: v230.Tariff) -> bool:
    costly = (component for component in _components(tariff.elements) if component.price)
    return tariff.tax_included is TaxIncluded.YES and any(
        component.vat is None or component.vat < 0 for component in costly
    )


def _components(elements: tuple[v230.TariffElement, ...]) -> list[v230.PriceComponent]:
    return [component for element in elements for component in element.price_components]


def _net_elements(elements: list[v230.TariffElement], crossing: Crossing) -> list[v230.TariffElement]:
    net = [_net(element) for element in elements]
    if net != elements:
        crossing.change("elements", reason="prices are net in 2.2.1, and rounded to four decimals")
    return net


def _net(element: v230.TariffElement) -> v230.TariffElement:
    components = tuple(_net_component(component) for component in element.price_components)
    return element.model_copy(update={"price_components": components})


def _net_component(component: v230.PriceComponent) -> v230.PriceComponent:
    rate = (component.vat or 0) / Decimal(100)
    net = EXACT.quantize(EXACT.divide(component.price, 1 + rate), _FOUR_DECIMALS)
    return component.model_copy(update={"price": net})
