"""Typed calls to a platform that is no partner yet: discovery and credentials.

These are few and may take a millisecond longer, so they go through httpx (over the shared egress).
Spec: 2.3.0 version_information_endpoint; credentials.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import httpx
import pydantic
from yarl import URL

from ocpi.client.http import Received, accepted
from ocpi.errors import TimedOut, Unreachable, Unreadable
from ocpi.wire import envelope, spelling
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import MessageIds
from ocpi.wire.quirks import NONE, Quirks
from ocpi.wire.violations import told
from schemas import codec
from schemas.base import OcpiModel
from schemas.v2_1_1.versions import VersionDetails
from schemas.v2_3_0.versions import Version

TIMEOUT_S: Final = 20.0

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
        if isinstance(data, dict):
            data = data.get("versions")  # as an early text of 2.1.1 drew it
        if not isinstance(data, list):
            raise Unreadable("the versions endpoint answers with something that is no list")
        return [_model(Version, each) for each in data]

    async def details(self, url: str) -> VersionDetails:
        """Of any version: an endpoint's role, which 2.1.1 does not have, is among what it holds besides."""
        return _model(VersionDetails, await self._data("GET", url))

    async def offer_credentials(self, method: str, url: str, mine: OcpiModel) -> Any:
        """POST to register, PUT to renew: Credentials of either side as the version of `url` has them.

        What is answered is decoded and no more: it holds the token that is to be shown from now on.
        """
        return await self._data(method, url, codec.dump(mine))

    async def withdraw_credentials(self, url: str) -> None:
        accepted(await self._send("DELETE", url, None))

    async def _data(self, method: str, url: str, body: bytes | None = None) -> Any:
        answer = accepted(await self._send(method, url, body))
        return envelope.decoded(answer.data)

    async def _send(self, method: str, url: str, body: bytes | None) -> Received:
        try:
            response = await self._client.request(
                method, url, content=body, headers=self._headers(body), timeout=self._within_s
            )
        except httpx.TimeoutException as error:
            raise TimedOut(f"{_host(url)} did not answer in {self._within_s:.0f} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Unreachable(f"{_host(url)} cannot be reached: {error}") from error
        return Received(response.status_code, response.headers, response.content)

    def _headers(self, body: bytes | None) -> Mapping[str, str]:
        fields = {"Authorization": self._authorization, **MessageIds.fresh().write()}
        return fields if body is None else {**fields, "Content-Type": envelope.CONTENT_TYPE}


def _host(url: str) -> str:
    return URL(url).host or url


def _model(kind: type[Model], data: Any) -> Model:
    try:
        return kind.model_validate(data)
    except pydantic.ValidationError as error:
        raise Unreadable(f"{kind.__name__} of the far side: {told(error)}") from error
