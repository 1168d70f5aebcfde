"""Limits that a field's type carries, for `schemas.conformance` to read.

Pydantic ignores these marks: an object that breaks one is still accepted and relayed,
because refusing a charging station over a long street name helps nobody. Who wants to know asks
`conformance.check`. Spec: types, and the "Type" column of every object table.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Length:
    """How many characters a text may have."""

    maximum: int
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Digits:
    """How many digits an integer may have."""

    maximum: int


@dataclass(frozen=True, slots=True)
class Form:
    """How a text must look: `name` says it to people, `pattern` has to match all of it."""

    name: str
    pattern: re.Pattern[str]


def form(name: str, pattern: str) -> Form:
    return Form(name, re.compile(pattern, re.ASCII))
