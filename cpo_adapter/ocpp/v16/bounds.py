"""What a 1.6 station can keep of a charging profile, as its configuration says; read as leniently as all.

Spec: OCPP 1.6, 9.4 (configuration keys of smart charging).
"""

from typing import Final

from ocpp.v16 import call

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.schedules import ProfileBounds, RateUnit
from cpo_adapter.ocpp.v16.reading import dicts, whole
from schemas.codec import Json

_UNITS: Final = "ChargingScheduleAllowedChargingRateUnit"
_PERIODS: Final = "ChargingScheduleMaxPeriods"
_STACK: Final = "ChargeProfileMaxStackLevel"
_NAMES: Final = {"current": RateUnit.A, "a": RateUnit.A, "power": RateUnit.W, "w": RateUnit.W}


def tell_bounds() -> OcppDataclass:
    return call.GetConfiguration(key=[_UNITS, _PERIODS, _STACK])


def bounds_of(payload: Json) -> ProfileBounds:
    told = dicts(payload.get("configurationKey")) if isinstance(payload, dict) else ()
    values = {str(each.get("key")).casefold(): each.get("value") for each in told}
    return ProfileBounds(
        units=units_in(values.get(_UNITS.casefold())),
        most_periods=counted(values.get(_PERIODS.casefold())),
        highest_stack=whole(values.get(_STACK.casefold())),
    )


def units_in(told: Json) -> frozenset[RateUnit]:
    """Of a list of words; all where nothing is told that is known."""
    words = told.split(",") if isinstance(told, str) else []
    known = {_NAMES[name] for word in words if (name := word.strip().casefold()) in _NAMES}
    return frozenset(known or RateUnit)


def counted(told: Json) -> int | None:
    number = whole(told)
    return number if number is not None and number > 0 else None
