"""Every question that the specification leaves open about a price, as one named field with our answer.

A partner may read the same tariff otherwise; giving `price` a policy with that field changed reproduces his
figure. Each field names its question; the values are the readings met in practice.
Spec: 2.3.0 mod_tariffs (TariffElement, TariffRestrictions, PriceComponent), mod_cdrs (step_size).
"""

from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from typing import Final

from ocpi.pricing.zones import ZoneSource


class ElementChoice(StrEnum):
    """What the first matching element decides."""

    PER_DIMENSION = "PER_DIMENSION"
    WHOLE_ELEMENT = "WHOLE_ELEMENT"  # the letter of 2.1.1


class Duplicates(StrEnum):
    """Two components of one dimension in one element."""

    FIRST = "FIRST"
    SUM = "SUM"


class Window(StrEnum):
    """An odd window of clock times."""

    WHOLE_DAY = "WHOLE_DAY"
    NEVER = "NEVER"


class NightDay(StrEnum):
    """The weekday of a window that runs past midnight."""

    OF_THE_INSTANT = "OF_THE_INSTANT"
    OF_THE_EVENING = "OF_THE_EVENING"


class DatesAndTimes(StrEnum):
    """Dates and clock times together."""

    DAILY_WINDOW = "DAILY_WINDOW"
    ONE_SPAN = "ONE_SPAN"


class Unreported(StrEnum):
    """A power or current restriction without such data in the period."""

    DERIVE = "DERIVE"  # average power from energy and time; a current cannot be derived and does not match
    MATCHES = "MATCHES"
    FAILS = "FAILS"


class Range(StrEnum):
    """Which of the reported extremes a bound is held against."""

    MIN_TO_MIN = "MIN_TO_MIN"  # min_power against the lowest, max_power against the highest value
    CROSSED = "CROSSED"


class DurationFrom(StrEnum):
    """When min_duration and max_duration begin to count."""

    CHARGING = "CHARGING"  # the first period that is no reservation
    FIRST_PERIOD = "FIRST_PERIOD"
    SESSION_START = "SESSION_START"


class StepVolume(StrEnum):
    """Which volume is rounded up to the step."""

    PRICED = "PRICED"
    ALL = "ALL"


class TimeStep(StrEnum):
    """Which of TIME and PARKING_TIME is rounded when both are priced."""

    PARKING = "PARKING"
    LAST = "LAST"


class ReservationStep(StrEnum):
    """How reserved time takes part in the rounding of time."""

    SHARED = "SHARED"  # one rounding, which charging or parking takes if either is priced
    SEPARATE = "SEPARATE"
    COMBINED = "COMBINED"  # reserved and charging time are one total


class Flats(StrEnum):
    """Several FLAT components in one session."""

    FIRST_EACH = "FIRST_EACH"  # the first of the reservation and the first of the session
    FIRST = "FIRST"
    EACH = "EACH"  # every different one


class GrossLimit(StrEnum):
    """A limit that names only the side before tax."""

    SCALE = "SCALE"  # tax follows the net amount
    KEEP = "KEEP"
    UNKNOWN = "UNKNOWN"


class CrossedLimits(StrEnum):
    """Limits that leave less after tax than before."""

    APPLY_BOTH = "APPLY_BOTH"
    RAISE_GROSS = "RAISE_GROSS"
    TIGHTER = "TIGHTER"


class SuspendedByStation(StrEnum):
    """What time is while the station, not the vehicle, holds back power."""

    TIME = "TIME"
    PARKING_TIME = "PARKING_TIME"


class Discharge(StrEnum):
    """Negative energy."""

    CREDIT = "CREDIT"
    IGNORE = "IGNORE"


class TariffMoment(StrEnum):
    """The instant whose valid tariff prices a period that names none."""

    SESSION_START = "SESSION_START"
    PERIOD_START = "PERIOD_START"


class Mode(StrEnum):
    """How a number of money is rounded."""

    HALF_UP = "HALF_UP"
    HALF_EVEN = "HALF_EVEN"
    UP = "UP"
    DOWN = "DOWN"


class At(StrEnum):
    """The smallest number that is rounded; larger ones are sums of it."""

    TOTAL = "TOTAL"
    SUB_TOTAL = "SUB_TOTAL"
    LINE = "LINE"


class Places(Enum):
    """Not a count of decimals but a rule for one."""

    CURRENCY = "CURRENCY"  # the minor unit of the currency: 2 for EUR, 0 for JPY


@dataclass(frozen=True, slots=True)
class MoneyRounding:
    """Places and mode of published money. The default keeps OCPI's four decimals of an exact sum."""

    places: int | Places = 4
    mode: Mode = Mode.HALF_UP
    at: At = At.TOTAL
    tax_on_rounded_net: bool = False


@dataclass(frozen=True, slots=True, eq=True)
class Policy:
    """One complete reading of the tariff rules."""

    element_choice: ElementChoice = ElementChoice.PER_DIMENSION
    duplicates: Duplicates = Duplicates.FIRST
    end_at_midnight_alone: Window = Window.WHOLE_DAY
    start_equals_end: Window = Window.WHOLE_DAY
    night_day: NightDay = NightDay.OF_THE_INSTANT
    dates_and_times: DatesAndTimes = DatesAndTimes.DAILY_WINDOW
    power_unreported: Unreported = Unreported.DERIVE
    current_unreported: Unreported = Unreported.FAILS
    range_side: Range = Range.MIN_TO_MIN
    duration_from: DurationFrom = DurationFrom.CHARGING
    report_unsplit_periods: bool = True
    step_volume: StepVolume = StepVolume.PRICED
    step_of_empty_period: bool = False
    snap_hours: bool = True
    flats: Flats = Flats.FIRST_EACH
    expired_falls_back: bool = True
    gross_limit: GrossLimit = GrossLimit.SCALE
    crossed_limits: CrossedLimits = CrossedLimits.APPLY_BOTH
    suspended_by_station: SuspendedByStation = SuspendedByStation.TIME
    reservation_step: ReservationStep = ReservationStep.SHARED
    period_tariff_id: bool = True
    money: MoneyRounding = field(default_factory=MoneyRounding)
    zone_sources: tuple[ZoneSource, ...] = (ZoneSource.LOCATION, ZoneSource.PARTNER, ZoneSource.COUNTRY)
    time_step: TimeStep = TimeStep.PARKING
    reserve_with_any_element: bool = False
    tariff_moment: TariffMoment = TariffMoment.SESSION_START
    discharge: Discharge = Discharge.CREDIT
    component_rounding: bool = True  # price_round and step_round, which one hub adds to components
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        """A policy is part of every cache key: its hash is worked out once."""
        values = (getattr(self, each.name) for each in fields(self) if each.compare)
        object.__setattr__(self, "_hash", hash(tuple(values)))

    def __hash__(self) -> int:
        return self._hash


DEFAULT: Final = Policy()
