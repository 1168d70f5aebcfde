"""An OCPI platform to play against, over real sockets: it registers, calls, answers, and remembers.

It speaks any version, or several at once, as that version is written: what it does otherwise is a quirk with
a name. Every request that reaches it with a good token is in `received`, or in `handshakes` if it is about
versions and credentials, or in `announced` if a hub tells who is behind it; `answer` scripts what it
says, `publishes` and `keeps` make it hold objects; with `is_online` switched off it drops connections as a
dead machine does, and `faults` are the other troubles that a platform can be in.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import ClientError, ClientSession, web
from yarl import URL

from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators import dialect
from simulators.caller import Caller, NothingInCommon
from simulators.exchanged import Heard, Place, Reply, Request
from simulators.faults import Faults
from simulators.quirks import Quirks
from simulators.shelves import Kept, Listed

__all__ = ["Heard", "Quirks", "Reply", "Request", "SimulatedPartner"]

Script = Callable[[Request], Reply | Awaitable[Reply]]
_NOT_ALLOWED: Final = Reply(http=HTTPStatus.METHOD_NOT_ALLOWED, status_code=2000)
_NOT_FOUND: Final = Reply(http=HTTPStatus.NOT_FOUND, status_code=2000)
_UNAUTHORIZED: Final = Reply(http=HTTPStatus.UNAUTHORIZED, status_code=2000)


class SimulatedPartner(Caller):
    """`roles` as pairs of role and party. Use as a context manager; the port is any free one, unless told.

    `version` is the one in use: of `versions` the best, until a handshake settles another. With one version
    there is none in the addresses below it. `public_url` is what others are told, where that is not `listen`.
    With `admits_again` an invitation is good for any number of registrations.
    """

    def __init__(
        self,
        *roles: tuple[str, PartyId],
        hub_party: PartyId | None = None,
        versions: Sequence[str] = (dialect.V2_3_0,),
        quirks: Quirks | None = None,
        listen: tuple[str, int] = ("127.0.0.1", 0),
        public_url: str | None = None,
    ) -> None:
        super().__init__(roles, hub_party, versions, quirks or Quirks())
        self.is_online = True
        self.admits_again = False
        self._one_handshake = asyncio.Lock()
        self.faults = Faults()
        self.received: list[Request] = []
        self.handshakes: list[Request] = []
        self.announced: list[Request] = []
        self.endpoints_offered: list[dict[str, str]] | None = None
        self._scripts: dict[tuple[str, str, Side], Script] = {}
        self._handshake: dict[str, Callable[[Request], Awaitable[Reply]]] = {
            "versions": self._versions,
            "details": self._details,
            "credentials": self._credentials,
        }
        self._runner: web.AppRunner | None = None
        self._listen = listen
        self._public_url = public_url

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", self._door)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, *self._listen).start()
        reached = f"http://{self._listen[0]}:{self._runner.addresses[0][1]}"
        self.base = (self._public_url or reached).rstrip("/")
        self._session = ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()
        if self._runner:
            await self._runner.cleanup()

    def root(self, version: str | None = None) -> str:
        """Above the addresses of a version, unless told of the one in use."""
        return self.base if len(self.versions) == 1 else f"{self.base}/{version or self.version}"

    def url_of(self, module: str, side: Side) -> str:
        return f"{self.root()}/{side.lower()}/{module}"

    def offered(self, version: str | None = None) -> list[dict[str, str]]:
        """The endpoints in the version details, unless others were set."""
        if self.endpoints_offered is not None:
            return self.endpoints_offered
        found = dialect.endpoints(version or self.version, self.root(version), self.roles)
        end = "/" if self.quirks.trailing_slash else ""
        return [{**each, "url": each["url"] + end} for each in found]

    def answer(self, method: str, module: str, side: Side, script: Script) -> None:
        """`versions`, `details` and `credentials` are scripted as modules too, by their sender side."""
        self._scripts[method, module, side] = script

    def usual(self, module: str) -> Callable[[Request], Awaitable[Reply]]:
        """What is answered to handshakes unless scripted otherwise."""
        return self._handshake[module]

    def publishes(self, module: str, objects: Iterable[Mapping[str, Any]], *, at_most: int = 50) -> Listed:
        """Serve these from the sender side of a module, as lists and one by one."""
        listed = Listed(self.url_of(module, Side.SENDER), objects, at_most=at_most, quirks=self.quirks)
        self.answer("GET", module, Side.SENDER, listed.reply)
        return listed

    def keeps(self, module: str) -> Kept:
        """Keep what is pushed to the receiver side of a module, and show it again."""
        kept = Kept(self.url_of(module, Side.RECEIVER), quirks=self.quirks)
        for method in ("GET", "PUT", "PATCH", "POST", "DELETE"):
            self.answer(method, module, Side.RECEIVER, kept.reply)
        return kept

    def heard(self, module: str, method: str | None = None) -> list[Request]:
        """What arrived for a functional module or for hubclientinfo, in order."""
        arrived = (*self.announced, *self.received)
        return [each for each in arrived if each.module == module and method in (None, each.method)]

    async def _door(self, request: web.Request) -> web.StreamResponse:
        if not self.is_online:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        place = self._place(request.rel_url.raw_path)
        fault = self.faults.meeting(place.module if place else "")
        usual = partial(self._answered, request, place)
        return await (usual() if fault is None else fault(request, usual))

    async def _answered(self, request: web.Request, place: Place | None) -> web.Response:
        shown = self._tokens(request.headers.get("Authorization", ""), place) & self._good
        if not shown:
            return _response(_UNAUTHORIZED, self._ids(request))
        if place is None:
            return _response(_NOT_FOUND, self._ids(request))
        arrived = await _arrived(request, place, *shown)
        reply = self.quirks.written(await self._reply(arrived), is_object=self._is_object(arrived))
        return _response(reply, self._ids(request))

    def _place(self, raw_path: str) -> Place | None:
        """`/versions`, `/2.3.0`, `/credentials`, and `/{side}/{module}/…`; a version may stand before."""
        below = raw_path.removeprefix(URL(self.base).raw_path.rstrip("/"))
        parts = below.strip("/").split("/")
        if parts == ["versions"]:
            return Place("", "versions", Side.SENDER)
        version = parts.pop(0) if parts[0] in self.versions else self.version
        match parts:
            case []:
                return Place(version, "details", Side.SENDER)
            case ["credentials"]:
                return Place(version, "credentials", Side.SENDER)
            case ["sender" | "receiver" as side, module, *rest]:
                return Place(version, module, Side(side.upper()), "/".join(rest))
            case _:
                return None

    def _tokens(self, header: str, place: Place | None) -> set[str]:
        spoken = {place.version} if place and place.version else set(self.versions)
        if self.quirks.any_token_spelling:
            spoken = set(dialect.VERSIONS)
        return {token for version in spoken for token in dialect.tokens_in(header, version)}

    async def _reply(self, arrived: Request) -> Reply:
        is_handshake = arrived.module in self._handshake
        self._list_of(arrived).append(arrived)
        script = self._scripts.get((arrived.method, arrived.module, arrived.side))
        if script is not None:
            scripted = script(arrived)
            return await scripted if isinstance(scripted, Awaitable) else scripted
        return await self._handshake[arrived.module](arrived) if is_handshake else Reply()

    def _list_of(self, arrived: Request) -> list[Request]:
        if arrived.module in self._handshake:
            return self.handshakes
        is_told = (arrived.module, arrived.side) == ("hubclientinfo", Side.RECEIVER)
        return self.announced if is_told else self.received

    def _is_object(self, arrived: Request) -> bool:
        return arrived.method == "GET" and arrived.module not in self._handshake

    def _ids(self, request: web.Request) -> dict[str, str]:
        if self.quirks.no_ids or self.version == dialect.V2_1_1:
            return {}
        back = Routing.read(request.headers).reversed()
        return {**MessageIds.read(request.headers).write(), **back.write()}

    async def _versions(self, _: Request) -> Reply:
        told = [{"version": version, "url": f"{self.base}/{version}"} for version in self.versions]
        return Reply({"versions": told} if self.quirks.wrapped_versions else told)

    async def _details(self, arrived: Request) -> Reply:
        return Reply({"version": arrived.version, "endpoints": self.offered(arrived.version)})

    async def _credentials(self, arrived: Request) -> Reply:
        """The far side looks, registers with us, renews, or leaves."""
        if arrived.method == "GET":
            return Reply(self.credentials(CredentialsToken(arrived.token), arrived.version))
        if (arrived.token in self._in_use) == (arrived.method == "POST"):
            return _NOT_ALLOWED
        if arrived.method == "DELETE":
            self._good.discard(arrived.token)
            self.is_registered = False
            return Reply()
        async with self._one_handshake:
            return await self._accept(arrived)

    async def _accept(self, arrived: Request) -> Reply:
        theirs = arrived.json()
        token = CredentialsToken(theirs["token"])
        try:
            await self.discover(theirs["url"], token, arrived.version)
        except NothingInCommon:
            return Reply(status_code=3002)
        except (ClientError, OSError, TypeError, ValueError, KeyError):
            return Reply(status_code=3001)
        if ("credentials", "SENDER") not in self.endpoints:
            return Reply(status_code=3003)
        ours = self.credentials(self.invite())
        self._settle(theirs["token"], ours["token"])
        if arrived.method == "POST" and not self.admits_again:
            self._good.discard(arrived.token)
        return Reply(ours)


def _response(reply: Reply, headers: Mapping[str, str]) -> web.Response:
    return web.Response(
        status=reply.http,
        body=reply.body(),
        headers={**headers, **reply.headers},
        content_type="application/json",
    )


async def _arrived(request: web.Request, place: Place, token: str) -> Request:
    return Request(
        method=request.method,
        version=place.version,
        module=place.module,
        side=place.side,
        path=place.path,
        query=dict(request.query),
        headers=request.headers.copy(),
        routing=Routing.read(request.headers),
        ids=MessageIds.read(request.headers),
        body=await request.read(),
        token=token,
    )
