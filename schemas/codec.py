"""JSON in and out without losing a digit.

orjson and pydantic read 15.3420000000000001 as 15.342, so bodies whose numbers matter come in
here and nowhere else: msgspec hands each fraction to Decimal as it was spelled, and refuses NaN,
infinities and lone surrogates. On the way out a Decimal is spliced in as the digits it has.
Spec: transport_and_format, JSON; types, number and DateTime.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec
import orjson

from schemas.base import OcpiModel
from schemas.numbers import number_text
from schemas.times import datetime_text

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | None"

_decoder = msgspec.json.Decoder(float_hook=Decimal)


class MalformedJson(ValueError):
    """The bytes are no JSON document; the text says where."""


def decode(body: bytes) -> Json:
    """JSON to dicts, lists, texts, ints and Decimals. Raises MalformedJson."""
    try:
        document: Json = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedJson(str(error)) from error
    except RecursionError as error:
        raise MalformedJson("JSON is nested too deeply") from error
    return document


def encode(value: object) -> bytes:
    """What `decode` returns, also with datetimes, tuples and models in it, as JSON."""
    try:
        return orjson.dumps(value, _spell, orjson.OPT_PASSTHROUGH_DATETIME)
    except orjson.JSONEncodeError:
        return orjson.dumps(_spell_long_integers(value), _spell, orjson.OPT_PASSTHROUGH_DATETIME)


def dump(model: OcpiModel) -> bytes:
    return encode(model.to_wire())


def _spell(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(number_text(value))
    if isinstance(value, datetime):
        return datetime_text(value)
    if isinstance(value, OcpiModel):
        return value.to_wire()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _spell_long_integers(value: Any) -> Any:
    """JSON knows no largest integer, orjson does: whatever exceeds its 64 bits becomes digits."""
    if isinstance(value, dict):
        return {key: _spell_long_integers(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spell_long_integers(item) for item in value]
    if type(value) is int:
        return orjson.Fragment(str(value))
    return value
