"""Where stations bring and fetch files: `/files/{secret}`, beside the door that they connect to.

Whoever has the secret may do the one thing that it is for. A station that also shows who it is, by its
certificate or a name in Basic auth, has to be the one that was asked. Nobody else is told anything: a wrong
secret is 404, a used or late one 410.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol

from aiohttp import BasicAuth, web
from aiohttp.hdrs import AUTHORIZATION, METH_HEAD

from cpo_adapter.files.bodies import NoFile, brought
from cpo_adapter.files.going import Outgoing
from cpo_adapter.files.names import NAMELESS, harmless
from cpo_adapter.files.shelf import FileTooLarge, Shelf
from cpo_adapter.files.stored import StoredFile
from cpo_adapter.files.tickets import (
    LONGEST_TRANSFER,
    NoTicket,
    Ticket,
    Tickets,
    TicketTaken,
    TicketVoid,
    Way,
)
from cpo_adapter.ocpp.arrival import Arrival, Arrivals
from cpo_adapter.ocpp.client_certificates import ClientCertificates
from cpo_adapter.ocpp.credentials import Paper
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.server.attempts import Attempts

_log = logs.logger(__name__)

PATH: Final = "/files"
_WRONG_A_MINUTE: Final = 60
_FORM_AROUND: Final = 64 * 1024
"""What a form may add to the size of the file in it."""


class Waiting(Protocol):
    """Who asked for the files."""

    async def arrived(self, number: int, file: StoredFile) -> None: ...

    async def fetched(self, station: str, number: int) -> None: ...


class FileDoor:
    def __init__(
        self,
        *,
        tickets: Tickets,
        shelf: Shelf,
        waiting: Waiting,
        arrivals: Arrivals,
        certificates: ClientCertificates,
        certificate_name: Callable[[str], str],
        clock: Clock,
    ) -> None:
        """`certificate_name`: what stands in the certificate of a station."""
        self._tickets = tickets
        self._shelf = shelf
        self._waiting = waiting
        self._arrivals = arrivals
        self._certificates = certificates
        self._certificate_name = certificate_name
        self._wrong = Attempts(clock, allowed=_WRONG_A_MINUTE, told="addresses of files are being guessed")

    def mount(self, app: web.Application) -> None:
        for path in (f"{PATH}/{{secret}}", f"{PATH}/{{secret}}/{{name:[\\s\\S]*}}"):
            app.router.add_put(path, self._bring)
            app.router.add_post(path, self._bring)
            app.router.add_get(path, self._fetch)  # HEAD comes with it

    async def _bring(self, request: web.Request) -> web.StreamResponse:
        arrival = self._arrivals.of(request)
        ticket = await self._ticket(request, arrival, Way.IN)
        if (request.content_length or 0) > self._shelf.limit + _FORM_AROUND:
            raise web.HTTPRequestEntityTooLarge(self._shelf.limit, request.content_length or 0)
        await self._taken(ticket)
        try:
            file = await self._brought(request, ticket, arrival)
            await self._waiting.arrived(ticket.job, file)
        except BaseException:  # a station that hangs up, too
            await asyncio.shield(self._tickets.give_back(ticket))
            raise
        await self._tickets.use_up(ticket)
        _log.info("file came", station=ticket.station, job=ticket.job, size=file.size, sha256=file.sha256)
        return web.Response(status=HTTPStatus.CREATED)

    async def _brought(self, request: web.Request, ticket: Ticket, arrival: Arrival) -> StoredFile:
        try:
            async with asyncio.timeout(LONGEST_TRANSFER.total_seconds()):
                name, chunks = await brought(request)
                name = harmless(name or request.match_info.get("name", "") or NAMELESS)
                shelved = await self._shelf.take_in(ticket.job, name, chunks)
        except FileTooLarge:
            raise web.HTTPRequestEntityTooLarge(self._shelf.limit, self._shelf.limit + 1) from None
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except (NoFile, ValueError):
            raise web.HTTPBadRequest(reason="there is no file in it") from None
        return StoredFile(name, shelved.path, shelved.size, shelved.sha256, arrival.address)

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        """In pieces too, as a weak link needs it; the address is void once the last byte has left."""
        ticket = await self._ticket(request, self._arrivals.of(request), Way.OUT)
        firmware = self._firmware(ticket)
        if request.method == METH_HEAD:
            return web.FileResponse(firmware)
        await self._taken(ticket)
        return Outgoing(firmware, partial(self._left, ticket))

    async def _left(self, ticket: Ticket, *, is_whole: bool) -> None:
        if is_whole:
            await self._tickets.use_up(ticket)
            await self._waiting.fetched(ticket.station, ticket.job)
        await self._tickets.give_back(ticket)

    def _firmware(self, ticket: Ticket) -> Path:
        try:
            return self._shelf.firmware_path(ticket.name)
        except FileNotFoundError:
            _log.error("firmware is not there any more", job=ticket.job, name=ticket.name)
            raise web.HTTPNotFound from None

    async def _ticket(self, request: web.Request, arrival: Arrival, way: Way) -> Ticket:
        if self._wrong.are_too_many(arrival.address):
            raise web.HTTPTooManyRequests(headers={"Retry-After": "60"})
        try:
            ticket = await self._tickets.look(request.match_info["secret"], way)
        except NoTicket:
            self._wrong.failed(arrival.address)
            raise web.HTTPNotFound from None
        except TicketVoid:
            raise web.HTTPGone from None
        self._check_station(request, arrival, ticket)
        return ticket

    async def _taken(self, ticket: Ticket) -> None:
        try:
            await self._tickets.take(ticket)
        except TicketVoid:
            raise web.HTTPGone from None
        except TicketTaken:
            raise web.HTTPConflict(reason="it is being used just now") from None

    def _check_station(self, request: web.Request, arrival: Arrival, ticket: Ticket) -> None:
        name = self._certificate_name(ticket.station)
        paper = self._certificates.paper(arrival.certificate, name)
        if paper in {Paper.FOREIGN, Paper.VOID} or _names_another(
            request.headers.get(AUTHORIZATION), ticket.station
        ):
            _log.warning("another station came for a file", station=ticket.station, address=arrival.address)
            raise web.HTTPForbidden


def _names_another(authorization: str | None, station: str) -> bool:
    """What is no Basic auth names nobody."""
    if authorization is None:
        return False
    try:
        return BasicAuth.decode(authorization, "utf-8").login not in (station, "")
    except ValueError:
        return False
