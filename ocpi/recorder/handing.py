"""From a message that has ended to its slip: with what only this process knows, without what nobody needs.

The path of a request is over, but the process that serves it pays: nothing is decoded but the status of a
handshake's answer, which is not handed on.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from ocpi.errors import NotRoutable
from ocpi.recorder.addressees import Addressees
from ocpi.recorder.answers import Told, told_in
from ocpi.recorder.entries import Heard, Message, Sent
from ocpi.recorder.slips import Slip, has_readable_bodies
from ocpi.wire.headers import CORRELATION_ID, NOWHERE, REQUEST_ID, MessageIds, Routing
from schemas.kinds import PartyId


def slip_of(message: Message, addressees: Addressees) -> Slip:
    return _heard(message, addressees) if isinstance(message, Heard) else _sent(message, addressees)


def _heard(message: Heard, addressees: Addressees) -> Slip:
    where = message.where
    sender, to = _ends(message, addressees)
    body, answer = message.body, message.answer
    is_told = has_readable_bodies(where.module)
    return Slip(
        message.number,
        "in",
        message.at,
        message.seconds,
        message.ids.correlation_id,
        message.ids.request_id,
        message.partner,
        sender,
        to,
        where.version.value,
        where.module,
        where.side.value,
        message.method,
        message.url,
        where.rest,
        message.http,
        message.status,
        message.said,
        None,
        message.is_relayed,
        body.text if is_told else b"",
        answer.text if is_told else b"",
        body.size,
        answer.size,
        tuple(message.notes.pending),
    )


def _ends(message: Heard, addressees: Addressees) -> tuple[str | None, str | None]:
    """Who was meant, where the headers did not say: the only party there is, and whoever answered."""
    asked, answered = message.routing, message.answered_as or NOWHERE
    sender = asked.sender or answered.to or addressees.only_party(message.partner)
    return _written(sender), _written(asked.to or answered.sender)


def _sent(message: Sent, addressees: Addressees) -> Slip:
    headers = message.headers
    url = message.url if isinstance(message.url, str) else str(message.url)
    place, rest = addressees.of(url, headers.get("Authorization", ""))
    correlation_id, request_id = _ids(headers)
    sender, to = _parties(*map(headers.get, _OF_PARTIES))
    body, answer = message.body, message.answer
    is_told = has_readable_bodies(place.module)
    told = _UNREAD if is_told else told_in(answer.text)
    return Slip(
        message.number,
        "out",
        message.at,
        message.seconds,
        correlation_id,
        request_id,
        place.partner,
        sender,
        to,
        place.version,
        place.module,
        place.side,
        message.method,
        url,
        rest,
        message.http,
        told.status,
        told.said,
        message.trouble,
        True,  # noqa: FBT003 - by position, which takes half the time
        body.text if is_told else b"",
        answer.text if is_told else b"",
        body.size,
        answer.size,
        tuple(message.losses),
    )


def _ids(headers: Mapping[str, str]) -> tuple[str, str]:
    correlation_id, request_id = headers.get(CORRELATION_ID), headers.get(REQUEST_ID)
    if correlation_id and request_id:
        return correlation_id, request_id
    made = MessageIds.read(headers)
    return made.correlation_id, made.request_id


_UNREAD: Final = Told(None, None, b"")
_OF_PARTIES: Final = tuple(Routing(to=(some := PartyId("XX", "YYY")), sender=some).write())


@lru_cache(maxsize=4096)  # the same few parties, in every request
def _parties(*named: str | None) -> tuple[str | None, str | None]:
    """Who sends to whom, by the values of the routing headers."""
    headers = {name: value for name, value in zip(_OF_PARTIES, named, strict=True) if value}
    try:
        routing = Routing.read(headers)
    except NotRoutable:
        routing = NOWHERE
    return _written(routing.sender), _written(routing.to)


def _written(party: PartyId | None) -> str | None:
    return None if party is None else f"{party.country_code}*{party.party_id}"
