"""What a station says of its configuration, in one spelling. Pure.

Stations spell booleans as TRUE, True or true, with quotes or without, and whole numbers with a fraction of
zero; two spellings of one value are no difference.
Spec: OCPP 1.6, type KeyValue; OCPP 2.0.1, types GetVariableResultType and ReportDataType.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from cpo_adapter.ocpp.secrets import is_secret
from cpo_adapter.ocpp.v201.variables import named
from schemas.codec import Json

_BOOLEANS: Final = frozenset({"true", "false"})
_MOST_DIGITS: Final = 30


@dataclass(frozen=True, slots=True)
class Setting:
    """`value` is None where there is none to show: the station told none, or it is secret."""

    name: str
    value: str | None
    is_readonly: bool = False

    @property
    def is_secret(self) -> bool:
        return is_secret(self.name)


@dataclass(frozen=True, slots=True)
class Settings:
    """`unknown` are those that were asked for and that the station does not have."""

    known: tuple[Setting, ...]
    unknown: tuple[str, ...] = ()

    def value(self, name: str) -> str | None:
        return next((each.value for each in self.known if each.name.casefold() == name.casefold()), None)


def normal(value: object) -> str | None:
    """The one spelling of a value that a station told."""
    if value is None:
        return None
    text = str(value).strip()
    if text.casefold() in _BOOLEANS:
        return text.casefold()
    return _plain_number(text)


def settings(told: Mapping[str, Json]) -> Settings:
    """Of the answer to a ReadSettings, in any version; nothing raises."""
    keys = tuple(
        Setting(_text(each.get("key")), _shown(each), each.get("readonly") is True)
        for each in _list(told, "configurationKey")
    )
    results = list(_list(told, "getVariableResult"))
    variables = tuple(_variable(each) for each in results if _is_there(each))
    missing = tuple(named(each) for each in results if not _is_there(each))
    unknown = told.get("unknownKey")
    unknown_keys = tuple(map(str, unknown)) if isinstance(unknown, list) else ()
    return Settings((*(each for each in keys if each.name), *variables), (*unknown_keys, *missing))


def reported(told: Mapping[str, Json]) -> Iterator[Setting]:
    """Of one part of a NotifyReport."""
    for row in _list(told, "reportData"):
        for attribute in _list(row, "variableAttribute"):
            kind = _text(attribute.get("type")) or "Actual"
            if kind == "Actual":
                is_readonly = attribute.get("mutability") == "ReadOnly"
                name = named(row)
                yield Setting(name, None if is_secret(name) else normal(attribute.get("value")), is_readonly)


def _shown(told: Mapping[str, Any]) -> str | None:
    return None if is_secret(_text(told.get("key"))) else normal(told.get("value"))


def _variable(told: dict[str, Any]) -> Setting:
    name = named(told)
    return Setting(name, None if is_secret(name) else normal(told.get("attributeValue")))


def _is_there(told: Mapping[str, Any]) -> bool:
    return _text(told.get("attributeStatus")).casefold() == "accepted"


def _plain_number(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or number.as_tuple().digits[_MOST_DIGITS:] or "e" in text.casefold():
        return text
    return str(int(number)) if number == number.to_integral_value() and "." in text else text


def _list(told: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
    found = told.get(key)
    return (each for each in found if isinstance(each, dict)) if isinstance(found, list) else iter(())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
