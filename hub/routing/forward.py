"""What is pushed through the hub is stored first, answered, and then delivered for as long as it takes.

A push to one party is kept for that party alone; a push to everybody is kept once, and marked for each party
with an agreement whose platform receives the module. A bill is marked behind its session.
Spec: 2.3.0 transport_and_format, Broadcast Push; Timestamps and Objects send via Hubs.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator

from ocpi.delivery.dispatcher import Delivery
from ocpi.delivery.marks import Due, mark_id
from ocpi.delivery.parting import SHOWN
from ocpi.delivery.portions import in_portions
from ocpi.objects.intake import Accepted
from ocpi.objects.record import Outcome, Record, database_id
from ocpi.objects.store import ObjectStore, Selection
from ocpi.partners.agreements import Agreement
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from ocpi.wire.interfaces import CPO, EMSP, Side, serving_role, serving_roles
from schemas.kinds import ObjectKey, ObjectKind, PartyId


class Forwarding:
    """`noticed` hears of what is meant for one party."""

    def __init__(
        self,
        *,
        hub: PartyId,
        directory: Directory,
        store: ObjectStore,
        delivery: Delivery,
        clock: Clock,
        noticed: Callable[[Record], None],
    ) -> None:
        self.hub = hub
        self._directory = directory
        self._store = store
        self._delivery = delivery
        self._clock = clock
        self._noticed = noticed

    async def to_one(self, accepted: Accepted, to: PartyId) -> None:
        """A bill that came again is marked unless it has arrived: a crash may have come before its mark."""
        record = accepted.record
        self._noticed(record)
        due = Due(
            object_id=record.database_id,
            kind=record.key.kind,
            sender=record.key.owner,
            to=to,
            role=_receiving_role(record.key.kind),
            behind=_session_of(accepted, to),
            is_urgent=_is_block(record),
            state=record,
        )
        if record.key.kind is ObjectKind.CDR and accepted.outcome is Outcome.UNCHANGED:
            await self._delivery.mark_unless_delivered(due)
        else:
            await self._delivery.mark(due)

    async def to_all(self, accepted: Accepted) -> None:
        key = accepted.record.key
        dues = self._dues(accepted.record, await self._told_nothing_else(key))
        await self._delivery.mark(*(due for due in dues if self._receives(due, key.owner)))

    async def _told_nothing_else(self, key: ObjectKey) -> list[PartyId]:
        """Who may see it. A party that has a tariff of its own under that id is not told the general one."""
        viewers = self._directory.viewers(key)
        if key.kind is not ObjectKind.TARIFF:
            return viewers
        own = await self._store.by_ids([database_id(key, party) for party in viewers])
        return [party for party in viewers if _is_gone(own.get(database_id(key, party)))]

    async def on_agreement(self, agreement: Agreement) -> None:
        """Each side lacks what the other has told everybody before."""
        for party in agreement.key:
            await self._tell_of(agreement, party)

    async def on_connected(self, partner: Partner) -> None:
        """A partner that is new, or comes back, lacks everything that its parties may see there."""
        now = self._clock.now()
        for party in partner.parties():
            for agreement in self._directory.agreements_of(party):
                if agreement.holds_at(now) and _is_for(partner, agreement):
                    await self._tell_of(agreement, party)

    async def _tell_of(self, agreement: Agreement, to: PartyId) -> None:
        """Mark for one side of the agreement what the other side told everybody, and this one may see.

        What it was told alone stands in place of that.
        """
        role, other = (EMSP, agreement.cpo) if to == agreement.emsp else (CPO, agreement.emsp)
        for kind in SHOWN:
            if _receiving_role(kind) == role:
                dues = (due async for each in self._told(kind, other, to) for due in self._dues(each, [to]))
                lacked = (due async for due in dues if self._receives(due, other))
                await in_portions(self._delivery.catch_up, lacked)

    async def _told(self, kind: ObjectKind, owner: PartyId, to: PartyId) -> AsyncIterator[Record]:
        alone: set[ObjectKey] = set()
        async for record in self._each(kind, owner, to):
            alone.add(record.key)
            yield record
        async for record in self._each(kind, owner, None):
            if record.key not in alone and self._directory.sees(to, record.key):
                yield record

    def _each(self, kind: ObjectKind, owner: PartyId, audience: PartyId | None) -> AsyncIterator[Record]:
        return self._store.each(Selection(kind, owners=[owner], audiences=[audience]))

    def _dues(self, record: Record, parties: Iterable[PartyId]) -> Iterator[Due]:
        """What is the same for all of them is worked out once."""
        object_id, kind, is_urgent = record.database_id, record.key.kind, _is_block(record)
        role = _receiving_role(kind)
        for party in parties:
            yield Due(
                object_id=object_id,
                kind=kind,
                sender=self.hub,
                to=party,
                role=role,
                is_urgent=is_urgent,
                state=record,
            )

    def _receives(self, due: Due, owner: PartyId) -> bool:
        """Parties behind another hub hear through that hub, which broadcasts by itself."""
        roles = serving_roles(due.kind.module, Side.RECEIVER)
        partner = self._directory.speaker(due.to, *roles, remote=owner)
        if partner is None or not partner.is_active:
            return False
        return self._directory.endpoint_of(partner, due.kind.module, Side.RECEIVER) is not None


def _is_for(partner: Partner, agreement: Agreement) -> bool:
    """A part of a virtual partner is for one remote party."""
    return partner.pose is None or partner.pose.party in agreement.key


def _is_gone(record: Record | None) -> bool:
    return record is None or record.deleted


def _receiving_role(kind: ObjectKind) -> str:
    return serving_role(kind.module, Side.RECEIVER)


def _is_block(record: Record) -> bool:
    """A card that may not charge any more: every CPO should know within seconds."""
    return record.key.kind is ObjectKind.TOKEN and record.value().get("valid") is False


def _session_of(accepted: Accepted, to: PartyId) -> str | None:
    """The mark that a bill waits for: that of its own session for the same party."""
    key = accepted.record.key
    if key.kind is not ObjectKind.CDR:
        return None
    session_id = accepted.record.value().get("session_id")
    if not session_id:
        return None
    session = ObjectKey(ObjectKind.SESSION, key.owner, session_id)
    return mark_id(to, database_id(session, to))
