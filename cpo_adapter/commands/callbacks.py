"""The addresses that partners name for results: which may be called, and calling them.

A credentials token goes to the origin of the partner's own endpoints and nowhere else, so an address of
another origin is refused before anything is done. What is sent is the bare result, in the partner's version.
Spec: 2.3.0 mod_commands, Sender Interface, POST method; mod_charging_profiles, Sender Interface.
"""

from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from yarl import URL

from cpo_adapter.commands.model import ReplyTo, Result
from ocpi.client.http import Outgoing, Received, accepted, send
from ocpi.errors import InvalidParameters, NotSpeakable, Rejected, UnknownReceiver, Unreachable, Unreadable
from ocpi.partners.directory import Directory
from ocpi.partners.model import Connection, Partner
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.server.call import Call
from ocpi.versions import messages
from ocpi.wire import envelope, urls
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import Quirk
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.charging_profiles import ActiveChargingProfile

WITHIN: Final = timedelta(seconds=10)


def reply_to(call: Call, party: PartyId, url: str) -> ReplyTo:
    """Raises InvalidParameters for an address that results cannot go to."""
    partner = call.admitted.partner
    try:
        is_theirs = _is_of(partner.connection, urls.callable_url(url))
    except urls.UnusableUrl as error:
        raise InvalidParameters(str(error), "/response_url") from error
    if not is_theirs:
        raise InvalidParameters("is not below the origin of your endpoints", "/response_url")
    return ReplyTo(url, partner.name, party, call.version, call.ids.correlation_id)


class Callbacks:
    """Calls back as `own`. Whatever goes wrong is a DeliveryError."""

    def __init__(self, *, own: PartyId, directory: Directory, egress: Egress, clock: Clock) -> None:
        self._own = own
        self._directory = directory
        self._egress = egress
        self._clock = clock

    async def tell(self, reply: ReplyTo, kind: type[Result], result: Result) -> None:
        partner, connection = self._connected(reply.partner)
        url = URL(reply.url, encoded=True)
        if not _is_of(connection, url):
            raise UnknownReceiver(f"{partner.name} has moved: {url.host} is not its own any more")
        body = self._spelled(partner, kind, result, reply)
        if Quirk.ENVELOPED_RESULTS in connection.quirks:
            body = envelope.write(self._clock.now(), data=body)
        _check(await self._send("POST", url, connection, reply, body))

    async def tell_profile(self, reply: ReplyTo, session_id: str, profile: ActiveChargingProfile) -> None:
        """To the party that set a profile: what limits the session now."""
        partner, connection = self._connected(reply.partner)
        endpoint = connection.endpoint("chargingprofiles", Side.SENDER)
        if endpoint is None:
            raise UnknownReceiver(f"{partner.name} does not listen to profiles")
        body = self._spelled(partner, ActiveChargingProfile, profile, reply)
        _check(await self._send("PUT", urls.join(endpoint, session_id), connection, reply, body))

    def _connected(self, name: str) -> tuple[Partner, Connection]:
        partner = self._directory.partner(name)
        if partner is None or partner.connection is None or not partner.is_active:
            raise Unreachable(f"{name} is not connected")
        return partner, partner.connection

    def _spelled(self, partner: Partner, kind: type[OcpiModel], told: OcpiModel, reply: ReplyTo) -> bytes:
        context = Context(owner=self._own, policy=partner.translation)
        try:
            return messages.down(kind, told, reply.version, context)
        except NotSpeakable as error:
            raise UnknownReceiver(error.text) from error

    async def _send(
        self, method: str, url: URL, connection: Connection, reply: ReplyTo, body: bytes
    ) -> Received:
        request = Outgoing(
            method=method,
            url=url,
            token=connection.token,
            ids=MessageIds.fresh(reply.correlation_id),
            deadline=self._clock.now() + WITHIN,
            routing=Routing(to=reply.party, sender=self._own),
            body=body,
            quirks=connection.quirks,
            is_verbatim=method == "POST",
        )
        return await send(self._egress, self._clock, request)


def _is_of(connection: Connection | None, url: URL) -> bool:
    endpoints = connection.endpoints if connection else ()
    return any(urls.share_origin(url, URL(each.url)) for each in endpoints)


def _check(received: Received) -> None:
    """Raises Rejected. Who answers something unreadable to a success has heard it all the same."""
    if received.http >= HTTPStatus.MULTIPLE_CHOICES:
        raise Rejected(f"HTTP {received.http}", http=received.http, ocpi=None)
    with suppress(Unreadable):
        accepted(received)
