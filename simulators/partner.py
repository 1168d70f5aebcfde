"""An OCPI 2.3.0 platform to play against, over real sockets: it registers, calls, answers, and remembers.

Every request that reaches it with a good token is in `received`, or in `handshakes` if it is about versions
and credentials; `answer` scripts what it says; with `is_online` switched off it drops connections as a dead
machine does.
"""

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import ClientSession, web
from yarl import URL

from ocpi.wire import urls
from ocpi.wire.credentials_token import CredentialsToken, readings
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from simulators.exchanged import Heard, Reply, Request

__all__ = ["Heard", "Reply", "Request", "SimulatedPartner"]

VERSION: Final = "2.3.0"
MODULES: Final = ("locations", "tariffs", "tokens", "sessions", "cdrs")


Script = Callable[[Request], Reply | Awaitable[Reply]]


class SimulatedPartner:
    """`roles` as pairs of role and party. Use as a context manager; the port is any free one."""

    def __init__(self, *roles: tuple[str, PartyId], hub_party: PartyId | None = None) -> None:
        self.roles = roles
        self.hub_party = hub_party
        self.is_online = True
        self.received: list[Request] = []
        self.handshakes: list[Request] = []
        self.endpoints: dict[tuple[str, str], str] = {}
        self.endpoints_offered: list[dict[str, str]] | None = None
        self.their_token: CredentialsToken | None = None
        self._good: set[str] = set()
        self._scripts: dict[tuple[str, str, Side], Script] = {}
        self._handshake: dict[str, Callable[[Request], Awaitable[Reply]]] = {
            "versions": self._versions,
            "details": self._details,
            "credentials": self._accept,
        }
        self._runner: web.AppRunner | None = None
        self._session: ClientSession | None = None
        self.base = ""

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", self._door)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def versions_url(self) -> str:
        return f"{self.base}/versions"

    def answer(self, method: str, module: str, side: Side, script: Script) -> None:
        """`versions`, `details` and `credentials` are scripted as modules too, by their sender side."""
        self._scripts[method, module, side] = script

    def usual(self, module: str) -> Callable[[Request], Awaitable[Reply]]:
        """What is answered to handshakes unless scripted otherwise."""
        return self._handshake[module]

    def heard(self, module: str, method: str | None = None) -> list[Request]:
        """What arrived for a module, in order."""
        return [each for each in self.received if each.module == module and method in (None, each.method)]

    def invite(self) -> CredentialsToken:
        token = CredentialsToken.generate()
        self._good.add(token.reveal())
        return token

    async def register(self, versions_url: str, token_a: CredentialsToken) -> Heard:
        """Begin the handshake, as a platform that was invited does."""
        await self.discover(versions_url, token_a)
        return await self.offer("POST", token_a, self.credentials(self.invite()))

    async def renew(self) -> Heard:
        """Exchange new tokens with the platform that it is registered with."""
        return await self.offer("PUT", self._shown(), self.credentials(self.invite()))

    async def withdraw(self) -> Heard:
        return await self.send("DELETE", self.endpoints["credentials", "SENDER"], self._shown())

    async def call(
        self,
        method: str,
        module: str,
        side: Side,
        *path: str,
        routing: Routing,
        body: Any = None,
        query: dict[str, str] | None = None,
        ids: MessageIds | None = None,
    ) -> Heard:
        """A request with the token that the handshake gave."""
        url = urls.join(self.endpoints[module, side], *path)
        url = url.with_query(query) if query else url
        return await self.send(method, str(url), self._shown(), body, routing, ids)

    def credentials(self, token: CredentialsToken) -> dict[str, Any]:
        roles = [
            {
                "role": role,
                "country_code": party.country_code,
                "party_id": party.party_id,
                "business_details": {"name": f"Simulated {party}"},
            }
            for role, party in self.roles
        ]
        told = {"token": token.reveal(), "url": self.versions_url, "roles": roles}
        return {**told, "hub_party_id": self.hub_party.compact} if self.hub_party else told

    def _shown(self) -> CredentialsToken:
        if self.their_token is None:
            raise RuntimeError("this partner is not registered")
        return self.their_token

    async def offer(self, method: str, token: CredentialsToken, credentials: Any) -> Heard:
        """Any credentials under any token, once the endpoints are known."""
        heard = await self.send(method, self.endpoints["credentials", "SENDER"], token, credentials)
        if heard.http < 300 and heard.status == 1000:  # noqa: PLR2004 - HTTP success
            self.their_token = CredentialsToken(heard.data["token"])
        return heard

    async def discover(self, versions_url: str, token: CredentialsToken) -> None:
        """Learn the far side's endpoints."""
        versions = (await self.send("GET", versions_url, token)).data
        url = next(each["url"] for each in versions if each["version"] == VERSION)
        details = (await self.send("GET", url, token)).data
        self.endpoints = {(each["identifier"], each["role"]): each["url"] for each in details["endpoints"]}

    async def send(
        self,
        method: str,
        url: str,
        token: CredentialsToken,
        body: Any = None,
        routing: Routing | None = None,
        ids: MessageIds | None = None,
    ) -> Heard:
        """One well-formed request to any address."""
        headers = {**(ids or MessageIds.fresh()).write(), **(routing or Routing()).write()}
        data = body if isinstance(body, bytes) else None if body is None else codec.encode(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        return await self.plain(method, url, token.header(), data, **headers)

    async def plain(
        self, method: str, url: str, authorization: str | None, data: bytes | None = None, **headers: str
    ) -> Heard:
        """A request as it is told, also what no client in its right mind would send."""
        if self._session is None:
            raise RuntimeError("start the simulated partner first")
        shown = {} if authorization is None else {"Authorization": authorization}
        async with self._session.request(
            method, URL(url, encoded=True), data=data, headers={**headers, **shown}, allow_redirects=False
        ) as response:
            return Heard(response.status, response.headers.copy(), await response.read())

    async def _door(self, request: web.Request) -> web.StreamResponse:
        if not self.is_online:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        shown = {token.reveal() for token in readings(request.headers.get("Authorization", ""))}
        if not shown & self._good:
            return web.Response(status=401, body=Reply(status_code=2000).body())
        reply = await self._reply(await _arrived(request, *(shown & self._good)))
        return web.Response(
            status=reply.http, body=reply.body(), headers=reply.headers, content_type="application/json"
        )

    async def _reply(self, arrived: Request) -> Reply:
        is_handshake = arrived.module in self._handshake
        (self.handshakes if is_handshake else self.received).append(arrived)
        script = self._scripts.get((arrived.method, arrived.module, arrived.side))
        if script is not None:
            scripted = script(arrived)
            return await scripted if isinstance(scripted, Awaitable) else scripted
        return await self._handshake[arrived.module](arrived) if is_handshake else Reply()

    async def _versions(self, _: Request) -> Reply:
        return Reply([{"version": VERSION, "url": f"{self.base}/{VERSION}"}])

    async def _details(self, _: Request) -> Reply:
        return Reply({"version": VERSION, "endpoints": self.offered()})

    def offered(self) -> list[dict[str, str]]:
        """The endpoints in the version details, unless others were set."""
        if self.endpoints_offered is not None:
            return self.endpoints_offered
        modules = [
            {"identifier": module, "role": side, "url": f"{self.base}/{side.lower()}/{module}"}
            for module in MODULES
            for side in Side
        ]
        return [{"identifier": "credentials", "role": "SENDER", "url": f"{self.base}/credentials"}, *modules]

    async def _accept(self, arrived: Request) -> Reply:
        """The far side registers with us, renews, or leaves."""
        if arrived.method == "DELETE":
            self._good.discard(arrived.token)
            return Reply()
        theirs = arrived.json()
        self.their_token = CredentialsToken(theirs["token"])
        await self.discover(theirs["url"], self.their_token)
        return Reply(self.credentials(self.invite()))


async def _arrived(request: web.Request, token: str) -> Request:
    """`/versions`, `/2.3.0`, `/credentials`, and `/{side}/{module}/…` for everything else."""
    parts = request.rel_url.raw_path.strip("/").split("/")
    if len(parts) == 1:
        module, side, path = {VERSION: "details"}.get(parts[0], parts[0]), Side.SENDER, ""
    else:
        module, side, path = parts[1], Side(parts[0].upper()), "/".join(parts[2:])
    return Request(
        method=request.method,
        module=module,
        side=side,
        path=path,
        query=dict(request.query),
        routing=Routing.read(request.headers),
        ids=MessageIds.read(request.headers),
        body=await request.read(),
        token=token,
    )
