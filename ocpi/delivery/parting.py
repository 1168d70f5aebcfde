"""What somebody may not see any more is taken back: marked, for whoever may have it, to go as a farewell.

So it is when an agreement ends, when its terms narrow, and when a location leaves a group; what joins one is
marked as anything new is. Marks are the same whoever puts them and however often, and what is told is decided
as it is sent, so that several processes, and one that crashed half way, come to the same.
Spec: see `farewell`; terms are not OCPI's.
"""

from collections.abc import AsyncIterator, Callable, Collection
from typing import Final

from ocpi.delivery.dispatcher import Delivery
from ocpi.delivery.marks import Due
from ocpi.delivery.portions import in_portions
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.partners.agreements import Agreement
from ocpi.partners.directory import Directory
from ocpi.partners.groups import LocationGroup
from ocpi.partners.terms import Sight
from ocpi.wire.interfaces import CPO, EMSP, Side, serving_role, serving_roles
from schemas.kinds import ObjectKey, ObjectKind, PartyId

SHOWN: Final = (ObjectKind.LOCATION, ObjectKind.TARIFF, ObjectKind.TOKEN)
"""What is told to everybody with an agreement."""


def everything(_: ObjectKey) -> bool:
    """All that is kept of an owner is told."""
    return True


class Parting:
    """`sender` tells, and whose objects it tells are those of `owners` (None: anybody's) that are `told`."""

    def __init__(
        self,
        *,
        sender: PartyId,
        directory: Directory,
        store: ObjectStore,
        delivery: Delivery,
        owners: Collection[PartyId] | None = None,
        told: Callable[[ObjectKey], bool] = everything,
    ) -> None:
        self._sender = sender
        self._directory = directory
        self._store = store
        self._delivery = delivery
        self._owners = owners
        self._told = told

    async def take_back(self, agreement: Agreement) -> None:
        """From both sides what periods that are over let them see, and what holds now does not."""
        for before, until in self._directory.seen_before(agreement):
            cpo, emsp = agreement.key
            for viewer, owner, role in ((cpo, emsp, CPO), (emsp, cpo, EMSP)):
                for kind in _received_by(role):
                    if self._shows_less(viewer, kind, owner, before):
                        told = Selection(kind, [owner], [None, viewer], known_at=until)
                        await self._mark(viewer, self._gone(viewer, told, before))

    async def joined(self, group: LocationGroup) -> None:
        for agreement in self._seeing(group):
            only = {group.cpo: group.joined}
            joined = Selection(ObjectKind.LOCATION, [group.cpo], [None], only=only)
            await self._mark(agreement.emsp, self._store.each(joined), is_farewell=False)

    async def left(self, group: LocationGroup) -> None:
        for agreement in self._seeing(group):
            audiences, left = [None, agreement.emsp], {group.cpo: group.left}
            told = Selection(
                ObjectKind.LOCATION, [group.cpo], audiences, only=left, known_at=group.changed_at
            )
            await self._mark(agreement.emsp, self._store.each(told))

    def _shows_less(self, viewer: PartyId, kind: ObjectKind, owner: PartyId, before: Sight) -> bool:
        if self._owners is not None and owner not in self._owners:
            return False
        now = self._directory.sight(viewer, kind, owner)
        return now is None or not now.covers(before)

    async def _gone(self, viewer: PartyId, told: Selection, before: Sight) -> AsyncIterator[Record]:
        async for record in self._store.each(told):
            if before.shows(told.kind, record.key.id) and not self._directory.sees(viewer, record.key):
                yield record

    def _seeing(self, group: LocationGroup) -> list[Agreement]:
        """Whose terms named the group when it was changed, in what holds or is not taken back yet."""
        if self._owners is not None and group.cpo not in self._owners:
            return []
        agreements = self._directory.agreements_of(group.cpo)
        return [each for each in agreements if each.cpo == group.cpo and _names(each, group)]

    async def _mark(
        self, viewer: PartyId, records: AsyncIterator[Record], *, is_farewell: bool = True
    ) -> None:
        lacked = (
            self._due(viewer, record, is_farewell=is_farewell)
            async for record in records
            if self._told(record.key) and self._has_receiver(viewer, record.key)
        )
        await in_portions(self._delivery.mark, lacked)

    def _has_receiver(self, viewer: PartyId, key: ObjectKey) -> bool:
        """Whoever is suspended is told when it is back; parties behind a hub hear of it through that hub."""
        module = key.kind.module
        roles = serving_roles(module, Side.RECEIVER)
        partner = self._directory.speaker(viewer, *roles, remote=key.owner)
        return partner is not None and (
            self._directory.endpoint_of(partner, module, Side.RECEIVER) is not None
        )

    def _due(self, viewer: PartyId, record: Record, *, is_farewell: bool) -> Due:
        return Due(
            object_id=record.database_id,
            kind=record.key.kind,
            sender=self._sender,
            to=viewer,
            role=serving_role(record.key.kind.module, Side.RECEIVER),
            is_farewell=is_farewell,
        )


def _received_by(role: str) -> list[ObjectKind]:
    return [kind for kind in SHOWN if serving_role(kind.module, Side.RECEIVER) == role]


def _names(agreement: Agreement, group: LocationGroup) -> bool:
    open_ones = (each for each in agreement.periods if not each.is_taken_back)
    begun = (each for each in open_ones if each.has_begun_by(group.changed_at))
    return any(group.name in (each.terms.location_groups or ()) for each in begun)
