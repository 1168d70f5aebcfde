"""One request passed on to one party, and its answer passed back, byte for byte where both speak alike.

The request id is new, the correlation id stays, the deadline is shorter than the caller's. What the
receiver answers is the receiver's word, but for a 401: that is a trouble between it and the hub. Where the
receiver speaks another version, question and answer are retold.
Spec: 2.3.0 transport_and_format, Unique message IDs; status_codes, 4xxx.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from yarl import URL

from hub.routing.contexts import Contexts
from hub.routing.links import Links, Track
from hub.routing.parties import receiving_roles
from hub.routing.retelling import Crossing, restated, retold, retold_answer
from hub.routing.vocabulary import message_of
from ocpi.client.http import Outgoing, Received, send
from ocpi.errors import InvalidParameters, UnknownReceiver, Unreachable, Unreadable
from ocpi.partners.directory import Directory
from ocpi.partners.model import Connection, Partner
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.server.call import Answer, Call
from ocpi.versions.known import since
from ocpi.wire import envelope, pagination, urls
from ocpi.wire.headers import Routing
from schemas.kinds import PartyId
from schemas.translation.context import Context

BUDGET: Final = timedelta(seconds=20)


class Leg(NamedTuple):
    """The way to the receiver: who asks whom, and at which address, `is_verbatim` if it told that itself."""

    sender: PartyId
    to: PartyId
    partner: Partner
    connection: Connection
    url: URL
    is_verbatim: bool = False

    def speaks_as(self, call: Call) -> bool:
        """Whether the receiver speaks the version of the caller: then every byte stays."""
        return self.connection.version == call.version

    def there(self, call: Call, owner: PartyId) -> Crossing:
        """How the version of the caller becomes that of the receiver: as the older of both wants it."""
        caller, receiver = call.version, self.connection.version
        older = call.admitted.partner if caller < receiver else self.partner
        return Crossing(caller, receiver, Context(owner=owner, policy=older.translation))

    def back(self, call: Call, owner: PartyId) -> Crossing:
        there = self.there(call, owner)
        return Crossing(there.target, there.source, there.context)


class Relay:
    def __init__(
        self, *, egress: Egress, directory: Directory, links: Links, contexts: Contexts, clock: Clock
    ) -> None:
        self._egress = egress
        self._directory = directory
        self._links = links
        self._contexts = contexts
        self._clock = clock

    def leg(self, call: Call, sender: PartyId, to: PartyId) -> Leg:
        """The same side of the same module at the receiver. Raises UnknownReceiver, Unreachable."""
        partner, connection, endpoint = self._receiver(call, sender, to)
        return Leg(sender, to, partner, connection, _same_place(endpoint, call))

    def check(self, call: Call, sender: PartyId, to: PartyId) -> None:
        """Raises as `leg`."""
        self._receiver(call, sender, to)

    def _receiver(self, call: Call, sender: PartyId, to: PartyId) -> tuple[Partner, Connection, str]:
        partner = self._directory.route_to(to, *receiving_roles(call, sender), remote=sender)
        if partner.hub_party is not None and call.admitted.partner.hub_party is not None:
            raise UnknownReceiver(f"{to} is behind another hub, and what comes from a hub goes to no other")
        connection, endpoint = (
            partner.connection,
            self._directory.endpoint_of(partner, call.module, call.side),
        )
        if connection is None or endpoint is None:
            raise Unreachable(_why_not(call, to, connection))
        return partner, connection, endpoint

    async def pass_on(self, call: Call, leg: Leg, until: datetime | None = None) -> Answer:
        """Raises TimedOut, Unreachable, Unreadable; NotSpeakable and ValidationError where versions meet."""
        received = await self._exchange(call, leg, await self._question(call, leg), until)
        return Answer(
            http=received.http,
            status_code=_status(received, leg),
            headers=await self._headers(received.headers, call, leg),
            routing=Routing(to=leg.sender, sender=leg.to),
            relayed=restated(await self._answer(call, leg, received.body), call.version),
        )

    async def tell(self, call: Call, leg: Leg, body: bytes) -> Answer:
        """For what is answered by a status alone. Raises TimedOut, Unreachable."""
        received = await self._exchange(call, leg, body, None)
        status, routing = _status(received, leg), Routing(to=leg.sender, sender=leg.to)
        body = restated(received.body, call.version)
        return Answer(http=received.http, status_code=status, routing=routing, relayed=body)

    async def _question(self, call: Call, leg: Leg) -> bytes | None:
        if leg.speaks_as(call) or not call.body.strip():
            return call.body or None
        asks = message_of(call).asks
        if asks is None:
            return call.body
        crossing = await self._contexts.asked(call, leg.there(call, leg.sender), leg.to)
        return retold(asks, call.body, call.json_object(), crossing)

    async def _answer(self, call: Call, leg: Leg, body: bytes) -> bytes:
        if leg.speaks_as(call):
            return body
        crossing, answers = leg.back(call, leg.to), message_of(call).answers
        if answers is None:
            return body

        async def informed(value: Any) -> Crossing:
            return await self._contexts.answered(call, answers, value, crossing, leg.sender)

        return await retold_answer(answers, body, informed)

    async def _exchange(self, call: Call, leg: Leg, body: bytes | None, until: datetime | None) -> Received:
        request = Outgoing(
            method=call.method,
            url=leg.url,
            token=leg.connection.token,
            ids=call.ids.forwarded(),
            deadline=min(call.deadline, until or self._clock.now() + BUDGET),
            routing=Routing(to=leg.to, sender=leg.sender),
            body=body,
            quirks=leg.connection.quirks,
            is_verbatim=leg.is_verbatim,
        )
        received = await send(self._egress, self._clock, request)
        if received.http == HTTPStatus.UNAUTHORIZED:
            raise Unreachable(f"{leg.to} does not admit this hub: its registration needs renewal")
        return received

    async def track(self, call: Call, sender: PartyId, name: str) -> Track:
        """What a Link of ours stands for. Raises InvalidParameters."""
        return await self._links.find(name, call, sender)

    async def follow(self, call: Call, sender: PartyId, track: Track) -> Answer:
        """The page there. Raises InvalidParameters, and as `pass_on`."""
        leg = self.leg(call, sender, track.to)
        if not urls.share_origin(leg.url, track.url):
            raise InvalidParameters("this page can no longer be followed: begin the list anew")
        return await self.pass_on(call, leg._replace(url=track.url, is_verbatim=True))

    async def _headers(self, received: Mapping[str, str], call: Call, leg: Leg) -> dict[str, str]:
        """Page counts as they are; a Link to the receiver's own host becomes one to ours."""
        counts = ((name, received.get(name, "")) for name in (pagination.TOTAL, pagination.LIMIT))
        kept = {name: count for name, count in counts if count.isascii() and count.isdigit()}
        following = pagination.next_page(received, leg.url, leg.connection.quirks)
        if following is None:
            return kept
        ours = call.url.with_query(await self._links.hide(Track(following, leg.to), call, leg.sender))
        return {**kept, pagination.LINK: pagination.next_link(ours)}


def _why_not(call: Call, to: PartyId, connection: Connection | None) -> str:
    if connection is not None and connection.version < since(call.module):
        return f"{to} is connected by OCPI {connection.version}, which has no {call.module}"
    return f"{to} is not connected for {call.module} {call.side}"


def _same_place(endpoint: str, call: Call) -> URL:
    """What followed our module's URL follows the receiver's; the query to the letter."""
    return urls.join(endpoint, *call.rest, query=call.url.raw_query_string)


def _status(received: Received, leg: Leg) -> int:
    try:
        return envelope.read(received.body).status_code
    except Unreadable as error:
        raise Unreachable(f"{leg.to} answered HTTP {received.http} without an OCPI envelope") from error
