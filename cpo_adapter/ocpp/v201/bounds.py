"""What a 2.x station can keep of a charging profile, as its device model says.

Spec: OCPP 2.0.1 part 2 appendices, SmartChargingCtrlr.
"""

from typing import Final

from ocpp.v201 import call
from ocpp.v201.datatypes import ComponentType, GetVariableDataType, VariableType

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.schedules import ProfileBounds
from cpo_adapter.ocpp.v16.bounds import counted, units_in
from cpo_adapter.ocpp.v16.reading import dicts, whole
from schemas.codec import Json

_UNITS: Final = "RateUnit"
_PERIODS: Final = "PeriodsPerSchedule"
_STACK: Final = "ProfileStackLevel"


def tell_bounds() -> OcppDataclass:
    component = ComponentType(name="SmartChargingCtrlr")
    asked = [GetVariableDataType(component, VariableType(name)) for name in (_UNITS, _PERIODS, _STACK)]
    return call.GetVariables(asked)


def bounds_of(payload: Json) -> ProfileBounds:
    told = dicts(payload.get("getVariableResult")) if isinstance(payload, dict) else ()
    values = {_name(each).casefold(): each.get("attributeValue") for each in told}
    return ProfileBounds(
        units=units_in(values.get(_UNITS.casefold())),
        most_periods=counted(values.get(_PERIODS.casefold())),
        highest_stack=whole(values.get(_STACK.casefold())),
    )


def _name(told: Payload) -> str:
    variable = told.get("variable")
    return str(variable.get("name")) if isinstance(variable, dict) else ""
