"""The tariffs in force: looked up by id, stored as OCPI objects, announced when they change.

A session keeps the tariffs that were valid when it began; a later change is for later sessions.
Spec: 2.3.0 mod_tariffs, Tariff object (start_date_time, end_date_time).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from ocpi.delivery.announce import Announcer
from ocpi.objects.authored import changed
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.enums import TariffType
from schemas.v2_3_0.tariffs import Tariff


class TariffBook:
    def __init__(self, tariffs: Iterable[Tariff]) -> None:
        self._tariffs = {tariff.id.lower(): tariff for tariff in tariffs}

    def tariffs_at(self, tariff_ids: Sequence[str], at: datetime) -> tuple[Tariff, ...]:
        """Those of the named tariffs that are valid at that instant, in the order of their names."""
        named = (self._tariffs.get(name.lower()) for name in tariff_ids)
        return tuple(tariff for tariff in named if tariff is not None and _is_valid(tariff, at))

    def knows(self, tariff_id: str) -> bool:
        return tariff_id.lower() in self._tariffs

    def type_of(self, tariff_id: str) -> TariffType | None:
        """None where nobody said, or for one that is not there."""
        tariff = self._tariffs.get(tariff_id.lower())
        return tariff.type if tariff else None

    async def publish(self, announcer: Announcer, store: ObjectStore, party: PartyId, now: datetime) -> None:
        """Tell partners what is new, what has changed, and what is gone since the last start."""
        for record in await changed(store, [_record(tariff, party) for tariff in self._tariffs.values()]):
            await announcer.to_all(record)
        async for record in store.each(Selection(ObjectKind.TARIFF, [party], [None])):
            if not self.knows(record.key.id):
                await announcer.to_all(Record(record.key, now, record.body, deleted=True))


def _is_valid(tariff: Tariff, at: datetime) -> bool:
    begins, ends = tariff.start_date_time, tariff.end_date_time
    return (begins is None or begins <= at) and (ends is None or at < ends)


def _record(tariff: Tariff, party: PartyId) -> Record:
    return Record(ObjectKey(ObjectKind.TARIFF, party, tariff.id), tariff.last_updated, codec.dump(tariff))
