"""One question to one partner, put in its version, and what it answered, told in 2.3.0.

For what is asked once and never queued: commands, charging profiles, terminals. What a version has no words
for is known before anything is sent.
Spec: the modules of each version; 2.3.0 transport_and_format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TypeVar

import pydantic

from ocpi.client.http import Outgoing, accepted, send
from ocpi.errors import NotSpeakable, UnknownReceiver, Unreadable
from ocpi.partners.model import Connection, Partner
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.versions import messages
from ocpi.versions.known import CANONICAL
from ocpi.wire import envelope, urls
from ocpi.wire.headers import NOWHERE, MessageIds, Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.violations import told
from schemas import codec
from schemas.base import OcpiModel
from schemas.translation.context import Context
from schemas.v2_3_0.enums import VersionNumber

WITHIN: Final = timedelta(seconds=30)
Model = TypeVar("Model", bound=OcpiModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`side` is the one that the partner serves. `body` is of 2.3.0; plain JSON is for what only it has."""

    method: str
    module: str
    side: Side
    path: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    routing: Routing = NOWHERE
    body: OcpiModel | Mapping[str, Any] | None = None
    since: VersionNumber = VersionNumber.V2_1_1


class Asker:
    def __init__(self, *, egress: Egress, clock: Clock) -> None:
        self._egress = egress
        self._clock = clock

    def prepared(
        self, partner: Partner, question: Question, context: Context, correlation_id: str | None = None
    ) -> Outgoing:
        """Raises UnknownReceiver where the partner offers no such thing, NotSpeakable."""
        connection = _connection(partner)
        if connection.version < question.since:
            raise NotSpeakable(f"{connection.version} has no {question.module} like this")
        endpoint = connection.endpoint(question.module, question.side)
        if endpoint is None:
            raise UnknownReceiver(f"{partner.name} offers no {question.module} as {question.side.lower()}")
        return Outgoing(
            method=question.method,
            url=urls.join(endpoint, *question.path).update_query(question.query),
            token=connection.token,
            ids=MessageIds.fresh(correlation_id),
            deadline=self._clock.now() + WITHIN,
            routing=question.routing,
            body=_written(question.body, connection.version, context),
            quirks=connection.quirks,
        )

    async def data(self, outgoing: Outgoing) -> Any:
        """What the answer holds, decoded. Raises the DeliveryError that kept it from us."""
        return envelope.decoded(accepted(await send(self._egress, self._clock, outgoing)).data)


def answered(kind: type[Model], data: Any, partner: Partner, context: Context) -> Model:
    """Raises Unreadable."""
    try:
        return messages.up(kind, data, _connection(partner).version, context)
    except pydantic.ValidationError as error:
        raise Unreadable(f"{kind.__name__} of the far side: {told(error)}") from error


def _written(
    body: OcpiModel | Mapping[str, Any] | None, version: VersionNumber, context: Context
) -> bytes | None:
    if isinstance(body, OcpiModel):
        return messages.down(type(body), body, version, context)
    if body is not None and version != CANONICAL:
        raise NotSpeakable(f"{version} has no words for this")
    return None if body is None else codec.encode(body)


def _connection(partner: Partner) -> Connection:
    if partner.connection is None:
        raise UnknownReceiver(f"{partner.name} is not registered")
    return partner.connection
