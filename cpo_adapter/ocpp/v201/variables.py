"""Variables of 2.x as an operator writes them: `OCPPCommCtrlr.HeartbeatInterval`.

`Component.Variable`; either may have an instance in brackets, a component an EVSE and a connector after a
sign: `DeviceDataCtrlr.ItemsPerMessage[GetVariables]`, `Connector#1:2.AvailabilityState`.
Spec: OCPP 2.0.1, types ComponentType and VariableType.
"""

import re
from typing import Any, Final

_NAME: Final = re.compile(
    r"(?P<component>[^.\[\]#]+)(\[(?P<instance>[^\]]+)\])?(#(?P<evse>\d{1,4})(:(?P<connector>\d{1,4}))?)?"
    r"\.(?P<variable>[^.\[\]#]+)(\[(?P<variable_instance>[^\]]+)\])?"
)


def parsed(name: str) -> dict[str, Any]:
    """`component` and `variable`, absent fields as None. Raises ValueError."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no variable: write Component.Variable")
    evse = _evse(found["evse"], found["connector"])
    return {
        "component": {"name": found["component"], "instance": found["instance"], "evse": evse},
        "variable": {"name": found["variable"], "instance": found["variable_instance"]},
    }


def _evse(number: str | None, connector: str | None) -> dict[str, Any] | None:
    if number is None:
        return None
    return {"id": int(number), "connectorId": int(connector) if connector else None}


def named(told: dict[str, Any]) -> str:
    """The name of what has a `component` and a `variable`, as a station told it; nothing raises."""
    component, variable = _object(told.get("component")), _object(told.get("variable"))
    return f"{_part(component)}{_place(_object(component.get('evse')))}.{_part(variable)}"


def _part(told: dict[str, Any]) -> str:
    instance = told.get("instance")
    return f"{told.get('name', '')}[{instance}]" if instance else str(told.get("name", ""))


def _place(evse: dict[str, Any]) -> str:
    if "id" not in evse:
        return ""
    connector = evse.get("connectorId")
    return f"#{evse['id']}" if connector is None else f"#{evse['id']}:{connector}"


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
