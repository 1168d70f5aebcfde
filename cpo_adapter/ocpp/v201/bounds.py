"""What a 2.x station can do, and keep of a charging profile, as its device model says.

Spec: OCPP 2.0.1 part 2 appendices, SmartChargingCtrlr and ReservationCtrlr.
"""

from collections.abc import Mapping
from typing import Final

from ocpp.v201 import call
from ocpp.v201.datatypes import ComponentType, GetVariableDataType, VariableType

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.schedules import StationBounds
from cpo_adapter.ocpp.v16.bounds import counted, units_in
from cpo_adapter.ocpp.v16.reading import dicts, whole
from schemas.codec import Json

_RESERVING: Final = "ReservationCtrlr"
_LIMITING: Final = "SmartChargingCtrlr"
_SWITCHES: Final = ("Available", "Enabled")
_UNITS: Final = "RateUnit"
_PERIODS: Final = "PeriodsPerSchedule"
_STACK: Final = "ProfileStackLevel"


def tell_bounds() -> OcppDataclass:
    asked = [(_RESERVING, name) for name in _SWITCHES]
    asked += [(_LIMITING, name) for name in (*_SWITCHES, _UNITS, _PERIODS, _STACK)]
    return call.GetVariables(
        [GetVariableDataType(ComponentType(component), VariableType(name)) for component, name in asked]
    )


def bounds_of(payload: Json) -> StationBounds:
    told = dicts(payload.get("getVariableResult")) if isinstance(payload, dict) else ()
    values = {_place(each): each.get("attributeValue") for each in told}
    return StationBounds(
        reserves=_is_on(values, _RESERVING),
        limits=_is_on(values, _LIMITING),
        units=units_in(_value(values, _UNITS)),
        most_periods=counted(_value(values, _PERIODS)),
        highest_stack=whole(_value(values, _STACK)),
    )


def _is_on(values: Mapping[tuple[str, str], Json], component: str) -> bool:
    """Unless the station says that it is not there or not in use."""
    told = [values.get((component.casefold(), name.casefold())) for name in _SWITCHES]
    return not any(str(each).casefold() == "false" for each in told)


def _value(values: Mapping[tuple[str, str], Json], name: str) -> Json:
    return values.get((_LIMITING.casefold(), name.casefold()))


def _place(told: Payload) -> tuple[str, str]:
    return _name(told.get("component")), _name(told.get("variable"))


def _name(told: Json) -> str:
    return str(told.get("name")).casefold() if isinstance(told, dict) else ""
