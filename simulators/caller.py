"""The half of a simulated partner that calls: the handshake as it begins one, and requests of every kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import ClientSession
from yarl import URL

from ocpi.wire import urls
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from simulators import dialect
from simulators.exchanged import Heard, Reply
from simulators.quirks import Quirks


class NothingInCommon(Exception):
    """The far side offers none of the versions that were asked for."""


class Caller:
    """What a partner is and knows: `version` is the one in use, `their_token` the one that it shows."""

    def __init__(
        self,
        roles: Sequence[dialect.Role],
        hub_party: PartyId | None,
        versions: Sequence[str],
        quirks: Quirks,
    ) -> None:
        self.roles = tuple(roles)
        self.hub_party = hub_party
        self.versions = tuple(versions)
        self.version = dialect.best(versions)
        self.quirks = quirks
        self.base = ""
        self.is_registered = False
        self.endpoints: dict[tuple[str, str], str] = {}
        self.their_token: CredentialsToken | None = None
        self.their_versions_url = ""
        self._connections: dict[str, tuple[CredentialsToken, dict[tuple[str, str], str]]] = {}
        self._good: set[str] = set()
        self._in_use: set[str] = set()
        self._session: ClientSession | None = None

    @property
    def versions_url(self) -> str:
        return f"{self.base}/versions"

    def credentials(self, token: CredentialsToken, version: str | None = None) -> dict[str, Any]:
        return dialect.credentials(
            version or self.version, token, self.versions_url, self.roles, self.hub_party
        )

    def invite(self) -> CredentialsToken:
        token = CredentialsToken.generate()
        self._good.add(token.reveal())
        return token

    async def register(
        self, versions_url: str, token_a: CredentialsToken, version: str | None = None
    ) -> Heard:
        """Begin the handshake, as a platform that was invited does."""
        await self.discover(versions_url, token_a, version)
        return await self.offer("POST", token_a, self.credentials(self.invite()))

    def turn_to(self, versions_url: str) -> None:
        """Go on with another far side that it is registered with: a hub poses as several in 2.1.1."""
        self.their_token, self.endpoints = self._connections[versions_url]
        self.their_versions_url = versions_url

    async def renew(self, version: str | None = None) -> Heard:
        """Exchange new tokens with the platform that it is registered with, in another version if told.

        The platform may use the new one from then on, also where its answer never came.
        """
        before = self.version, self.endpoints
        if version is not None:
            await self.discover(self.their_versions_url, self._shown(), version)
        offered = self.invite()
        self._in_use.add(offered.reveal())
        heard = await self.offer("PUT", self._shown(), self.credentials(offered))
        if not heard.is_success:
            self.version, self.endpoints = before
        return heard

    async def withdraw(self) -> Heard:
        heard = await self.send("DELETE", self.endpoints["credentials", "SENDER"], self._shown())
        self.is_registered = self.is_registered and not heard.is_success
        return heard

    async def offer(self, method: str, token: CredentialsToken, credentials: Any) -> Heard:
        """Any credentials under any token, once the endpoints are known."""
        heard = await self.send(method, self.endpoints["credentials", "SENDER"], token, credentials)
        if heard.is_success:
            self._settle(heard.data["token"], credentials["token"])
        return heard

    async def discover(self, versions_url: str, token: CredentialsToken, version: str | None = None) -> None:
        """Learn the far side's endpoints in a version, or in the best that both have.

        Raises NothingInCommon.
        """
        found = (await self.send("GET", versions_url, token)).data
        told = {each["version"]: each["url"] for each in found}
        common = [each for each in ([version] if version else self.versions) if each in told]
        if not common:
            raise NothingInCommon(f"the far side offers {', '.join(told)}")
        self.version = dialect.best(common)
        details = (await self.send("GET", told[self.version], token)).data
        self.endpoints = dialect.by_side(details["endpoints"])
        self.their_versions_url = versions_url

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
        """A request with the token that the handshake gave. In 2.1.1 no header names a party."""
        url = urls.join(self.endpoints[module, side], *path)
        url = url.with_query(query) if query else url
        return await self.send(method, str(url), self._shown(), body, routing, ids)

    async def tell_result(self, response_url: str, result: Mapping[str, Any], routing: Routing) -> Heard:
        """The asynchronous result of a command, bare as the specification has it."""
        bent = Reply(dict(result)).body() if self.quirks.enveloped_command_results else dict(result)
        return await self.send("POST", response_url, self._shown(), bent, routing)

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
        headers: dict[str, str] = {}
        if self.version != dialect.V2_1_1:
            headers = {**(ids or MessageIds.fresh()).write(), **(routing or Routing()).write()}
        data = body if isinstance(body, bytes) else None if body is None else codec.encode(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
            data = self.quirks.spelled(data)
        return await self.plain(method, url, self.authorization(token), data, **headers)

    def authorization(self, token: CredentialsToken) -> str:
        quirks = self.quirks
        return dialect.authorization(
            token, self.version, other=quirks.other_token_spelling, newline=quirks.token_with_newline
        )

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

    def _shown(self) -> CredentialsToken:
        if self.their_token is None:
            raise RuntimeError("this partner is not registered")
        return self.their_token

    def _settle(self, theirs: str, ours: str) -> None:
        self.their_token = CredentialsToken(theirs)
        self._connections[self.their_versions_url] = self.their_token, self.endpoints
        self._in_use.add(ours)
        self.is_registered = True
