"""Rules between the fields of an object, one file per module of the specification.

A rule is a generator over one object that yields violations with pointers relative to it.
`rules_for` finds those of a class; `schemas.conformance` walks the objects.
"""

from functools import cache

from schemas.base import OcpiModel
from schemas.rules import cdrs, charging_profiles, credentials, locations, sessions, tariffs, tokens, versions
from schemas.rules.rule import Rule, Rules

_FILES = (cdrs, charging_profiles, credentials, locations, sessions, tariffs, tokens, versions)


@cache
def rules_for(model: type[OcpiModel]) -> tuple[Rule, ...]:
    return tuple(rule for file in _FILES for rule in file.rules.of(model))


__all__ = ["Rule", "Rules", "rules_for"]
