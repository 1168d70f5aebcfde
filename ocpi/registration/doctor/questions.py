"""Asks a partner as all our calls do: over the egress, with its quirks, and with a deadline of its own."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from yarl import URL

from ocpi.client.http import Outgoing, send
from ocpi.errors import DeliveryError
from ocpi.partners.model import Connection
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.registration.doctor.probe import Probe
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import NOWHERE, MessageIds, Routing
from ocpi.wire.quirks import Quirks

WITHIN: Final = timedelta(seconds=8)


class _Anonymous(Outgoing):
    __slots__ = ()

    def headers(self) -> dict[str, str]:
        return {name: value for name, value in super().headers().items() if name != "Authorization"}


@dataclass(frozen=True, slots=True)
class Questions:
    """Nothing is raised for what the partner does: that is what is looked for."""

    egress: Egress
    clock: Clock
    current: Connection

    async def ask(
        self,
        name: str,
        url: str | URL,
        token: CredentialsToken | None = None,
        *,
        quirks: Quirks | None = None,
        routing: Routing | None = None,
    ) -> Probe:
        """GET, with the token and the quirks of the connection unless others are given.

        With `routing` the URL is one of our own making, else it is asked as the partner told it.
        """
        request = self._request(Outgoing, url, token or self.current.token, quirks, routing)
        return await self._send(name, request)

    async def anonymously(self, name: str, url: str | URL) -> Probe:
        return await self._send(name, self._request(_Anonymous, url, self.current.token, None, None))

    def _request(
        self,
        kind: type[Outgoing],
        url: str | URL,
        token: CredentialsToken,
        quirks: Quirks | None,
        routing: Routing | None,
    ) -> Outgoing:
        return kind(
            method="GET",
            url=URL(url),
            token=token,
            ids=MessageIds.fresh(),
            deadline=self.clock.now() + WITHIN,
            routing=routing or NOWHERE,
            is_verbatim=routing is None,
            quirks=self.current.quirks if quirks is None else quirks,
        )

    async def _send(self, name: str, request: Outgoing) -> Probe:
        probe = Probe(name, request, self.clock.now(), took_ms=0)
        began_s = self.clock.monotonic()
        try:
            probe = replace(probe, received=await send(self.egress, self.clock, request))
        except DeliveryError as error:
            probe = replace(probe, trouble=error.text)
        return replace(probe, took_ms=1000 * (self.clock.monotonic() - began_s))
