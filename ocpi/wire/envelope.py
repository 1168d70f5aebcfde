"""The response envelope: {data?, status_code, status_message?, timestamp}.

Written around bytes that are JSON already, so that stored and relayed objects keep every byte.
Spec: 2.3.0 transport_and_format, Response format.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
import orjson

from ocpi.errors import Unreadable
from ocpi.wire.status import SUCCESS
from schemas import codec
from schemas.times import datetime_text

CONTENT_TYPE: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Envelope:
    """`data` is the raw JSON of the member, None where it is absent or null."""

    status_code: int
    status_message: str | None
    data: bytes | None


class _Wire(msgspec.Struct):
    status_code: int
    status_message: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_reader: Final = msgspec.json.Decoder(_Wire)


def read(body: bytes) -> Envelope:
    """Raises Unreadable when the answer is no OCPI envelope."""
    try:
        wire = _reader.decode(body)
    except _UNREADABLE as error:
        raise Unreadable(f"the answer is no OCPI envelope: {error}") from error
    data = bytes(wire.data)
    return Envelope(wire.status_code, wire.status_message, None if data.strip() == b"null" else data)


def write(
    at: datetime, *, data: bytes | None = None, status_code: int = SUCCESS, message: str | None = None
) -> bytes:
    tail: dict[str, Any] = {"status_code": status_code, "timestamp": datetime_text(at)}
    if message is not None:
        tail["status_message"] = message
    rest = orjson.dumps(tail)
    return rest if data is None else b'{"data":' + data + b"," + rest[1:]


def json_list(items: Iterable[bytes]) -> bytes:
    """A JSON array of members that are JSON already."""
    return b"[" + b",".join(items) + b"]"


def decoded(data: bytes | None) -> Any:
    """`data` with Decimal numbers; nothing is None. Raises Unreadable."""
    try:
        return None if data is None else codec.decode(data)
    except (codec.MalformedJson, ArithmeticError) as error:
        raise Unreadable(f"the data of the answer cannot be read: {error}") from error


_members: Final = msgspec.json.Decoder(list[msgspec.Raw])


def members(data: bytes | None) -> list[bytes]:
    """The raw JSON of each member of a list; nothing is the empty list. Raises Unreadable."""
    if data is None:
        return []
    try:
        return [bytes(member) for member in _members.decode(data)]
    except _UNREADABLE as error:
        raise Unreadable(f"a list is expected: {error}") from error
