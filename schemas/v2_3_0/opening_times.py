"""When a Location is open. Spec: 2.3.0 mod_locations, Hours, RegularHours, ExceptionalPeriod."""

from typing import Annotated

from schemas.base import OcpiModel
from schemas.constraints import Digits
from schemas.strings import LocalTime
from schemas.types import Boolean, DateTime, Integer, Many


class RegularHours(OcpiModel):
    """Monday is 1, Sunday is 7; times are local to the Location."""

    weekday: Annotated[Integer, Digits(1)]
    period_begin: LocalTime
    period_end: LocalTime


class ExceptionalPeriod(OcpiModel):
    period_begin: DateTime
    period_end: DateTime


class Hours(OcpiModel):
    """Exceptions win over regular hours, closings over openings."""

    twentyfourseven: Boolean
    regular_hours: Many[RegularHours] = ()
    exceptional_openings: Many[ExceptionalPeriod] = ()
    exceptional_closings: Many[ExceptionalPeriod] = ()
