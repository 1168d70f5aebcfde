"""Samples as they are kept: one text for those of a message. Pure.

As documents of their own they would cost more than all else that is done for a message. The text is JSON, an
array for each sample, values as texts with the digits that they have.
"""

import hashlib
from typing import Final

import msgspec

from cpo_adapter.ocpp.events import Sample

_WRITER: Final = msgspec.json.Encoder()
_READER: Final = msgspec.json.Decoder(tuple[Sample, ...])


def written(samples: tuple[Sample, ...]) -> str:
    return _WRITER.encode(samples).decode()


def read(text: str) -> tuple[Sample, ...]:
    """What `written` wrote."""
    return _READER.decode(text)


def digest(samples: tuple[Sample, ...]) -> str:
    """The same for the same samples."""
    return hashlib.sha256(_WRITER.encode(samples)).hexdigest()
