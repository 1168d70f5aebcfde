"""Fields that the specification does not know; most are misspelt ones, whose restrictions then silently do
not apply.

Spec: 2.3.0 mod_tariffs; transport_and_format, unknown fields are allowed.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final

import msgspec

from ocpi.pricing.findings import Finding, Severity
from ocpi.pricing.wire import WireComponent, WireElement, WireRestrictions, WireTariff

_UNPRICED: Final = {"tariff_alt_text", "energy_mix", "preauthorize_amount"}
_OF_A_HUB: Final = {"exact_price_component"}


def _names(shell: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(field.encode_name for field in msgspec.structs.fields(shell))


_TARIFF: Final = _names(WireTariff) | _UNPRICED
_ELEMENT: Final = _names(WireElement)
_COMPONENT: Final = _names(WireComponent) | _OF_A_HUB
_RESTRICTIONS: Final = _names(WireRestrictions)


def lint_fields(raw: Any, pointer: str = "") -> Iterator[Finding]:
    """Unknown names at every level of the tariff at `pointer`."""
    yield from _unknown(raw, _TARIFF, pointer)
    for index, element in _members(raw, "elements"):
        at = f"{pointer}/elements/{index}"
        yield from _unknown(element, _ELEMENT, at)
        if isinstance(element, dict):
            yield from _unknown(element.get("restrictions"), _RESTRICTIONS, f"{at}/restrictions")
        for number, component in _members(element, "price_components"):
            yield from _unknown(component, _COMPONENT, f"{at}/price_components/{number}")


def _members(raw: Any, field: str) -> Iterator[tuple[int, Any]]:
    found = raw.get(field) if isinstance(raw, dict) else None
    return enumerate(found if isinstance(found, list) else ())


def _unknown(raw: Any, known: frozenset[str], at: str) -> Iterator[Finding]:
    for name in raw if isinstance(raw, dict) else ():
        if name not in known:
            meant = get_close_matches(_snake(name), known, n=1)
            severity = Severity.WARNING if meant else Severity.INFO
            yield Finding(
                "unexpected_field", severity, f"{at}/{_escaped(name)}", meant[0] if meant else None, name
            )


def _snake(name: str) -> str:
    """DayOfWeek is day_of_week."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _escaped(name: str) -> str:
    """As a token of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
