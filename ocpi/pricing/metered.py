"""A session as the meter and the station told it: what `split` cuts into charging periods.

Filled by whoever hears the station; it neither cuts nor prices. The vehicle that asks for no power
(SUSPENDED_EV, IDLE) is parked; a station that holds power back (SUSPENDED_EVSE) is not the driver's doing,
and the time stays charging time.
Spec: 2.3.0 mod_cdrs, CdrDimensionType PARKING_TIME; OCPP 1.6 ChargePointStatus.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ocpi.pricing.periods import MeterFlag
from ocpi.pricing.tariff import Tariff


class Activity(StrEnum):
    """What happens at the connector from an instant on."""

    CHARGING = "CHARGING"
    SUSPENDED_EV = "SUSPENDED_EV"
    SUSPENDED_EVSE = "SUSPENDED_EVSE"
    IDLE = "IDLE"  # connected, neither party asks for power: before charging, after it
    RESERVED = "RESERVED"  # nobody is connected yet


@dataclass(frozen=True, slots=True)
class Reading:
    """The energy register (cumulative Wh) at an aware instant; power in W and current in A, summed over
    phases, if known.
    """

    at: datetime
    energy_wh: Decimal
    power_w: Decimal | None = None
    current_a: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StateChange:
    """The activity from `at` on."""

    at: datetime
    activity: Activity


@dataclass(frozen=True, slots=True)
class TariffChange:
    """The driver's tariff from `at` on, by its id."""

    at: datetime
    tariff_id: str


@dataclass(frozen=True, slots=True)
class MeteredSession:
    """From authorization (or reservation) to the end. Without a state change the session charges from its
    start.
    """

    start: datetime
    end: datetime
    readings: tuple[Reading, ...]
    state_changes: tuple[StateChange, ...] = ()
    tariff_changes: tuple[TariffChange, ...] = ()
    tariffs: tuple[Tariff, ...] = ()  # the snapshot taken at the start
    tariff_type: str | None = None
    reservation_expired: bool = False
    flags: frozenset[MeterFlag] = frozenset()
