"""Payloads made of a schema: with every key that it knows, and with those alone that it demands."""

from collections.abc import Mapping
from typing import Any, Final

VENDORS_OWN: Final = {"vendorId": "V", "socialSecurity_x": {"EVSEId": 1}}
DATE: Final = "2026-01-01T00:00:00Z"


def full(schema: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_made(schema, schema["definitions"], is_full=True))


def least(schema: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_made(schema, schema["definitions"], is_full=False))


def _made(schema: Mapping[str, Any], definitions: Mapping[str, Any], *, is_full: bool) -> Any:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    match schema:
        case {"enum": [*_, word]}:
            return word
        case {"type": "object", "properties": properties}:
            names = properties if is_full else schema.get("required", ())
            return {
                name: VENDORS_OWN
                if name == "customData"
                else _made(properties[name], definitions, is_full=is_full)
                for name in names
            }
        case {"type": "array", "items": items}:
            return [_made(items, definitions, is_full=is_full)]
        case {"type": "boolean"}:
            return False
        case {"type": "integer" | "number"}:
            return _number(schema)
        case _:
            return DATE if schema.get("format") == "date-time" else "x" * min(3, schema.get("maxLength", 3))


def _number(schema: Mapping[str, Any]) -> int | float:
    """A fraction where one may stand."""
    if schema["type"] == "integer":
        return int(schema.get("minimum", 1))
    return float(min(1.5, schema.get("maximum", 1.5)))
