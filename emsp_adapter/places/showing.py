"""How a Location is told to apps: what a driver needs to choose and to find it. Pure.

What a partner sent is shown as far as it is what it should be; each connector names by `price` its place in
the list of prices. Voltage of three phases is between a phase and neutral, so power counts each phase.
Spec: 2.3.0 mod_locations, Location, EVSE and Connector object.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from emsp_adapter.places.coordinates import Point, read_point
from schemas import codec
from schemas.kinds import ObjectKey

Json = dict[str, Any]

_PHASES: Final = {"AC_2_PHASE": 2, "AC_2_PHASE_SPLIT": 2, "AC_3_PHASE": 3}
_MOST: Final = 10**9
_LOCATION_TEXTS: Final = (
    "name",
    "address",
    "postal_code",
    "city",
    "state",
    "country",
    "time_zone",
    "parking_type",
    "help_phone",
    "last_updated",
)
_EVSE_TEXTS: Final = ("uid", "evse_id", "status", "floor_level", "physical_reference", "last_updated")
_CONNECTOR_TEXTS: Final = ("id", "standard", "format", "power_type")


def shown(
    key: ObjectKey, point: Point, value: Json, evses: Sequence[Json], tariffs: Sequence[tuple[str, ...]]
) -> bytes:
    return codec.encode(
        {
            "cpo": str(key.owner),
            "id": str(key.id),
            "latitude": point.latitude,
            "longitude": point.longitude,
            **_texts(value, _LOCATION_TEXTS),
            "operator": _operator(value),
            "facilities": texts_in(value, "facilities"),
            "opening_times": _object(value, "opening_times"),
            "charging_when_closed": _boolean(value, "charging_when_closed"),
            "evses": [_evse(each, tariffs) for each in evses],
        }
    )


def text_in(value: Json, name: str) -> str | None:
    text = value.get(name)
    return str(text) if isinstance(text, str) else None


def texts_in(value: Json, name: str) -> list[str]:
    listed = value.get(name)
    return [str(each) for each in listed if isinstance(each, str)] if isinstance(listed, list) else []


def objects_in(value: Json, name: str) -> Iterator[Json]:
    listed = value.get(name)
    return (each for each in listed if isinstance(each, dict)) if isinstance(listed, list) else iter(())


def power_w(connector: Json) -> int:
    """What it gives at most; zero where that is not said."""
    told = _number(connector, "max_electric_power")
    if told:
        return told
    phases = _PHASES.get(text_in(connector, "power_type") or "", 1)
    return _number(connector, "max_voltage") * _number(connector, "max_amperage") * phases


def _evse(evse: Json, tariffs: Sequence[tuple[str, ...]]) -> Json:
    point = read_point(evse.get("coordinates"))
    return {
        **_texts(evse, _EVSE_TEXTS),
        "latitude": None if point is None else point.latitude,
        "longitude": None if point is None else point.longitude,
        "capabilities": texts_in(evse, "capabilities"),
        "parking_restrictions": texts_in(evse, "parking_restrictions"),
        "connectors": [_connector(each, tariffs) for each in objects_in(evse, "connectors")],
    }


def _connector(connector: Json, tariffs: Sequence[tuple[str, ...]]) -> Json:
    named = texts_in(connector, "tariff_ids")
    return {
        **_texts(connector, _CONNECTOR_TEXTS),
        "power_w": power_w(connector),
        "tariff_ids": named,
        "price": tariffs.index(tuple(named)),
    }


def _texts(value: Json, names: Sequence[str]) -> Json:
    return {name: text_in(value, name) for name in names}


def _operator(value: Json) -> str | None:
    return text_in(_object(value, "operator") or {}, "name")


def _object(value: Json, name: str) -> Json | None:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else None


def _boolean(value: Json, name: str) -> bool | None:
    told = value.get(name)
    return told if isinstance(told, bool) else None


def _number(value: Json, name: str) -> int:
    told = value.get(name)
    if isinstance(told, bool) or not isinstance(told, int | Decimal):
        return 0
    return int(told) if 0 <= told <= _MOST else 0
