"""A partner made callable: one party speaks to another through it, until a deadline, in its version.

Callers know 2.3.0 alone. What they say is told in the partner's version and spelled as its quirks want it;
what it answers comes back as 2.3.0. Something that its version does not have is refused before anything is
sent. The facts that a translation needs are the caller's; how the partner wants to be treated is its own.
Spec: 2.3.0 transport_and_format; the modules of each version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import pydantic
from yarl import URL

from ocpi.client.http import Outgoing, Received, accepted, send
from ocpi.errors import InvalidParameters, NotSpeakable, UnknownReceiver, Unreadable
from ocpi.partners.model import Connection, Partner
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.versions import messages
from ocpi.versions.known import CANONICAL, OLDEST, since
from ocpi.versions.nulls import with_nulls
from ocpi.wire import envelope, urls
from ocpi.wire.headers import NOWHERE, MessageIds, Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import Quirk
from ocpi.wire.violations import told
from schemas import codec
from schemas.base import OcpiModel
from schemas.translation.context import Context
from schemas.translation.patches import crosses_unchanged
from schemas.translation.registry import form_of
from schemas.v2_3_0.enums import VersionNumber

Model = TypeVar("Model", bound=OcpiModel)
Kind = type[OcpiModel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`routing` says who speaks to whom. All methods raise the DeliveryError that kept an answer from us."""

    egress: Egress
    clock: Clock
    partner: Partner
    deadline: datetime
    routing: Routing = NOWHERE
    correlation_id: str | None = None

    @property
    def connection(self) -> Connection:
        """Raises UnknownReceiver."""
        if self.partner.connection is None:
            raise UnknownReceiver(f"{self.partner.name} is not registered")
        return self.partner.connection

    @property
    def version(self) -> VersionNumber:
        return self.connection.version

    def unrouted(self) -> "Line":
        """For configuration modules, whose messages are from platform to platform."""
        return replace(self, routing=NOWHERE)

    def until(self, deadline: datetime) -> "Line":
        """The same with a deadline that is that one at the latest."""
        return replace(self, deadline=min(deadline, self.deadline))

    def url(self, module: str, side: Side, *path: str) -> URL:
        """Raises NotSpeakable for a module later than the partner's version, UnknownReceiver without one."""
        if self.version < since(module):
            raise NotSpeakable(f"{self.version} has no {module}")
        endpoint = self.connection.endpoint(module, side)
        if endpoint is None:
            raise UnknownReceiver(f"{self.partner.name} offers no {module} {side}")
        return urls.join(endpoint, *path)

    def owned(self, module: str, context: Context, *ids: str) -> URL:
        """Where the partner receives an object of `context.owner`, or a part of it."""
        owner = context.owner
        named = (self.id_of(each, context) for each in ids)
        return self.url(module, Side.RECEIVER, owner.country_code, owner.party_id, *named)

    def theirs(self, written: str) -> URL:
        """An address that the partner wrote. Raises UnknownReceiver where it leads away from the partner."""
        try:
            url = urls.callable_url(written)
        except urls.UnusableUrl as error:
            raise UnknownReceiver(f"an address of {self.partner.name} cannot be called: {error}") from error
        if not self.connection.reaches(url):
            raise UnknownReceiver(
                f"an address of {self.partner.name} leads to {url.host}, which is not its own"
            )
        return url

    def requires(self, *kinds: Kind) -> None:
        """Raises NotSpeakable for what the partner's version does not have."""
        for kind in kinds:
            if form_of(kind, self.version) is None:
                raise NotSpeakable(f"{self.version} has no {kind.__name__}")

    async def get(self, kind: type[Model], url: URL, context: Context) -> Model:
        return await self.ask("GET", url, kind, context)

    async def ask(
        self, method: str, url: URL, kind: type[Model], context: Context, body: bytes | None = None
    ) -> Model:
        """What is answered, as an object of 2.3.0."""
        self.requires(kind)
        return self.read(kind, await self.data(method, url, body), context)

    async def data(
        self, method: str, url: URL, body: bytes | None = None, *, is_verbatim: bool = False
    ) -> Any:
        """The decoded data of a success; one object may stand in a list of its own."""
        answer = accepted(await self.send(method, url, body, is_verbatim=is_verbatim))
        return single(envelope.decoded(answer.data))

    async def tell(
        self, method: str, url: URL, body: bytes | None = None, *, is_verbatim: bool = False
    ) -> Received:
        """A success, whatever its data: it is unspecified where nothing was asked."""
        received = await self.send(method, url, body, is_verbatim=is_verbatim)
        accepted(received)
        return received

    async def send(
        self, method: str, url: URL, body: bytes | None = None, *, is_verbatim: bool = False
    ) -> Received:
        """Any answer. `is_verbatim`: the partner wrote the URL."""
        connection = self.connection
        request = Outgoing(
            method=method,
            url=url,
            token=connection.token,
            ids=MessageIds.fresh(self.correlation_id),
            deadline=self.deadline,
            routing=self.routing,
            body=body,
            quirks=connection.quirks,
            is_verbatim=is_verbatim,
        )
        return await send(self.egress, self.clock, request)

    def written(self, kind: Kind, model: OcpiModel, context: Context) -> bytes:
        """An object of 2.3.0 as the partner's version tells it. Raises NotSpeakable."""
        body = messages.down(kind, model, self.version, self._facts(context))
        return with_nulls(kind, body, self.version) if Quirk.NULLS_TOLD in self.connection.quirks else body

    def change(self, kind: Kind, change: Mapping[str, Any], *, is_dated: bool = True) -> bytes:
        """The body of a PATCH. Raises NotSpeakable for one that says something else in the partner's version.

        `is_dated`: since 2.2.1 a PATCH of most objects tells `last_updated`. Raises InvalidParameters.
        """
        self.requires(kind)
        if is_dated and self.version != OLDEST and "last_updated" not in change:
            raise InvalidParameters("a PATCH tells when the object was changed", pointer="/last_updated")
        if not crosses_unchanged(kind, change, CANONICAL, self.version):
            text = f"{self.version} says this in another way: send the {kind.__name__} whole"
            raise NotSpeakable(text)
        return codec.encode(change)

    def read(self, kind: type[Model], data: Any, context: Context) -> Model:
        """Decoded JSON of the partner. Raises Unreadable."""
        try:
            return messages.up(kind, data, self.version, self._facts(context))
        except pydantic.ValidationError as error:
            raise Unreadable(f"{kind.__name__} of {self.partner.name}: {told(error)}") from error
        except NotSpeakable as error:
            raise Unreadable(f"{kind.__name__} of {self.partner.name}: {error.text}") from error

    def id_of(self, object_id: str, context: Context) -> str:
        """Our id of something, as a partner of 2.1.1 calls it."""
        if self.version != OLDEST or not context.aliases:
            return object_id
        folded = object_id.lower()
        return next((theirs for theirs, ours in context.aliases.items() if ours.lower() == folded), object_id)

    def _facts(self, context: Context) -> Context:
        return context if self.version == CANONICAL else replace(context, policy=self.partner.translation)


def single(data: Any) -> Any:
    """One thing that stands in a list of its own is meant without it."""
    return data[0] if isinstance(data, list) and len(data) == 1 else data
