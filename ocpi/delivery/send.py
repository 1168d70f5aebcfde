"""One mark becomes one request: the object as it is now, to the party that lacks it.

A bill is POSTed, anything else is PUT whole, a tombstone is DELETEd; each in the version of the far side. A
bill that it has already is delivered: its answer is the same 1000.
Spec: 2.3.0 transport_and_format, Push; mod_cdrs, POST method.
"""

from datetime import timedelta
from typing import Final

from yarl import URL

from ocpi.client.http import Outgoing, accepted, send
from ocpi.delivery.credits import Credits
from ocpi.delivery.farewell import as_told, unshown
from ocpi.delivery.marks import Mark, mark_id
from ocpi.delivery.receipts import Arrival, Receipts
from ocpi.errors import NotSpeakable, UnknownReceiver, Withheld
from ocpi.objects.facts import Facts
from ocpi.objects.kinds import MODELS
from ocpi.objects.record import Record
from ocpi.partners.directory import Directory
from ocpi.partners.model import Connection, Partner
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.versions.known import OLDEST
from ocpi.versions.nulls import with_nulls
from ocpi.wire import urls
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side, serving_roles
from ocpi.wire.quirks import Quirk
from schemas.kinds import ObjectKind, PartyId
from schemas.v2_3_0.enums import VersionNumber

TIMEOUT: Final = timedelta(seconds=10)


class Sender:
    """`receipts` tell what a party has got."""

    def __init__(
        self,
        *,
        egress: Egress,
        directory: Directory,
        facts: Facts,
        crediting: Credits,
        receipts: Receipts,
        clock: Clock,
    ) -> None:
        self._egress = egress
        self._directory = directory
        self._facts = facts
        self._credits = crediting
        self._receipts = receipts
        self._clock = clock

    def as_told(self, mark: Mark, record: Record) -> Record | None:
        """What is for everybody goes to hubs, and to whom its owner has an agreement with now. None for whom
        it is not.
        """
        return record if self._directory.is_hub(mark.due.to) else as_told(mark.due, record, self._directory)

    async def deliver(self, mark: Mark, record: Record) -> Arrival:
        """What the far side said to the object `as_told`. Raises a DeliveryError."""
        due = mark.due
        roles = serving_roles(due.kind.module, Side.RECEIVER)
        partner = self._directory.route_to(due.to, *roles, remote=record.key.owner)
        endpoint = self._directory.endpoint_of(partner, due.kind.module, Side.RECEIVER)
        if partner.connection is None or endpoint is None:
            raise UnknownReceiver(f"{partner.name} receives no {due.kind.module}")
        await self._credits.check(record, partner)
        body = None if record.deleted else await self._told(mark, record, partner, partner.connection)
        target = _target(record, endpoint, partner.connection.version)
        request = self._request(mark, partner, partner.connection, target, body)
        received = await send(self._egress, self._clock, request)
        answer = accepted(received)
        location = received.headers.get("Location")
        return Arrival(received.http, answer.status_code, location, request.ids.correlation_id)

    async def _told(self, mark: Mark, record: Record, partner: Partner, connection: Connection) -> bytes:
        try:
            body = await self._facts.told_to(record, partner)
        except NotSpeakable as error:
            body = await self._taken_back(mark, record, partner, error)
        if Quirk.NULLS_TOLD in connection.quirks:
            return with_nulls(MODELS[record.key.kind], body, connection.version)
        return body

    async def _taken_back(self, mark: Mark, record: Record, partner: Partner, reason: NotSpeakable) -> bytes:
        """What the partner shows and should not, as gone. Raises Withheld for what it never had."""
        gone = unshown(record)
        if gone is None or not await self._receipts.has_of_object(_whole(mark)):
            raise Withheld(reason.text) from reason
        return await self._facts.told_to(gone, partner)

    def _request(
        self,
        mark: Mark,
        partner: Partner,
        connection: Connection,
        target: tuple[str, URL],
        body: bytes | None,
    ) -> Outgoing:
        method, url = target
        return Outgoing(
            method=method,
            url=url,
            token=connection.token,
            quirks=connection.quirks,
            ids=MessageIds.fresh(mark.due.correlation_id),
            deadline=self._clock.now() + TIMEOUT,
            routing=Routing(to=mark.due.to, sender=_sender(mark, partner)),
            body=body,
        )


def _whole(mark: Mark) -> str:
    return mark_id(mark.due.to, mark.due.object_id)


def _sender(mark: Mark, partner: Partner) -> PartyId:
    """Whoever it is told by; where we pose as somebody, nobody else is there."""
    return mark.due.sender if partner.pose is None else partner.pose.party


def _target(record: Record, endpoint: str, version: VersionNumber) -> tuple[str, URL]:
    key = record.key
    if key.kind is ObjectKind.CDR:
        return "POST", urls.join(endpoint)
    url = urls.object_url(endpoint, key)
    if version == OLDEST:
        url = url.with_query(None)  # the type of a token stands in the token alone
    return ("DELETE" if record.deleted else "PUT"), url
