"""The tariffs that places name, as they were told to us, and what follows from them.

They are looked up for a page at once and remembered for two seconds, as long as partners are. A tariff that
our agreement does not show counts as not told.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from emsp_adapter.places.finder import Found
from emsp_adapter.places.price import Charge, price
from ocpi.objects.record import Record, database_id
from ocpi.objects.store import ObjectStore
from ocpi.partners.directory import REFRESH_S, Directory
from ocpi.process.clock import Clock
from schemas.kinds import ObjectKey, ObjectKind, PartyId

_MOST_REMEMBERED: Final = 50_000
Known: TypeAlias = dict[str, bytes | None]


class Prices:
    def __init__(self, *, store: ObjectStore, directory: Directory, own: PartyId, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._own = own
        self._clock = clock
        self._known: Known = {}
        self._until = 0.0

    async def of(self, places: Sequence[Found], charge: Charge) -> list[bytes]:
        """For each place the JSON list of its prices."""
        named = {(each.owner, name) for each in places for group in each.tariffs for name in group}
        known = await self._known_of({_id(owner, name) for owner, name in named})
        return [_priced(each, known, charge) for each in places]

    async def _known_of(self, wanted: Collection[str]) -> Known:
        now = self._clock.monotonic()
        if now >= self._until or len(self._known) > _MOST_REMEMBERED:
            self._known, self._until = {}, now + REFRESH_S
        known = self._known
        missing = [each for each in wanted if each not in known]
        if missing:
            found = await self._store.by_ids(missing)
            known.update({name: self._shown(found.get(name)) for name in missing})
        return known

    def _shown(self, record: Record | None) -> bytes | None:
        if record is None or record.deleted or not self._directory.sees(self._own, record.key):
            return None
        return record.body


def _priced(place: Found, known: Known, charge: Charge) -> bytes:
    prices = (
        price(tuple(group), _told(place.owner, group, known), place.zone, charge) for group in place.tariffs
    )
    return b"[" + b",".join(prices) + b"]"


def _told(owner: str, named: Sequence[str], known: Known) -> tuple[bytes, ...]:
    bodies = (known.get(_id(owner, name)) for name in named)
    return tuple(body for body in bodies if body is not None)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _id(owner: str, name: str) -> str:
    return database_id(ObjectKey(ObjectKind.TARIFF, PartyId.parse(owner), name), None)
