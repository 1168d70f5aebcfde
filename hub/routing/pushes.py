"""A push: taken in if it is whole and its owner's, stored, marked for whoever should have it, answered.

1000 is answered when both the object and the marks are on disk. What kept one of them from it is answered
instead, and the sender's next try finds everything ready to be done again.
Spec: 2.3.0 transport_and_format, Push; Broadcast Push.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus

from hub.ledger.posting import Posting
from hub.routing.forward import Forwarding
from hub.routing.parties import check_agreement, check_card, check_owner
from hub.routing.relay import Relay
from hub.routing.shown import check_tellable
from ocpi.objects.address import Address, address_in
from ocpi.objects.bills import posted_bill
from ocpi.objects.charges import start_of
from ocpi.objects.facts import Facts
from ocpi.objects.intake import Accepted, Intake
from ocpi.objects.kinds import BY_MODULE
from ocpi.objects.record import Outcome
from ocpi.objects.store import ObjectStore
from ocpi.objects.token_types import token_type
from ocpi.partners.directory import Directory
from ocpi.server.call import Answer, Call
from ocpi.versions.known import OLDEST
from ocpi.wire.headers import Routing
from schemas.kinds import ObjectKey, ObjectKind, PartyId


class Pushes:
    def __init__(
        self,
        *,
        hub: PartyId,
        directory: Directory,
        store: ObjectStore,
        intake: Intake,
        facts: Facts,
        relay: Relay,
        forwarding: Forwarding,
        posting: Posting,
    ) -> None:
        self._hub = hub
        self._directory = directory
        self._store = store
        self._intake = intake
        self._facts = facts
        self._relay = relay
        self._forwarding = forwarding
        self._posting = posting

    async def to_one(self, call: Call, party: PartyId, to: PartyId) -> Answer:
        """Raises UnknownReceiver, Unreachable where there is nobody who could ever be told."""
        check_agreement(self._directory, call, party, to, await self._began(call, party, to))
        check_tellable(self._directory, call, party, to)
        self._relay.check(call, party, to)
        check_card(self._directory, call, to)
        accepted = await self._taken(call, party, to)
        if not accepted.record.is_withheld:
            await self._forwarding.to_one(accepted, to)
        return self._done(call, accepted, Routing(to=party, sender=to))

    async def to_all(self, call: Call, party: PartyId) -> Answer:
        accepted = await self._taken(call, party, None)
        await self._forwarding.to_all(accepted)
        return self._done(call, accepted, Routing(to=party, sender=self._hub))

    async def _taken(self, call: Call, party: PartyId, audience: PartyId | None) -> Accepted:
        if call.method == "POST":
            return await self._bill(call, party, audience)
        address = await self._address(call, audience)
        older = await self._facts.heard(call, address.key, party, audience)
        takes: dict[str, Callable[[], Awaitable[Accepted]]] = {
            "PUT": lambda: self._intake.put(address, call.body, call.json_object(), older),
            "PATCH": lambda: self._intake.patch(address, call.json_object(), older),
            "DELETE": lambda: self._intake.delete(address),
        }
        return await takes[call.method]()

    async def _address(self, call: Call, audience: PartyId | None) -> Address:
        kind, query = BY_MODULE[call.module], call.query
        if kind is ObjectKind.TOKEN and call.version == OLDEST:
            query = {"type": await token_type(self._store, call, audience)}
        return address_in(kind, call.rest, query, audience)

    async def _bill(self, call: Call, party: PartyId, audience: PartyId | None) -> Accepted:
        record = await posted_bill(self._facts, call, audience, audience)
        check_owner(party, record.key.owner)
        return await self._posting.take(record)

    def _done(self, call: Call, accepted: Accepted, routing: Routing) -> Answer:
        if call.method == "POST":
            return self._posting.answer(accepted, call, routing)
        http = HTTPStatus.CREATED if accepted.outcome is Outcome.CREATED else HTTPStatus.OK
        return Answer(http=http, routing=routing)

    async def _began(self, call: Call, party: PartyId, to: PartyId) -> datetime | None:
        """When the charge began that a session or a bill is about, as far as that can be told.

        That of a credit is the charge of the bill that it takes back, whatever it says itself.
        """
        if call.module not in ("sessions", "cdrs"):
            return None
        known = _named_before(call, party)
        held = None if known is None else await self._store.get(known, to)
        if held is not None:
            return start_of(held.value())
        return None if call.method == "PATCH" else start_of(call.json_object())


def _named_before(call: Call, party: PartyId) -> ObjectKey | None:
    """The session that is changed, or the bill that is credited."""
    if call.method == "PATCH":
        return address_in(ObjectKind.SESSION, call.rest, call.query).key
    credited = call.json_object().get("credit_reference_id") if call.method == "POST" else None
    return ObjectKey(ObjectKind.CDR, party, credited) if isinstance(credited, str) else None
