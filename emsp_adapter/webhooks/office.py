"""Endpoints as those who run them manage them: over the API, or by the operator's hand."""

import ipaddress
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from emsp_adapter.webhooks.endpoint import Disabled, Endpoint, SealedSecret
from emsp_adapter.webhooks.endpoints import Endpoints
from emsp_adapter.webhooks.event import Event, EventType
from emsp_adapter.webhooks.messages import Messages, State
from emsp_adapter.webhooks.signing import new_secret
from ocpi.errors import InvalidParameters, PlatformFailed, UnknownObject
from ocpi.partners.seal import Seal
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.process.logs import logger
from ocpi.process.mongo import Document
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.urls import callable_url

log = logger(__name__)
MOST: Final = 50
_ATTEMPTS: Final = 5
_ID_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Made:
    """`secret` is told here and nowhere else."""

    endpoint: Endpoint
    secret: str


class WebhookOffice:
    """`allow_http`: also to addresses without TLS, for development."""

    def __init__(
        self,
        *,
        endpoints: Endpoints,
        messages: Messages,
        seal: Seal,
        egress: Egress,
        clock: Clock,
        allow_http: bool,
    ) -> None:
        self._endpoints = endpoints
        self._messages = messages
        self._seal = seal
        self._egress = egress
        self._clock = clock
        self._allow_http = allow_http

    async def create(self, url: str, events: Collection[EventType], description: str, by: str) -> Made:
        """Raises InvalidParameters."""
        self._check(url)
        if len(await self._endpoints.all()) >= MOST:
            raise InvalidParameters(f"there are {MOST} webhooks, and no more at once")
        secret = new_secret()
        endpoint = Endpoint(
            id=f"ep_{secrets.token_hex(_ID_BYTES)}",
            url=url,
            events=frozenset(events),
            secrets=(SealedSecret(self._sealed(secret)),),
            created_at=self._clock.now(),
            created_by=by,
            description=description,
        )
        await self._endpoints.add(endpoint)
        log.info("webhook made", endpoint=endpoint.id, by=by)
        return Made(endpoint, secret)

    async def change(
        self,
        endpoint_id: str,
        *,
        url: str | None = None,
        events: Collection[EventType] | None = None,
        description: str | None = None,
        enabled: bool | None = None,
    ) -> Endpoint:
        """What is None stays; once enabled, what waited is told. Raises UnknownObject, InvalidParameters."""
        fields: Document = {}
        if url is not None:
            self._check(url)
            fields["url"] = url
        if events is not None:
            fields["events"] = sorted(events)
        if description is not None:
            fields["description"] = description
        if enabled is not None:
            fields |= {"disabled": None if enabled else Disabled.BY_HAND, "failing_since": None}
        return await self._endpoints.change(endpoint_id, fields) if fields else await self.get(endpoint_id)

    async def rotate(self, endpoint_id: str, overlap: timedelta) -> Made:
        """The secret before is good for so much longer. Raises UnknownObject."""
        for _ in range(_ATTEMPTS):
            endpoint, secret = await self.get(endpoint_id), new_secret()
            until = self._clock.now() + overlap
            if await self._endpoints.rotate(endpoint, self._sealed(secret), until):
                log.info("webhook secret replaced", endpoint=endpoint_id)
                return Made(await self.get(endpoint_id), secret)
        raise PlatformFailed("the secret is being replaced by somebody else: try again")

    async def test(self, endpoint_id: str) -> str:
        """The id of a message that is on its way to this one alone. Raises UnknownObject."""
        endpoint, now = await self.get(endpoint_id), self._clock.now()
        if endpoint.disabled is not None:
            raise InvalidParameters("this webhook is disabled: enable it first")
        event = Event(EventType.TEST, str(uuid.uuid4()), now, {"object": "webhook", "id": endpoint_id})
        await self._messages.add([(event, endpoint_id)], now)
        return event.id

    async def remove(self, endpoint_id: str) -> None:
        """With its messages. Raises UnknownObject."""
        if not await self._endpoints.remove(endpoint_id):
            raise UnknownObject(f"there is no webhook {endpoint_id!r}")
        await self._messages.forget(endpoint_id)
        log.info("webhook removed", endpoint=endpoint_id)

    async def all(self) -> list[Endpoint]:
        return await self._endpoints.all()

    async def get(self, endpoint_id: str) -> Endpoint:
        """Raises UnknownObject."""
        return await self._endpoints.get(endpoint_id)

    async def resend(self, endpoint_id: str, message: str) -> None:
        """Raises UnknownObject."""
        await self.get(endpoint_id)
        if not await self._messages.again(endpoint_id, message, self._clock.now()):
            raise UnknownObject(f"there is no message {message!r} for this webhook")

    async def messages(
        self, endpoint_id: str, state: State | None, before: tuple[datetime, str] | None, limit: int
    ) -> list[Document]:
        """Raises UnknownObject."""
        await self.get(endpoint_id)
        return await self._messages.listed(endpoint_id, state, before, limit)

    def _sealed(self, secret: str) -> str:
        return self._seal.close(CredentialsToken(secret))

    def _check(self, written: str) -> None:
        """Names are judged when they are resolved, at every attempt; an address can be judged now."""
        try:
            url = callable_url(written)
        except ValueError as error:
            raise InvalidParameters(str(error), pointer="/url") from error
        if url.scheme != "https" and not self._allow_http:
            raise InvalidParameters("a webhook is called by https", pointer="/url")
        objection = self._objection(url.host or "", url.port or 443)
        if objection is not None:
            raise InvalidParameters(objection, pointer="/url")

    def _objection(self, host: str, port: int) -> str | None:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return None
        return self._egress.objection(str(address), port)
