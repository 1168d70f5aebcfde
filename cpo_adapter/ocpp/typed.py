"""A payload as the `ocpp` package's dataclass of its message, and back as the schema spells it.

The package names a field after its key, in lower case with underscores, and puts the key back by rules that
miss dozens of them (`fixedPFAbsorb`, `setpoint_L2`); here the message's own schema says how each is spelled.
What stands under `customData` is a vendor's own, and stays as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from importlib import import_module
from types import NoneType
from typing import Any, Final, cast, get_args, get_origin, get_type_hints

from cpo_adapter.ocpp import validation
from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.validation import Part

_VENDORS_OWN: Final = "customData"


def typed(version: str, action: str, payload: Payload) -> OcppDataclass:
    """Of a payload that fits its schema. `version` is the module of the package: "v21"."""
    kind = getattr(import_module(f"ocpp.{version}.call"), action)
    return cast(OcppDataclass, _read(payload, kind))


def spelled(version: str, message: OcppDataclass) -> Payload:
    """What `typed` read. Absent fields are left out."""
    return cast(Payload, _written(message, _spelling(version, type(message).__name__)))


def _read(value: Any, kind: Any) -> Any:
    if isinstance(value, list):
        (of,) = get_args(kind)
        return [_read(each, of) for each in value]
    if isinstance(value, dict):
        known = _fields(kind)
        return kind(**dict(_member(known[_plain(key)], key, item) for key, item in value.items()))
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum) else value


def _member(field: tuple[str, Any], key: str, item: Any) -> tuple[str, Any]:
    name, kind = field
    return name, item if key == _VENDORS_OWN else _read(item, kind)


def _written(value: Any, spelling: Mapping[str, str]) -> Any:
    if is_dataclass(value):
        told = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {spelling[_plain(name)]: _written(item, spelling) for name, item in told if item is not None}
    if isinstance(value, list):
        return [_written(each, spelling) for each in value]
    return value.value if isinstance(value, Enum) else value


@lru_cache(maxsize=256)
def _fields(kind: type[OcppDataclass]) -> Mapping[str, tuple[str, Any]]:
    """Name and type of each field, whether it may be absent or not, by its plain name."""
    return {_plain(name): (name, _present(hint)) for name, hint in get_type_hints(kind).items()}


def _present(hint: Any) -> Any:
    """What an optional field holds where it holds something."""
    choices = [each for each in get_args(hint) if each is not NoneType]
    return hint if get_origin(hint) is list or not choices else choices[0]


@lru_cache(maxsize=64)
def _spelling(version: str, action: str) -> Mapping[str, str]:
    return {_plain(key): key for key in _keys(validation.schema(version, action, Part.REQUEST))}


def _keys(schema: Any) -> Iterator[str]:
    """Of all objects that a schema is about."""
    for part in schema.values() if isinstance(schema, dict) else ():
        yield from _keys(part)
    if isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
        yield from schema["properties"]


def _plain(name: str) -> str:
    return name.replace("_", "").casefold()
