"""The JSON schemas of the `ocpp` package, compiled once.

What we send must fit its schema. What a station sends is judged by grade: a text that is too long, an unknown
property or a date in an odd spelling is a sin to be counted; only what is missing or of another JSON type
stands in the way.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from importlib import resources
from typing import Any

import jsonschema_rs
from jsonschema_rs import ValidationErrorKind
from ocpp.exceptions import PropertyConstraintViolationError

from cpo_adapter.ocpp.refusal import Refusal
from schemas.codec import Json


class Part(Enum):
    """Which half of an exchange; the value is how schema files are named after it, but for 1.6's requests.

    A SEND is a message that nobody answers.
    """

    REQUEST = "Request"
    RESPONSE = "Response"
    SEND = ""


class Gravity(Enum):
    SIN = "sin"
    MISSING = "missing"
    WRONG_TYPE = "wrong type"


@dataclass(frozen=True, slots=True)
class Problem:
    """One deviation from the schema. The value itself is not told: it may be a card's number."""

    gravity: Gravity
    path: str
    rule: str

    def __str__(self) -> str:
        return f"{self.path or 'payload'}: {self.rule}"


def problems(version: str, action: str, part: Part, payload: Json) -> Iterator[Problem]:
    """What is wrong, as it is found. `version` is the module of the package: "v16"."""
    return map(_problem, errors(version, action, part, payload))


def errors(version: str, action: str, part: Part, payload: Json) -> Iterator[jsonschema_rs.ValidationError]:
    """As `problems`, as the validator tells it."""
    return _validator(version, action + _suffix(version, part)).iter_errors(payload)


def schema(version: str, action: str, part: Part) -> Any:
    """As the package has it."""
    return _schema(version, action + _suffix(version, part))


def must_fit(version: str, action: str, part: Part, payload: Json) -> None:
    """For what we send. Raises Refusal naming the first problem."""
    for problem in problems(version, action, part, payload):
        raise Refusal(PropertyConstraintViolationError, f"{action} {problem}")


def _suffix(version: str, part: Part) -> str:
    return "" if version == "v16" and part is Part.REQUEST else part.value


@lru_cache(maxsize=512)
def _validator(version: str, name: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(_schema(version, name), validate_formats=True)


def _schema(version: str, name: str) -> Any:
    source = resources.files(f"ocpp.{version}") / "schemas" / f"{name}.json"
    return json.loads(source.read_text("utf-8-sig"))


def _problem(error: jsonschema_rs.ValidationError) -> Problem:
    path = ".".join(str(step) for step in error.instance_path)
    return Problem(_gravity(error.kind), path, type(error.kind).__name__)


def _gravity(kind: ValidationErrorKind) -> Gravity:
    match kind:
        case ValidationErrorKind.Required():
            return Gravity.MISSING
        case ValidationErrorKind.Type():
            return Gravity.WRONG_TYPE
        case _:
            return Gravity.SIN
