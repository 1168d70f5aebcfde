"""What is wrong with an object that could not be read, and where.

Only four things make an object unreadable: a required field is missing, a value has the wrong JSON
type, a closed enum does not know it, an instant does not exist. Each is told with the JSON pointer
(RFC 6901) of its place, ready for the message of a 2001 answer.
The value itself is never repeated: it may be a secret.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import ValidationError
from pydantic_core import ErrorDetails


@dataclass(frozen=True, slots=True)
class Violation:
    """`pointer` is where, `code` is for programs, `text` is for people and needs the pointer before it."""

    pointer: str
    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.pointer or '(document)'} {self.text}"


_KNOWN = MappingProxyType(
    {
        "missing": ("missing", "is required"),
        "model_type": ("type", "must be an object"),
        "tuple_type": ("type", "must be a list"),
        "string_type": ("type", "must be a text"),
        "bool_type": ("type", "must be true or false"),
        "empty": ("empty", "must hold at least one item"),
        "enum": ("value", "is not one of the allowed values"),
        "number_type": ("type", "must be a number"),
        "number_range": ("range", "must be a number of at most 34 digits"),
        "int_type": ("type", "must be a whole number"),
        "datetime_type": ("type", "must be a text with a date and time"),
        "datetime": ("datetime", "must be a date and time that exists"),
    }
)


def problems(error: ValidationError) -> list[Violation]:
    return [_violation(detail) for detail in error.errors(include_url=False, include_input=False)]


def pointer(path: Iterable[str | int]) -> str:
    """RFC 6901: `("evses", 0, "uid")` is `/evses/0/uid`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _violation(detail: ErrorDetails) -> Violation:
    code, text = _KNOWN.get(detail["type"], ("value", "is not acceptable here"))
    return Violation(pointer(detail["loc"]), code, text)
