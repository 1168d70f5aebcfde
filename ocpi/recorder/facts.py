"""A message in either direction, told alike: who, to whom, what about, how it ended."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from yarl import URL

from ocpi.errors import NotRoutable, Unreadable
from ocpi.recorder.addressees import Addressees
from ocpi.recorder.entries import Body, Heard, Message, Sent
from ocpi.wire import envelope
from ocpi.wire.headers import NOWHERE, MessageIds, Routing
from ocpi.wire.interfaces import Side

Direction = Literal["in", "out"]

_STATUS: Final = re.compile(rb'"status_code"\s*:\s*(\d{4})\b')
_NOT_FOR_BODIES: Final = frozenset({"unknown", "versions", "credentials"})


class Facts(NamedTuple):
    """`status` and `said` are of the answer, `data` is its JSON; `trouble` is why none came.

    `number` orders the messages of a process, also those of the same instant.
    """

    number: int
    direction: Direction
    at: datetime
    seconds: float
    ids: MessageIds
    partner: str | None
    routing: Routing
    version: str | None
    module: str
    side: Side | None
    method: str
    url: URL
    rest: tuple[str, ...]
    http: int | None
    status: int | None
    said: str | None
    trouble: str | None
    body: bytes
    data: bytes
    request_bytes: int
    answer_bytes: int
    losses: tuple[str, ...]

    @property
    def has_readable_bodies(self) -> bool:
        """What belongs to no functional module may hold credentials, and is not looked into."""
        return self.module not in _NOT_FOR_BODIES


def facts_of(message: Message, addressees: Addressees) -> Facts:
    return _heard(message, addressees) if isinstance(message, Heard) else _sent(message, addressees)


def _heard(message: Heard, addressees: Addressees) -> Facts:
    where = message.where
    told = _told(message.answer) if message.is_relayed else _own(message)
    return Facts(
        number=message.number,
        direction="in",
        at=message.at,
        seconds=message.seconds,
        ids=message.ids,
        partner=message.partner,
        routing=_completed(message, addressees),
        version=str(where.version),
        module=where.module,
        side=where.side,
        method=message.method,
        url=URL(message.url, encoded=True),
        rest=where.rest,
        http=message.http,
        status=message.status,
        said=told.said,
        trouble=None,
        body=message.body.text,
        data=told.data,
        request_bytes=message.body.size,
        answer_bytes=told.size,
        losses=tuple(message.notes.pending),
    )


def _completed(message: Heard, addressees: Addressees) -> Routing:
    """Who was meant, where the headers did not say: the only party there is, and whoever answered."""
    asked, answered = message.routing, message.answered_as or NOWHERE
    to = asked.to or answered.sender
    sender = asked.sender or answered.to or addressees.only_party(message.partner)
    return asked if (to, sender) == (asked.to, asked.sender) else Routing(to=to, sender=sender)


def _sent(message: Sent, addressees: Addressees) -> Facts:
    told = _told(message.answer)
    url = URL(message.url, encoded=True) if isinstance(message.url, str) else message.url
    found = addressees.of(url, message.headers.get("Authorization", ""))
    return Facts(
        number=message.number,
        direction="out",
        at=message.at,
        seconds=message.seconds,
        ids=MessageIds.read(message.headers),
        partner=found.partner,
        routing=_routing(message.headers),
        version=found.version,
        module=found.module,
        side=found.side,
        method=message.method,
        url=url,
        rest=found.rest,
        http=message.http,
        status=told.status,
        said=told.said,
        trouble=message.trouble,
        body=message.body.text,
        data=told.data,
        request_bytes=message.body.size,
        answer_bytes=told.size,
        losses=tuple(message.losses),
    )


def _routing(headers: Mapping[str, str]) -> Routing:
    try:
        return Routing.read(headers)
    except NotRoutable:
        return NOWHERE


class _Told(NamedTuple):
    status: int | None
    said: str | None
    data: bytes
    size: int = 0


def _own(message: Heard) -> _Told:
    """An envelope that was written around the data as it left."""
    return _Told(message.status, message.said, message.answer.text, message.answer.size)


def _told(body: Body) -> _Told:
    return _read(body.text)._replace(size=body.size)


@lru_cache(maxsize=128)
def _read(body: bytes) -> _Told:
    """What is no envelope, or larger than is read, may still tell its status.

    Remembered for a moment: what is relayed comes twice.
    """
    try:
        found = envelope.read(body)
    except Unreadable:
        status = _STATUS.search(body)
        return _Told(int(status[1]) if status else None, None, b"")
    return _Told(found.status_code, found.status_message, found.data or b"")
