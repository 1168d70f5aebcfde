"""What was measured, cut into charging periods: the input of `price`, whoever did the cutting.

A volume of None was not reported; 0 was reported and is nothing.
Spec: 2.3.0 mod_cdrs, ChargingPeriod and CdrDimension.
"""

from enum import StrEnum
from typing import NamedTuple


class MeterFlag(StrEnum):
    """What the receiver of the bill should know about the readings."""

    GAP = "GAP"
    CORRECTED = "CORRECTED"
    RESTARTED = "RESTARTED"


class Period(NamedTuple):
    """One charging period: ticks for instants and times, units for energy, power and current."""

    start: int
    end: int
    energy: int | None = None
    time: int | None = None
    parking: int | None = None
    reserved: int | None = None
    min_power: int | None = None
    max_power: int | None = None
    min_current: int | None = None
    max_current: int | None = None
    tariff_id: str | None = None

    @property
    def is_reservation(self) -> bool:
        """Reserved time and nothing else that is priced."""
        return (
            self.reserved is not None and self.energy is None and self.time is None and self.parking is None
        )


class Periods(NamedTuple):
    """A whole session in order, with what no field of a CDR carries."""

    start: int
    end: int
    items: tuple[Period, ...]
    tariff_type: str | None = None
    reservation_expired: bool = False
    flags: frozenset[MeterFlag] = frozenset()
