"""Measured and billed volumes of a session.

Totals of a CDR are what was measured; what step_size added is seen in the billed volumes alone.
Spec: 2.3.0 mod_cdrs, CDR.total_energy, total_time and total_parking_time.
"""

from typing import NamedTuple

from ocpi.pricing.periods import Periods


class Volumes(NamedTuple):
    """Energy units and ticks. `total_time` is the whole session without reserved time."""

    energy: int
    total_time: int
    parking: int
    reserved: int


def measured(periods: Periods) -> Volumes:
    """What the periods add up to."""
    energy = parking = reserved = 0
    for period in periods.items:
        if period.energy is not None:
            energy += period.energy
        if period.parking is not None:
            parking += period.parking
        if period.reserved is not None:
            reserved += period.reserved
    return Volumes(energy, max(periods.end - periods.start - reserved, 0), parking, reserved)
