"""Tariffs of 2.1.1: one kind, no VAT, no validity, no currents, no reservations. Spec: mod_tariffs."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from schemas.numbers import EXACT
from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.translation.v211_v221.ids import told_by_the_connection
from schemas.translation.v221_v230.tariffs import is_for_bookings
from schemas.types import DisplayText
from schemas.v2_1_1 import tariffs as v211
from schemas.v2_2_1 import tariffs as v221
from schemas.v2_3_0.enums import TariffType
from schemas.v2_3_0.tariffs import TariffElement, TariffRestrictions

OTHER_PRICES = DisplayText(language="en", text="Other prices may apply, depending on the current drawn.")
_WATTS = 1000


def tariff_up(tariff: v211.Tariff, crossing: Crossing) -> v221.Tariff:
    owner = crossing.context.owner
    return crossing.carry(tariff, v221.Tariff, country_code=owner.country_code, party_id=owner.party_id)


def tariff_down(tariff: v221.Tariff, crossing: Crossing) -> v211.Tariff | Withheld:
    """Withheld if it is for some drivers only, or if nothing of it can be told."""
    if tariff.type not in {None, TariffType.REGULAR}:
        return Withheld(f"it is for {tariff.type} only, which 2.1.1 cannot tell")
    elements = crossing.items("elements", tariff.elements)
    if not elements:
        return Withheld("it prices nothing that 2.1.1 has")
    return crossing.carry(
        tariff,
        v211.Tariff,
        used=told_by_the_connection(tariff, crossing),
        elements=elements,
        tariff_alt_text=_alt_text(tariff, crossing),
    )


def element_down(element: TariffElement, crossing: Crossing) -> v211.TariffElement | Withheld:
    """Without a restriction that 2.1.1 lacks, an element would price what it is not meant for."""
    restrictions = element.restrictions
    if restrictions is None:
        return crossing.carry(element, v211.TariffElement)
    if restrictions.reservation is not None:
        return Withheld("2.1.1 has no prices for reservations")
    if is_for_bookings(element):
        return Withheld("2.1.1 has no bookings")
    if _is_by_current(restrictions) and crossing.context.volts is None:
        return Withheld("2.1.1 has no restriction by current, and the voltage is not known")
    return crossing.carry(element, v211.TariffElement)


def restrictions_down(restrictions: TariffRestrictions, crossing: Crossing) -> v211.TariffRestrictions:
    if _is_by_current(restrictions):
        crossing.change(reason="2.1.1 has restrictions by power, not by current")
    return crossing.carry(
        restrictions,
        v211.TariffRestrictions,
        used={"min_current", "max_current", "reservation"},
        min_power=_tighter(max, restrictions.min_power, _power(restrictions.min_current, crossing)),
        max_power=_tighter(min, restrictions.max_power, _power(restrictions.max_current, crossing)),
    )


def _is_by_current(restrictions: TariffRestrictions) -> bool:
    return restrictions.min_current is not None or restrictions.max_current is not None


def _power(current: Decimal | None, crossing: Crossing) -> Decimal | None:
    """In kW; the current is the sum over all phases."""
    if current is None or crossing.context.volts is None:
        return None
    return EXACT.divide(EXACT.multiply(current, Decimal(crossing.context.volts)), Decimal(_WATTS))


def _tighter(choose: Callable[[Iterable[Decimal]], Decimal], *bounds: Decimal | None) -> Decimal | None:
    told = [bound for bound in bounds if bound is not None]
    return choose(told) if told else None


def _alt_text(tariff: v221.Tariff, crossing: Crossing) -> tuple[DisplayText, ...]:
    """People are told what was left out."""
    restrictions = (element.restrictions for element in tariff.elements)
    hidden = crossing.context.volts is None and any(held and _is_by_current(held) for held in restrictions)
    return (*tariff.tariff_alt_text, OTHER_PRICES) if hidden else tariff.tariff_alt_text
