"""How fast a car may charge from when on, in words that every version of OCPP shares.

Rates in W (all phases together) or A (per phase), seconds counted from the schedule's begin.
Spec: OCPP 1.6, type ChargingSchedule; OCPI 2.3.0 mod_charging_profiles, ChargingProfile class.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class RateUnit(StrEnum):
    W = "W"
    A = "A"


@dataclass(frozen=True, slots=True)
class StationBounds:
    """What a station says that it can do, and keeps of a profile; what it does not say it is taken to do."""

    reserves: bool = True
    limits: bool = True
    units: frozenset[RateUnit] = frozenset(RateUnit)
    most_periods: int | None = None
    highest_stack: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    after_s: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Schedule:
    """Without `limits` nothing is limited; without `lasts_s` the last limit holds to the end."""

    begins_at: datetime
    unit: RateUnit
    limits: tuple[Limit, ...] = ()
    lasts_s: int | None = None
    least: Decimal | None = None
