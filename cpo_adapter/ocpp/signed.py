"""Readings that a meter signed, as stations wrap them: told on as they came, byte for byte.

In 2.x they have an object of their own. In 1.6 the value itself is the signed text, or that object of 2.x
written into the value as JSON; a station may forget to say so, and then the value tells.
Spec: OCPP 2.0.1, SignedMeterValueType; OCPP 1.6, ValueFormat (SignedData); Open Charge Alliance, Signed Meter
Values in OCPP 1.0, 3.2.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cpo_adapter.ocpp.events import SignedReading
from cpo_adapter.ocpp.framing import Payload
from ocpi.ocmf.record import plain_of
from schemas.codec import Json, MalformedJson, decode

_SHORTEST: Final = 20
"""No signed text is as short, and no number as long."""


@dataclass(frozen=True, slots=True)
class _Value:
    data: str
    encoding: str = ""
    public_key: str = ""


def may_be_text(sampled: Payload) -> bool:
    """Whether `of_text` has to look at it at all."""
    value = sampled.get("value")
    return isinstance(value, str) and (len(value) > _SHORTEST or "format" in sampled)


def of_text(at: datetime, sampled: Payload) -> SignedReading | None:
    """In a SampledValue of 1.6; None where it is a plain one."""
    value, says_so = sampled.get("value"), _says_so(sampled)
    if not isinstance(value, str) or not value or not (says_so or len(value) > _SHORTEST):
        return None
    told = _of_object(_object(value))
    if told is None and (says_so or plain_of(value) is not None):
        told = _Value(value)
    return None if told is None else _reading(at, told, sampled)


def of_object(at: datetime, sampled: Payload) -> SignedReading | None:
    """Beside the value in a SampledValueType of 2.x."""
    told = _of_object(sampled.get("signedMeterValue"))
    return None if told is None else _reading(at, told, sampled)


def _reading(at: datetime, told: _Value, sampled: Payload) -> SignedReading:
    return SignedReading(at, told.data, told.encoding, told.public_key, _text(sampled, "context"))


def _says_so(sampled: Payload) -> bool:
    return _text(sampled, "format").casefold() == "signeddata"


def _object(value: str) -> Json:
    if not value.lstrip().startswith("{"):
        return None
    try:
        return decode(value.encode())
    except (MalformedJson, UnicodeEncodeError):
        return None


def _of_object(told: Json) -> _Value | None:
    data = told.get("signedMeterData") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(data, str) or not data:
        return None
    return _Value(data, _text(told, "encodingMethod"), _text(told, "publicKey"))


def _text(told: Payload, key: str) -> str:
    value = told.get(key)
    return value if isinstance(value, str) else ""
