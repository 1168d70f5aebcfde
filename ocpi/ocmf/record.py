"""A record of OCMF: `OCMF|payload|signature`, two JSON objects; the second signs the first as it is spelled.

The separator may not stand inside of a section, and does in some (in tariff texts): so a section ends where
its JSON ends. Numbers keep their digits, for they tell how finely the meter reads.
Spec: OCMF 1.4, Sections; Signed Data.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Final

import msgspec

from schemas import codec
from schemas.codec import Json

_HEADER: Final = "OCMF|"
_SCANNER: Final = json.JSONDecoder(parse_float=str, parse_int=str, strict=False)
"""Tells where an object ends, and nothing else of it is used."""
LONGEST: Final = 65_536
"""Characters: twice what the most generous version of OCPP carries."""


class NotOcmf(ValueError):
    """The text is no record; it is not repeated."""


@dataclass(frozen=True, slots=True)
class Record:
    """`text` is the whole record, `signed` the bytes that the signature is over."""

    text: str
    signed: bytes = field(repr=False)
    payload: dict[str, Json]
    signature: dict[str, Json]


def read(text: str) -> Record:
    """The record in a text, which may be base64 or hex of it. Raises NotOcmf."""
    plain = plain_of(text)
    if plain is None:
        raise NotOcmf("is no OCMF: it does not begin with OCMF|")
    payload, signature = _sections(plain[len(_HEADER) :])
    return Record(plain, payload.encode(), _object(payload, "payload"), _object(signature, "signature"))


def plain_of(text: str) -> str | None:
    """The record itself, freed of base64 or hex; None for what is none in any spelling."""
    stripped = text.strip()
    if len(stripped) > LONGEST:
        return None
    for spelling in (stripped, _unhexed(stripped), _unbased(stripped)):
        if spelling is not None and spelling.startswith(_HEADER):
            return spelling
    return None


def _unhexed(text: str) -> str | None:
    try:
        return bytes.fromhex(text).decode()
    except ValueError:
        return None


def _unbased(text: str) -> str | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _sections(body: str) -> tuple[str, str]:
    """A fourth section, which once held a key, is left out. Raises NotOcmf."""
    end = _end_of_object(body)
    if end is None or body[end : end + 1] != "|":
        raise NotOcmf("is no OCMF: its payload is no JSON object that a signature follows")
    rest = body[end + 1 :]
    end_of_signature = _end_of_object(rest)
    if end_of_signature is None or rest[end_of_signature:].strip()[:1] not in ("", "|"):
        raise NotOcmf("is no OCMF: its signature is no JSON object")
    return body[:end], rest[:end_of_signature]


def _end_of_object(text: str) -> int | None:
    """Where the object ends that the text begins with, white space around it included."""
    begin = len(text) - len(text.lstrip())
    if text[begin : begin + 1] != "{":
        return None
    try:
        _, end = _SCANNER.raw_decode(text, begin)
    except (ValueError, RecursionError):
        return None
    return end + len(text[end:]) - len(text[end:].lstrip())


def _object(section: str, name: str) -> dict[str, Json]:
    try:
        document = codec.decode(section.encode())
    except (codec.MalformedJson, UnicodeEncodeError, msgspec.DecodeError):
        raise NotOcmf(f"is no OCMF: its {name} is no JSON") from None
    if not isinstance(document, dict):
        raise NotOcmf(f"is no OCMF: its {name} is no JSON object")
    return document
