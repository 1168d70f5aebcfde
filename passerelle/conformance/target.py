"""The platform under test, as one partner of it sees it.

Everything that is sent goes through `send`, so that a report can show it. The calling side is the simulated
partner: it speaks every version, and answers when the platform calls back.
"""

import asyncio
import uuid
from typing import Any, Final

from aiohttp import ClientError

from ocpi.wire import urls
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from passerelle.conformance.exchange import Exchange, NothingToSee, Wrong
from schemas import codec
from schemas.kinds import PartyId
from simulators.dialect import V2_1_1
from simulators.partner import SimulatedPartner

PATIENCE_S: Final = 30.0
LISTS: Final = ("locations", "tariffs", "tokens", "cdrs", "sessions")
EARLY: Final = "2000-01-01T00:00:00Z"


class Target:
    """`us` calls on behalf of `own`; the platform is `party` in `role` (CPO, EMSP or HUB)."""

    def __init__(
        self,
        us: SimulatedPartner,
        versions_url: str,
        *,
        own: PartyId,
        role: str,
        party: PartyId | None = None,
        token_a: CredentialsToken | None = None,
    ) -> None:
        self.us = us
        self.versions_url = versions_url
        self.own = own
        self.role = role
        self.party = party
        self.token_a = token_a
        self.details_url = ""
        self.offered: dict[str, str] = {}
        self.endpoints: list[dict[str, Any]] = []
        self.exchanges: list[Exchange] = []

    @property
    def version(self) -> str:
        return self.us.version

    @property
    def token(self) -> CredentialsToken:
        """What the platform wants to be shown now."""
        token = self.us.their_token or self.token_a
        if token is None:
            raise NothingToSee("there is no token to show")
        return token

    @property
    def credentials_url(self) -> str:
        return self.us.endpoints["credentials", Side.SENDER]

    def has(self, module: str, side: Side) -> bool:
        return (module, side) in self.us.endpoints

    def url(self, module: str, side: Side, *path: str) -> str:
        if not self.has(module, side):
            raise NothingToSee(f"the platform has no {module} {side}")
        return str(urls.join(self.us.endpoints[module, side], *path))

    def routing(self) -> Routing:
        return Routing(to=self.party, sender=self.own)

    def fresh_id(self) -> str:
        """An id that nobody has used, and that says whose it is."""
        return f"CHECK-{uuid.uuid4().hex[:20]}"

    async def call(
        self,
        method: str,
        module: str,
        side: Side,
        *path: str,
        body: Any = None,
        query: dict[str, str] | None = None,
        routing: Routing | None = None,
    ) -> Exchange:
        """A well-formed request of a functional module, for the platform's party unless `routing` is told."""
        url = self.url(module, side, *path)
        if query:
            url = str(urls.join(url).with_query(query))
        return await self.follow(method, url, body=body, routing=routing)

    async def pull(self, module: str, *path: str, **query: str) -> Exchange:
        """From the sender side; sessions are always asked for with a date."""
        if module == "sessions" and not path:
            query = {"date_from": EARLY, **query}
        return await self.call("GET", module, Side.SENDER, *path, query=query)

    async def follow(
        self, method: str, url: str, *, body: Any = None, routing: Routing | None = None
    ) -> Exchange:
        """Any address of a functional module, as it stands."""
        return await self.send(method, url, body=body, headers=self.headers(routing or self.routing()))

    async def configure(self, method: str, url: str, body: Any = None) -> Exchange:
        """Versions, credentials: no party is named in their headers."""
        return await self.send(method, url, body=body, headers=self.headers(Routing()))

    def headers(self, routing: Routing) -> dict[str, str]:
        """Ids and parties, which 2.1.1 does not know."""
        if self.version == V2_1_1:
            return {}
        return {**MessageIds.fresh().write(), **routing.write()}

    async def send(
        self,
        method: str,
        url: str,
        *,
        body: Any = None,
        headers: dict[str, str] | None = None,
        authorization: str | None = "",
    ) -> Exchange:
        """`authorization` is the token in use unless told; None leaves the header out.

        Raises Wrong when no answer comes.
        """
        shown = self.us.authorization(self.token) if authorization == "" else authorization
        data = body if isinstance(body, bytes) else None if body is None else codec.encode(body)
        fields = {**(headers or {}), **({} if data is None else {"Content-Type": "application/json"})}
        try:
            async with asyncio.timeout(PATIENCE_S):
                heard = await self.us.plain(method, url, shown, data, **fields)
        except TimeoutError as error:
            raise Wrong(f"{method} {url} was not answered within {PATIENCE_S:.0f} s") from error
        except (ClientError, OSError, ValueError) as error:
            raise Wrong(f"{method} {url} was not answered: {error}") from error
        exchange = Exchange(method, url, data, heard.http, heard.headers, heard.body)
        self.exchanges.append(exchange)
        return exchange
