"""Typed calls to a platform: discovery, credentials, lists page by page.

These are few and may take a millisecond longer, so they go through httpx (over the shared egress).
Spec: 2.3.0 version_information_endpoint; credentials; transport_and_format, Pagination.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, TypeVar

import httpx
import pydantic
from yarl import URL

from ocpi.client.http import Received, accepted
from ocpi.errors import TimedOut, Unreachable, Unreadable
from ocpi.wire import envelope, pagination, spelling
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import NOWHERE, MessageIds, Routing
from ocpi.wire.quirks import NONE, Quirks
from ocpi.wire.violations import told
from schemas import codec
from schemas.base import OcpiModel
from schemas.v2_3_0.credentials import Credentials
from schemas.v2_3_0.versions import Version, VersionDetails

TIMEOUT_S: Final = 20.0
MAX_PAGES: Final = 100_000

Model = TypeVar("Model", bound=OcpiModel)


class Peer:
    """The far side, called with one token of it. Its troubles are DeliveryErrors, whatever it answers."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        token: CredentialsToken,
        *,
        quirks: Quirks = NONE,
        within_s: float = TIMEOUT_S,
    ) -> None:
        self._client = client
        self._authorization = spelling.authorization(token, quirks)
        self._within_s = within_s

    async def versions(self, url: str) -> list[Version]:
        data = await self._data("GET", url)
        if not isinstance(data, list):
            raise Unreadable("the versions endpoint answers with something that is no list")
        return [_model(Version, each) for each in data]

    async def details(self, url: str) -> VersionDetails:
        return _model(VersionDetails, await self._data("GET", url))

    async def offer_credentials(self, method: str, url: str, mine: Credentials) -> Credentials:
        """POST to register, PUT to renew; the answer holds the token that is to be shown from now on."""
        return _model(Credentials, await self._data(method, url, codec.dump(mine)))

    async def withdraw_credentials(self, url: str) -> None:
        accepted(await self._send("DELETE", url, None, NOWHERE))

    async def pages(self, url: URL, routing: Routing = NOWHERE) -> AsyncIterator[list[bytes]]:
        """Each page of a list as the raw JSON of its members. Follows Link as it stands.

        Raises Unreadable where the pages lead in a circle or never end: what was read is then not the whole.
        """
        seen: set[URL] = set()
        following: URL | None = url
        while following is not None:
            if following in seen or len(seen) >= MAX_PAGES:
                raise Unreadable(f"the pages of {url.host} do not end")
            seen.add(following)
            received = await self._send("GET", str(following), None, routing)
            yield envelope.members(accepted(received).data)
            following = pagination.next_page(received.headers, following)

    async def _data(self, method: str, url: str, body: bytes | None = None) -> Any:
        answer = accepted(await self._send(method, url, body, NOWHERE))
        return envelope.decoded(answer.data)

    async def _send(self, method: str, url: str, body: bytes | None, routing: Routing) -> Received:
        try:
            response = await self._client.request(
                method, url, content=body, headers=self._headers(body, routing), timeout=self._within_s
            )
        except httpx.TimeoutException as error:
            raise TimedOut(f"{_host(url)} did not answer in {self._within_s:.0f} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Unreachable(f"{_host(url)} cannot be reached: {error}") from error
        return Received(response.status_code, response.headers, response.content)

    def _headers(self, body: bytes | None, routing: Routing) -> Mapping[str, str]:
        fields = {"Authorization": self._authorization, **MessageIds.fresh().write(), **routing.write()}
        return fields if body is None else {**fields, "Content-Type": envelope.CONTENT_TYPE}


def _host(url: str) -> str:
    return URL(url).host or url


def _model(kind: type[Model], data: Any) -> Model:
    try:
        return kind.model_validate(data)
    except pydantic.ValidationError as error:
        raise Unreadable(f"{kind.__name__} of the far side: {told(error)}") from error
