"""Server-sent events: how something is now, then each change of it, until nothing more will happen.

Not what happened in between: who was away hears the state, not its history. The id of an event says which
state it is, so who comes back with Last-Event-ID is told nothing that it knows, and 204 once all is told.
Spec: HTML Living Standard, Server-sent events.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web

from emsp_adapter.apps.beat import Beat, Followed
from emsp_adapter.apps.keys.key import Key
from emsp_adapter.apps.keys.office import KeyOffice
from emsp_adapter.apps.operation import EVENTS, Asked
from emsp_adapter.apps.problems import Refused
from ocpi.process.clock import Clock

HEADER: Final = "Last-Event-ID"
HEARTBEAT_S: Final = 15.0
MOST_PER_KEY: Final = 20
MOST: Final = 1_000
_TAKEN_WITHIN_S: Final = 30.0
_HEADERS: Final = {
    "Content-Type": f"{EVENTS}; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # a proxy that collects answers would hold the events back
}


@dataclass(frozen=True, slots=True)
class Moment:
    """How something is: `id` is the version of it that the Beat tells, `data` JSON on one line."""

    id: str
    event: str
    data: bytes
    is_final: bool

    def written(self) -> bytes:
        return b"id: %s\nevent: %s\ndata: %s\n\n" % (self.id.encode(), self.event.encode(), self.data)


Subject = Callable[[], Awaitable[Moment | None]]


class Streams:
    """`most_per_key` at a time for each key, in this process."""

    def __init__(self, office: KeyOffice, clock: Clock, most_per_key: int = MOST_PER_KEY) -> None:
        self._office = office
        self._clock = clock
        self._most_per_key = most_per_key
        self._open: Counter[str] = Counter()

    async def serve(self, asked: Asked, beat: Beat, name: str, subject: Subject) -> web.StreamResponse:
        """`name` is that of the subject for the Beat. Raises Refused: 429."""
        last = asked.request.headers.get(HEADER)
        with self._place(asked.key), beat.follow(name) as followed:
            now = await subject()
            if now is None or (now.is_final and now.id == last):
                return web.Response(status=int(HTTPStatus.NO_CONTENT))
            response = web.StreamResponse(headers=_HEADERS)
            await response.prepare(asked.request)
            with suppress(ConnectionError, TimeoutError):
                await self._tell(_Line(response, asked, last), now, followed, subject)
            return response

    async def _tell(self, line: "_Line", now: Moment, followed: Followed, subject: Subject) -> None:
        moment: Moment | None = now
        while moment is not None:
            await line.tell(moment)
            if moment.is_final or not await self._has_changed(line, moment, followed):
                return
            moment = await subject()

    async def _has_changed(self, line: "_Line", moment: Moment, followed: Followed) -> bool:
        """False when the stream is to end: the service stops, or the key opens nothing any more."""
        heartbeat_s = self._clock.monotonic() + HEARTBEAT_S
        while True:
            await followed.beat()
            if followed.is_over:
                return False
            if followed.version != moment.id:
                return True
            if self._clock.monotonic() >= heartbeat_s:
                if not await self._office.still(line.asked.key, line.asked.request.headers["Authorization"]):
                    return False
                await line.write(b": still here\n\n")
                heartbeat_s = self._clock.monotonic() + HEARTBEAT_S

    @contextmanager
    def _place(self, key: Key) -> Iterator[None]:
        if self._open[key.name] >= self._most_per_key or self._open.total() >= MOST:
            text = f"a key follows {self._most_per_key} things at a time"
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, text, headers={"Retry-After": "30"})
        self._open[key.name] += 1
        try:
            yield
        finally:
            self._open[key.name] -= 1
            self._open += Counter()  # forgets who has none


@dataclass(slots=True)
class _Line:
    """To whoever listens; what it knows is not told again."""

    response: web.StreamResponse
    asked: Asked
    known: str | None

    async def tell(self, moment: Moment) -> None:
        if moment.id != self.known:
            await self.write(moment.written())
            self.known = moment.id

    async def write(self, text: bytes) -> None:
        """Raises ConnectionError, and TimeoutError for who does not read."""
        async with asyncio.timeout(_TAKEN_WITHIN_S):
            await self.response.write(text)
