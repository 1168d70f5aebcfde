"""What a 1.6 station can do, and keep of a charging profile, as its configuration says; read leniently.

Spec: OCPP 1.6, 9.1.24 (SupportedFeatureProfiles), 9.4 (configuration keys of smart charging).
"""

from typing import Final

from ocpp.v16 import call

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.schedules import RateUnit, StationBounds
from cpo_adapter.ocpp.v16.reading import dicts, whole
from schemas.codec import Json

_FEATURES: Final = "SupportedFeatureProfiles"
_UNITS: Final = "ChargingScheduleAllowedChargingRateUnit"
_PERIODS: Final = "ChargingScheduleMaxPeriods"
_STACK: Final = "ChargeProfileMaxStackLevel"
_NAMES: Final = {"current": RateUnit.A, "a": RateUnit.A, "power": RateUnit.W, "w": RateUnit.W}


def tell_bounds() -> OcppDataclass:
    return call.GetConfiguration(key=[_FEATURES, _UNITS, _PERIODS, _STACK])


def bounds_of(payload: Json) -> StationBounds:
    told = dicts(payload.get("configurationKey")) if isinstance(payload, dict) else ()
    values = {str(each.get("key")).casefold(): each.get("value") for each in told}
    features = words_in(values.get(_FEATURES.casefold()))
    return StationBounds(
        reserves=not features or "reservation" in features,
        limits=not features or "smartcharging" in features,
        units=units_in(values.get(_UNITS.casefold())),
        most_periods=counted(values.get(_PERIODS.casefold())),
        highest_stack=whole(values.get(_STACK.casefold())),
    )


def units_in(told: Json) -> frozenset[RateUnit]:
    """Of a list of words; all where nothing is told that is known."""
    return frozenset({_NAMES[word] for word in words_in(told) if word in _NAMES} or RateUnit)


def words_in(told: Json) -> set[str]:
    """Of a list of words, in lower case."""
    return {word.strip().casefold() for word in told.split(",")} if isinstance(told, str) and told else set()


def counted(told: Json) -> int | None:
    number = whole(told)
    return number if number is not None and number > 0 else None
