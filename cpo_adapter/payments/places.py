"""A terminal is assigned to places of our own only. Spec: 2.3.0 Payments 1 mod_payments, Terminal object."""

from collections.abc import Iterable, Iterator
from typing import Any

from ocpi.errors import InvalidParameters
from ocpi.objects.store import ObjectStore, Selection
from schemas.kinds import ObjectKind, PartyId


class OwnPlaces:
    def __init__(self, party: PartyId, store: ObjectStore) -> None:
        self._party = party
        self._store = store

    async def check(self, location_ids: Iterable[str], evse_uids: Iterable[str]) -> None:
        """Raises InvalidParameters for what is no location, and no EVSE of one, that we publish."""
        locations, evses = set[str](), set[str]()
        async for record in self._store.each(Selection(ObjectKind.LOCATION, [self._party], [None])):
            locations.add(record.key.id.lower())
            evses.update(_evses(record.value()))
        _refuse_others("location", location_ids, locations, "/location_ids")
        _refuse_others("EVSE", evse_uids, evses, "/evse_uids")


def _evses(location: dict[str, Any]) -> Iterator[str]:
    return (str(evse["uid"]).lower() for evse in location.get("evses") or ())


def _refuse_others(what: str, told: Iterable[str], ours: set[str], pointer: str) -> None:
    if unknown := [each for each in told if each.lower() not in ours]:
        raise InvalidParameters(f"there is no {what} {', '.join(unknown[:5])} of ours", pointer=pointer)
