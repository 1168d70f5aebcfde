"""Rounding of volumes up to step_size: once per session for energy, once for all time.

The billable volume of the whole session is rounded to the step of the last component used, and what that
adds is sold at that component's price. TIME and PARKING_TIME are one chain: where both are priced, only
parking is rounded.
Spec: 2.3.0 mod_cdrs, step_size; mod_tariffs, PriceComponent.step_size.
"""

from ocpi.pricing.ledger import Ledger
from ocpi.pricing.offers import ENERGY, PARKING, RESERVED, TIME
from ocpi.pricing.policy import Policy, ReservationStep, TimeStep
from ocpi.pricing.rounding import to_step


def round_up(ledger: Ledger, policy: Policy) -> None:
    """Bill what step_size adds."""
    last = ledger.last
    if last[ENERGY] is not None:
        _round(ledger, last[ENERGY], ledger.priced[ENERGY])
    time, reserved = _time(ledger, policy), last[RESERVED]
    if reserved is not None and time != PARKING and policy.reservation_step is ReservationStep.COMBINED:
        _round(ledger, max(reserved, last[TIME] or 0), ledger.priced[TIME] + ledger.priced[RESERVED])
        return
    if reserved is not None and (time is None or policy.reservation_step is ReservationStep.SEPARATE):
        _round(ledger, reserved, ledger.priced[RESERVED])
    if time is not None:
        _round(ledger, last[time], ledger.priced[time])


def _time(ledger: Ledger, policy: Policy) -> int | None:
    """Which of charging and parking time is rounded."""
    charging, parking = ledger.last[TIME], ledger.last[PARKING]
    if charging is None or parking is None:
        return PARKING if parking is not None else TIME if charging is not None else None
    return TIME if policy.time_step is TimeStep.LAST and charging > parking else PARKING


def _round(ledger: Ledger, at: int | None, total: int) -> None:
    """Round a total to the step of the line at `at`, which takes what that adds."""
    offer = None if at is None else ledger.lines[at].offer
    if at is None or offer is None or not offer.step:
        return
    more = to_step(total, offer.step, offer.component.step_mode) - total
    if more:
        ledger.bill_more(at, more)
