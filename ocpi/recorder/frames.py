"""What goes through the pipe to a clerk: first what it is told of its work, then slips by the batch.

Each is four bytes of length, and as many of MessagePack.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from ocpi.recorder.slips import Slip

_LENGTH: Final = 4


class Charge(msgspec.Struct, frozen=True):
    """Whose clerk it is, where it writes, what it keeps, and how it logs."""

    parent: int
    mongo_url: str
    database: str
    bodies: str
    kept_for_s: float
    log_level: str
    pseudonym_key: bytes
    worker: int | None


Said = TypeVar("Said")
_encoder: Final = msgspec.msgpack.Encoder()
_charge: Final = msgspec.msgpack.Decoder(Charge)
_slips: Final = msgspec.msgpack.Decoder(list[Slip])


def frame(said: Charge | Sequence[Slip]) -> bytes:
    """Raises what a text raises that is no Unicode."""
    content = _encoder.encode(said)
    return len(content).to_bytes(_LENGTH) + content


async def read_charge(pipe: asyncio.StreamReader) -> Charge | None:
    return await _read(pipe, _charge)


async def read_slips(pipe: asyncio.StreamReader) -> list[Slip] | None:
    """None at the end; what was cut off there is left."""
    return await _read(pipe, _slips)


async def _read(pipe: asyncio.StreamReader, decoder: "msgspec.msgpack.Decoder[Said]") -> Said | None:
    try:
        length = int.from_bytes(await pipe.readexactly(_LENGTH))
        return decoder.decode(await pipe.readexactly(length))
    except asyncio.IncompleteReadError:
        return None
