"""A request body, read once and with suspicion.

A key that stands twice in an object can show one party to the hub and another to the receiver,
so it is refused. Most bodies are cleared without a second parse: without a backslash in the text,
as many quotation marks before parsing as after prove that no key was swallowed.
Nesting is bounded, so that nothing behind this door can be made to recurse by a stranger.
Spec: 2.3.0 status_codes (HTTP 400 is for what is no JSON); RFC 8259, section 4, leaves duplicates open.
"""

import json
from typing import Any, Final

import msgspec
import orjson

from ocpi.errors import InvalidParameters, MalformedBody
from schemas.codec import MalformedJson, decode

MAX_DEPTH: Final = 32


def parse(body: bytes) -> Any:
    """JSON with Decimal numbers.

    Raises MalformedBody for what is no JSON or nested deeper than MAX_DEPTH, InvalidParameters for a
    duplicate key or a number beyond all measure.
    """
    value = _decode(body)
    if _is_too_deep(body):
        raise MalformedBody(f"the body is nested deeper than {MAX_DEPTH} levels")
    if not _surely_has_unique_keys(body):
        json.loads(body, object_pairs_hook=_unique, parse_int=str, parse_float=str)
    return value


def parse_object(body: bytes) -> dict[str, Any]:
    """As `parse`, for a body that must be one JSON object."""
    value = parse(body)
    if not isinstance(value, dict):
        raise InvalidParameters("a JSON object is expected", pointer="")
    return value


def _decode(body: bytes) -> Any:
    try:
        return decode(body)
    except MalformedJson as error:
        raise MalformedBody(f"the body is no JSON: {error}") from error
    except ArithmeticError as error:
        raise InvalidParameters("the body holds a number that is too large to be read") from error


def _is_too_deep(body: bytes) -> bool:
    """Laid out with one blank a level, a line begins with as many blanks as it is deep."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    return b"\n" + b" " * (MAX_DEPTH + 1) in msgspec.json.format(body, indent=1)


def _surely_has_unique_keys(body: bytes) -> bool:
    if b"\\" in body:
        return False
    try:
        return body.count(b'"') == orjson.dumps(orjson.loads(body)).count(b'"')
    except orjson.JSONDecodeError:  # a number that is too large for a double
        return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InvalidParameters(f"the key {key[:40]!r} stands twice in one object")
        found[key] = value
    return found
