"""Which version of OCPP a connection speaks.

A station lists what it speaks, by preference, perhaps in several headers and in odd spellings; the answer
repeats its own spelling, or the handshake fails on its side.
Spec: OCPP-J 1.6, 3.2; RFC 6455, 4.2.2.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What the operator wrote of how a station speaks; its versions as subprotocols.

    `pinned` wins if it is offered. `assumed` is for a station that offers nothing at all. `answers_within_s`:
    how long to wait for its answers, if not as long as for those of others.
    """

    pinned: str | None = None
    assumed: str | None = None
    answers_within_s: float | None = None


_Spoken = TypeVar("_Spoken")


def offered(headers: Iterable[str]) -> list[str]:
    """The protocols of all Sec-WebSocket-Protocol headers, as one list."""
    return [protocol for header in headers for part in header.split(",") if (protocol := part.strip())]


def choose(
    offers: Sequence[str], spoken: Mapping[str, _Spoken], provisioned: Provisioned
) -> tuple[str | None, _Spoken] | None:
    """A version that we speak, and the station's own spelling of it: None where it offered nothing.

    The pinned one, else the first that it offers. The keys of `spoken` are in lower case.
    """
    if not offers:
        assumed = spoken.get(provisioned.assumed or "")
        return None if assumed is None else (None, assumed)
    for offer in sorted(offers, key=lambda offer: offer.casefold() != provisioned.pinned):
        if (dialect := spoken.get(offer.casefold())) is not None:
            return offer, dialect
    return None
