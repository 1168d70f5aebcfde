"""The signed texts in whatever somebody holds in hand: a record, a CDR, or a message's signed value.

A key that stands beside them came the same way as they did: it shows that nobody changed them since, not
whose meter it was.
Spec: 2.3.0 mod_cdrs, SignedData and SignedValue class; OCPP 2.0.1, SignedMeterValueType.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ocpi.ocmf.record import plain_of
from schemas import codec
from schemas.codec import Json


@dataclass(frozen=True, slots=True)
class Signed:
    """`text` of a record, perhaps wrapped; `public_key` as it is told beside it, or empty."""

    text: str
    public_key: str = ""


def found_in(document: str) -> list[Signed]:
    """None where the document holds nothing signed."""
    if plain_of(document) is not None:
        return [Signed(document)]
    try:
        decoded = codec.decode(document.strip().encode())
    except (codec.MalformedJson, UnicodeEncodeError):
        return []
    return list(_in_object(decoded))


def _in_object(told: Json) -> Iterator[Signed]:
    """An answer's `data`, a CDR's `signed_data`, or either of them alone."""
    if not isinstance(told, dict):
        return
    for name in ("data", "signed_data"):
        yield from _in_object(told.get(name))
    if isinstance(told.get("signedMeterData"), str):
        yield Signed(_text(told, "signedMeterData"), _text(told, "publicKey"))
    values = told.get("signed_values")
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict):
            yield Signed(_of_value(value), _text(told, "public_key"))


def _of_value(value: dict[str, Json]) -> str:
    """What was signed is the signed data; some leave the record in the plain data alone."""
    told = _text(value, "signed_data")
    return told if plain_of(told) is not None else _text(value, "plain_data")


def _text(told: dict[str, Json], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
