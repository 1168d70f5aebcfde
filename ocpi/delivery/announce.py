"""An adapter tells the world: its own objects, stored and marked for whoever should have them.

What is for everybody goes once to each hub (which passes it on) and once to each directly connected party
with an agreement. What is for one party goes to that party alone.
Spec: 2.3.0 transport_and_format, Push; Broadcast Push.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ocpi.delivery.dispatcher import Delivery
from ocpi.delivery.marks import Due, mark_id
from ocpi.delivery.parting import Parting
from ocpi.delivery.portions import in_portions, portions
from ocpi.objects.record import Outcome, Record, database_id
from ocpi.objects.store import ObjectStore, Selection
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.server.parties import Own
from ocpi.wire.interfaces import Side, opposite
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.enums import TokenType


class Announcer:
    """`kinds` are those that this adapter tells everybody: locations and tariffs, or tokens."""

    def __init__(
        self,
        *,
        own: Own,
        kinds: Sequence[ObjectKind],
        directory: Directory,
        store: ObjectStore,
        delivery: Delivery,
        has_own: Callable[[ObjectKey, PartyId], bool] = lambda _, __: False,
    ) -> None:
        """`has_own`: whether a party is told something of its own under that name, and not what all are."""
        self._own = own
        self._kinds = kinds
        self._directory = directory
        self._store = store
        self._delivery = delivery
        self._has_own = has_own

    async def to_all(self, record: Record) -> None:
        """Stored and marked; durable when this returns."""
        await self._store.put(record)
        await self.mark_for_all([record])

    async def mark_for_all(self, records: Iterable[Record], *, is_urgent: bool = False) -> None:
        """For each party that should have them; what `is_urgent` goes before whatever else it lacks."""
        partners = self._directory.active_partners()
        dues = (due for record in records for each in partners for due in self._dues(record, each))
        marked = (replace(due, is_urgent=True) for due in dues) if is_urgent else dues
        for portion in portions(marked):
            await self._delivery.mark(*portion)

    async def to_all_behind(self, record: Record, first: Record) -> None:
        """Told once more to everybody, behind what is told to the one party that `first` is for."""
        behind = mark_id(_audience(first), first.database_id)
        partners = self._directory.active_partners()
        dues = [replace(due, behind=behind) for each in partners for due in self._dues(record, each)]
        await self._delivery.catch_up(*dues)

    async def to_one(self, record: Record) -> None:
        """To the party that is the record's audience. An older state than the stored one is not told."""
        if await self._store.put(record) is not Outcome.STALE:
            await self._delivery.mark(self._due(record, _audience(record)))

    async def bill(self, record: Record, session: ObjectKey) -> Outcome:
        """A CDR, once and for ever, delivered behind its session. CONFLICT: another bill bears this id."""
        outcome = await self._store.insert(record)
        if outcome is not Outcome.CONFLICT:
            to = _audience(record)
            behind = mark_id(to, database_id(session, to))
            await self._delivery.mark_unless_delivered(self._due(record, to, behind))
        return outcome

    def parting(self) -> Parting:
        """Takes back what this adapter told."""
        return Parting(
            sender=self._own.party,
            directory=self._directory,
            store=self._store,
            delivery=self._delivery,
            owners=[self._own.party],
            told=lambda key: not _is_asked_for(key),
        )

    async def catch_up(self, partner: Partner) -> None:
        """A partner that has just registered lacks everything that is for everybody."""
        for kind in self._kinds:
            ours = self._store.each(Selection(kind, [self._own.party], [None]))
            dues = (due async for record in ours for due in self._dues(record, partner))
            await in_portions(self._delivery.catch_up, dues)

    def _dues(self, record: Record, partner: Partner) -> list[Due]:
        has_receiver = self._directory.endpoint_of(partner, record.key.kind.module, Side.RECEIVER) is not None
        if not has_receiver or _is_asked_for(record.key):
            return []
        return [self._due(record, party) for party in self._recipients(record.key, partner)]

    def _recipients(self, key: ObjectKey, partner: Partner) -> list[PartyId]:
        if partner.hub_party is not None:
            return [partner.hub_party]
        theirs = {each.party for each in partner.roles if each.role == opposite(self._own.role)}
        viewers = [party for party in self._directory.viewers(key) if party in theirs]
        return [party for party in viewers if not self._has_own(key, party)]

    def _due(self, record: Record, to: PartyId, behind: str | None = None) -> Due:
        return Due(
            object_id=record.database_id,
            kind=record.key.kind,
            sender=self._own.party,
            to=to,
            role=opposite(self._own.role),
            behind=behind,
            state=record,
        )


def _is_asked_for(key: ObjectKey) -> bool:
    """Contracts in vehicles are authorized in real time, and not pushed. Spec: mod_tokens, TokenType."""
    return key.kind is ObjectKind.TOKEN and key.id.startswith(f"{TokenType.EMAID}/")


def _audience(record: Record) -> PartyId:
    if record.audience is None:
        raise ValueError(f"{record.key} is for nobody in particular")
    return record.audience
