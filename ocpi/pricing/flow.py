"""The choice among offers that ask for power or current, by what the period tells of them.

Power that was not reported is the average of the period; a current cannot be derived, for nobody told the
voltage.
Spec: 2.3.0 mod_tariffs, TariffRestrictions (min_power, max_current and their like); mod_cdrs,
CdrDimensionType.
"""

from ocpi.pricing.notes import Code
from ocpi.pricing.offers import Offer, choose
from ocpi.pricing.periods import Period
from ocpi.pricing.policy import Policy, Unreported
from ocpi.pricing.restrictions import Flow
from ocpi.pricing.units import TICKS_PER_HOUR


def choose_by_flow(
    offers: tuple[Offer, ...], period: Period, policy: Policy
) -> tuple[Offer | None, list[Code]]:
    """The first offer whose bounds hold, and what restrictions asked for that was not reported."""
    flow = Flow(period.min_power, period.max_power, period.min_current, period.max_current)
    if flow.low_power is None and policy.power_unreported is Unreported.DERIVE:
        flow.low_power = flow.high_power = average_power(period)
    found, codes = choose(offers, flow), []
    if flow.asked_power and period.min_power is None:
        codes.append(Code.POWER_UNREPORTED)
    if flow.asked_current and period.min_current is None:
        codes.append(Code.CURRENT_UNREPORTED)
    return found, codes


def average_power(period: Period) -> int | None:
    """Energy over time in power units, rounded down, which compares rightly with any whole bound."""
    lasted = period.time or period.parking or period.end - period.start
    if period.energy is None:
        return 0 if period.parking is not None and period.time is None else None
    return period.energy * TICKS_PER_HOUR // lasted if lasted > 0 else None
