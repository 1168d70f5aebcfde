"""Partners hear of tariffs: everybody of what is for everybody, an eMSP of its own in the place of that.

What an eMSP has for itself is pushed TO it alone. Where the two have one id, the eMSP is not told the general
one, until its own is no more.
Spec: 2.3.0 mod_tariffs, PUT and DELETE method; transport_and_format, Message routing (TO).
"""

from datetime import datetime

from cpo_adapter.tariffs.book import TariffBook
from cpo_adapter.tariffs.offer import Offer
from ocpi.delivery.announce import Announcer
from ocpi.errors import OcpiError
from ocpi.objects.authored import changed
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.wire.interfaces import CPO, EMSP
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId


class TariffNews:
    def __init__(
        self,
        *,
        party: PartyId,
        book: TariffBook,
        announcer: Announcer,
        store: ObjectStore,
        directory: Directory,
    ) -> None:
        self._party = party
        self._book = book
        self._announcer = announcer
        self._store = store
        self._directory = directory

    async def tell(self, now: datetime) -> None:
        """What is new, what has changed, and what is gone since the last time."""
        records = [self._record(offer) for offer in self._book.current()]
        for record in await changed(self._store, records):
            await self._tell(record)
        there = {record.database_id for record in records}
        gone = [
            record
            async for record in self._store.each(Selection(ObjectKind.TARIFF, [self._party]))
            if record.database_id not in there
        ]
        for record in gone:
            await self._take_back(record, now)

    async def catch_up(self, partner: Partner) -> None:
        """What the eMSPs behind it have for themselves; it has just come, or dealings have begun."""
        for offer in self._book.current():
            if offer.emsp is not None and self._way_to(offer.emsp) == partner.name:
                await self._announcer.to_one(self._record(offer))

    async def _tell(self, record: Record) -> None:
        """An eMSP that cannot be told now catches up when it can."""
        if record.audience is None:
            await self._announcer.to_all(record)
        elif self._way_to(record.audience) is not None:
            await self._announcer.to_one(record)
        else:
            await self._store.put(record)

    async def _take_back(self, record: Record, now: datetime) -> None:
        """An eMSP whose own tariff is gone has the general one of that id again, if there is one."""
        gone = Record(record.key, now, record.body, record.audience, deleted=True)
        await self._tell(gone)
        general = await self._store.get(record.key)
        if record.audience is not None and general is not None and not general.deleted:
            await self._announcer.to_all_behind(general, gone)

    def _way_to(self, emsp: PartyId) -> str | None:
        """The name of the partner; None where there is none, or no agreement."""
        try:
            way = self._directory.route_to(emsp, EMSP)
        except OcpiError:
            return None
        return way.name if self._directory.agreed(self._party, CPO, emsp, "tariffs") else None

    def _record(self, offer: Offer) -> Record:
        tariff = offer.tariff
        key = ObjectKey(ObjectKind.TARIFF, self._party, tariff.id)
        return Record(key, tariff.last_updated, codec.dump(tariff), offer.emsp)
