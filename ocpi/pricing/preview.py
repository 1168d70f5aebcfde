"""`preview`: what a charge of so much energy in so much time would cost, and the prices that are in force
now.

For apps and for the display of ad hoc prices before a charge (AFIR, article 5): the figures are those of
`split` and `price`, for a session that charges evenly from its start to its end.
Spec: 2.3.0 mod_tariffs, Tariff object.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.engine import price
from ocpi.pricing.instants import ticks
from ocpi.pricing.metered import MeteredSession, Reading
from ocpi.pricing.offers import Offer
from ocpi.pricing.periods import Period, Periods
from ocpi.pricing.policy import DEFAULT, Policy
from ocpi.pricing.split import split
from ocpi.pricing.tariff import Tariff
from ocpi.pricing.units import TICKS_PER_SECOND
from ocpi.pricing.walk import Walk
from ocpi.pricing.zones import Zone


class Preview(NamedTuple):
    """`now` are the offers at the start (FLAT, ENERGY, TIME, and PARKING_TIME as if the car only stood
    there).
    """

    breakdown: Breakdown
    now: tuple[Offer, ...]


def preview(
    tariffs: Sequence[Tariff],
    at: datetime,
    energy_kwh: Decimal,
    lasting: timedelta,
    zone: Zone,
    policy: Policy = DEFAULT,
) -> Preview:
    """The bill of an even charge that starts at `at`. Raises InstantRefused or NumberRefused."""
    session = MeteredSession(
        start=at,
        end=at + lasting,
        readings=(Reading(at, Decimal(0)), Reading(at + lasting, energy_kwh * 1000)),
    )
    found = price(split(session, tariffs, zone, policy), tariffs, zone, policy)
    return Preview(found, tuple(_now(ticks(at), found)))


def _now(tick: int, found: Breakdown) -> list[Offer]:
    """The offers of the first second, whatever is measured."""
    power = found.periods.items[0].min_power if found.periods.items else None
    first = Period(tick, tick + TICKS_PER_SECOND, 0, TICKS_PER_SECOND, TICKS_PER_SECOND, None, power, power)
    walk = Walk(Periods(first.start, first.end, (first,)), found.zone, found.policy)
    walk.over([found.session_tariff])
    return [line.offer for line in walk.lines if line.offer is not None]
