"""PATCH: the changed fields of an object, laid over what is stored.

A PATCH cannot take information away, so a null leaves the field as it is. Lists are replaced
whole, with two exceptions: a Location's `evses` and an EVSE's `connectors` are merged by their
ids, since EVSEs are never deleted, and a Session's `charging_periods` are appended, unless they are
the last ones already: then the PATCH came again because its answer was lost. In 2.1.1 they are replaced.
Spec: 2.3.0 transport_and_format, PATCH; mod_sessions, PATCH method; mod_locations, PATCH method.
"""

from collections.abc import Mapping
from typing import Any, Final

from ocpi.errors import InvalidParameters

_MERGED_BY: Final = {"evses": "uid", "connectors": "id"}
_APPENDED: Final = frozenset({"charging_periods"})


def merge(stored: dict[str, Any], patch: Mapping[str, Any], *, appends: bool = True) -> dict[str, Any]:
    """A new object; neither argument is changed. Raises InvalidParameters without last_updated."""
    if not patch.get("last_updated"):
        raise InvalidParameters("a PATCH tells when the object changed", pointer="/last_updated")
    merged = _merged(stored, patch)
    return merged if appends else merged | {name: patch[name] for name in _APPENDED if patch.get(name)}


def _merged(stored: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    changed = {
        name: _value(name, stored.get(name), value) for name, value in patch.items() if value is not None
    }
    return {**stored, **changed}


def _value(name: str, old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return _merged(old, new)
    if isinstance(old, list) and isinstance(new, list):
        return _list(name, old, new)
    return new


def _list(name: str, old: list[Any], new: list[Any]) -> list[Any]:
    if name in _APPENDED:
        return old if old[-len(new) :] == new else [*old, *new]
    if name in _MERGED_BY:
        return _merged_by(_MERGED_BY[name], old, new)
    return new


def _merged_by(identity: str, old: list[Any], new: list[Any]) -> list[Any]:
    by_id = {_folded(item, identity): item for item in old}
    for item in new:
        key = _folded(item, identity)
        by_id[key] = _merged(by_id.get(key, {}), item)
    return list(by_id.values())


def _folded(item: Any, identity: str) -> str:
    if not isinstance(item, dict) or not item.get(identity):
        raise InvalidParameters(f"each member of a patched list names its {identity}")
    return str(item[identity]).lower()
