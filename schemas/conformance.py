"""What an object says against the specification although it could be read.

Reading is tolerant, so somebody has to look: the doctor, the conformance run, the operator's console. `check`
reports lengths, characters and forms from the marks on the field types, and the rules between fields
from `schemas.rules`. It decides nothing and never raises.
Spec: types; the object tables; cases C-069 to C-153 name the rules between fields.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_type_hints

from schemas.base import OcpiModel
from schemas.constraints import Digits, Form, Length
from schemas.lists import is_listed
from schemas.rules import rules_for
from schemas.strings import CiString
from schemas.v2_3_0.enums import VersionNumber
from schemas.validation import Violation

NOT_AVAILABLE = "#NA"
"""Stands in a required text for data that cannot exist. Spec: transport_and_format, No data available."""

_NOT_PRINTABLE_ASCII = re.compile(r"[^ -~]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

Mark = Length | Digits | Form


def check(model: OcpiModel, version: VersionNumber = VersionNumber.V2_3_0) -> list[Violation]:
    """Every violation in the object and all objects within it, outermost first.

    Classes and lists of values are those of `version`; before 2.3.0 no list was open.
    """
    return list(_object(model, version, ""))


def _object(model: OcpiModel, version: VersionNumber, at: str) -> Iterator[Violation]:
    for rule in rules_for(type(model)):
        for found in rule(model):
            yield Violation(at + found.pointer, found.code, found.text)
    for name, marks in _marked_fields(type(model)):
        yield from _value(getattr(model, name), marks, version, f"{at}/{name}")


def _value(value: object, marks: tuple[Mark, ...], version: VersionNumber, at: str) -> Iterator[Violation]:
    if isinstance(value, OcpiModel):
        yield from _object(value, version, at)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _value(item, marks, version, f"{at}/{index}")
    elif isinstance(value, StrEnum):
        yield from _listed(value, version, at)
    elif isinstance(value, str):
        yield from _text(value, marks, at)
    elif isinstance(value, int):
        yield from _integer(value, marks, at)


def _listed(value: StrEnum, version: VersionNumber, at: str) -> Iterator[Violation]:
    if not is_listed(value, version):
        yield Violation(at, "value", f"{value} is not in the list of {version}")


def _text(text: str, marks: tuple[Mark, ...], at: str) -> Iterator[Violation]:
    foreign = _NOT_PRINTABLE_ASCII if isinstance(text, CiString) else _CONTROL
    if foreign.search(text):
        yield Violation(at, "characters", "holds characters that are not allowed here")
    for mark in marks:
        if isinstance(mark, Length):
            yield from _length(len(text), mark, at)
        elif isinstance(mark, Form) and text != NOT_AVAILABLE and not mark.pattern.fullmatch(text):
            yield Violation(at, "form", f"is not {mark.name}")


def _length(length: int, allowed: Length, at: str) -> Iterator[Violation]:
    if length > allowed.maximum:
        yield Violation(at, "length", f"is {length} characters long; at most {allowed.maximum} are allowed")
    elif length < allowed.minimum:
        yield Violation(at, "length", f"is {length} characters long; at least {allowed.minimum} are required")


def _integer(number: int, marks: tuple[Mark, ...], at: str) -> Iterator[Violation]:
    for mark in marks:
        if isinstance(mark, Digits) and abs(number) >= 10**mark.maximum:
            yield Violation(at, "digits", f"has more than {mark.maximum} digits")


@cache
def _marked_fields(model: type[OcpiModel]) -> tuple[tuple[str, tuple[Mark, ...]], ...]:
    hints = get_type_hints(model, include_extras=True)
    return tuple((name, tuple(_marks(hints[name]))) for name in model.model_fields)


def _marks(annotation: Any) -> Iterator[Mark]:
    """Every mark in an annotation, however deep: `Many[CiString36]` carries that of its items."""
    for part in get_args(annotation):
        if isinstance(part, Mark):
            yield part
        else:
            yield from _marks(part)
