"""What is wrong with a payload that a person wrote: each mistake in words, with the pointer of its place.

Every deviation counts, for what we send must fit. The value is not repeated: it may be a card's number.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Final

import jsonschema_rs
from jsonschema_rs import ValidationErrorKind as Rule

from cpo_adapter.ocpp import validation
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.validation import Part
from schemas.validation import Violation, pointer

_TYPES: Final = MappingProxyType(
    {
        "array": "a list",
        "boolean": "true or false",
        "integer": "a whole number",
        "number": "a number",
        "object": "an object",
        "string": "a text",
    }
)
_FORMATS: Final = MappingProxyType({"date-time": "a date and time, as 2026-01-31T12:00:00Z"})


class Unfitting(ValueError):
    """A payload is not what its message wants; pointers begin at the payload."""

    def __init__(self, flaws: Sequence[Violation]) -> None:
        super().__init__("; ".join(map(str, flaws)))
        self.flaws = flaws


def must_fit(version: str, action: str, payload: Payload) -> None:
    """Raises Unfitting."""
    found = map(_flaws, validation.errors(version, action, Part.REQUEST, payload))
    if flaws := list(chain.from_iterable(found)):
        raise Unfitting(flaws)


def _flaws(error: jsonschema_rs.ValidationError) -> Iterator[Violation]:
    """Where a key is the matter, it is in the pointer: missing ones each by an error, others all in one."""
    place, kind = error.instance_path, error.kind
    match kind:
        case Rule.Required(name):
            yield Violation(pointer([*place, name]), kind.name, "is required")
        case Rule.AdditionalProperties(names):
            for name in names:
                yield Violation(pointer([*place, name]), kind.name, "is not a key of this message")
        case _:
            yield Violation(pointer(place), kind.name, _text(kind))


def _text(kind: Rule) -> str:  # noqa: PLR0911 - one for each rule
    match kind:
        case Rule.Type(types):
            return f"must be {' or '.join(_TYPES.get(each, each) for each in types)}"
        case Rule.Enum(options):
            return f"must be one of {', '.join(map(str, options))}"
        case Rule.Format(name):
            return f"must be {_FORMATS.get(name, name)}"
        case Rule.MaxLength(limit):
            return f"must have at most {limit} characters"
        case Rule.MinItems(limit) | Rule.MaxItems(limit):
            return f"must hold at {'least' if kind.name == 'minItems' else 'most'} {limit}"
        case Rule.Minimum(limit) | Rule.Maximum(limit):
            return f"must be at {'least' if kind.name == 'minimum' else 'most'} {float(str(limit)):g}"
        case _:
            return f"breaks the rule {kind.name}"
