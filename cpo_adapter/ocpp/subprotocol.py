"""Which version of OCPP a connection speaks.

A station lists what it speaks, by preference, perhaps in several headers and in odd spellings; the answer
repeats its own spelling, or the handshake fails on its side.
Spec: OCPP-J 1.6, 3.2; RFC 6455, 4.2.2.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

_Spoken = TypeVar("_Spoken")


def offered(headers: Iterable[str]) -> list[str]:
    """The protocols of all Sec-WebSocket-Protocol headers, as one list."""
    return [protocol for header in headers for part in header.split(",") if (protocol := part.strip())]


def choose(offers: Iterable[str], spoken: Mapping[str, _Spoken]) -> tuple[str, _Spoken] | None:
    """The first offer that we speak, in the station's spelling. The keys of `spoken` are in lower case."""
    for offer in offers:
        if (dialect := spoken.get(offer.casefold())) is not None:
            return offer, dialect
    return None
