"""Which key the meter of each EVSE signs with.

Where the operator wrote none down, the first that signs well is the meter's. Another one that comes later may
be a new meter or a forger: it counts once the operator trusts it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from cpo_adapter.metrology.model import MeterPlace, ShownKey
from cpo_adapter.stations.model import Inventory
from ocpi.ocmf import key_of
from ocpi.process.mongo import ASCENDING, Document, DuplicateKey, Mongo
from ocpi.registration.named import NotNow

KEYS: Final = "meter_keys"


class KeyRegistry:
    """Keys that the inventory names, as it is now, are never learnt and never changed here."""

    def __init__(self, mongo: Mongo, inventory: Inventory) -> None:
        self._keys = mongo.collection(KEYS)
        self._inventory = inventory

    def is_authored(self, place: MeterPlace) -> bool:
        return bool(self._authored(place))

    async def known(self, place: MeterPlace) -> Sequence[ShownKey]:
        """Those that the meter may sign with; none where nothing is known of it."""
        authored = self._authored(place)
        if authored:
            return authored
        found = await self._keys.find_one({"_id": str(place)})
        return [_key_of(found)] if found else []

    async def shown(self, place: MeterPlace, shown: ShownKey) -> None:
        """The first is learnt; another waits to be trusted."""
        if self.is_authored(place):
            return
        told = {**_of(shown), "station": place.station, "evse": place.evse, "trusted_by": None}
        try:
            await self._keys.insert_one({"_id": str(place), **told})
        except DuplicateKey:
            other = {"_id": str(place), "der": {"$ne": shown.key.der}}
            await self._keys.update_one(other, {"$set": {"other": _of(shown)}})

    async def trust(self, place: MeterPlace, fingerprint: str, operator: str) -> None:
        """The other key that was shown last, from now on. Raises NotNow."""
        wanted = {"_id": str(place), "other.fingerprint": fingerprint}
        found = await self._keys.find_one(wanted)
        if found is None:
            raise NotNow(f"{place.station} EVSE {place.evse} showed no other key {fingerprint}")
        change = {"$set": {**found["other"], "trusted_by": operator}, "$unset": {"other": ""}}
        await self._keys.update_one(wanted, change)

    async def listed(self) -> list[dict[str, Any]]:
        learnt = [_row(each) async for each in self._keys.find({}).sort("_id", ASCENDING)]
        return [*self._authored_rows(), *learnt]

    def _authored(self, place: MeterPlace) -> Sequence[ShownKey]:
        spot = self._inventory.spot(place.station, place.evse)
        return [ShownKey(key_of(each), each) for each in spot.evse.meter_keys] if spot else []

    def _authored_rows(self) -> Iterator[dict[str, Any]]:
        for station in self._inventory.stations():
            for evse in station.evses:
                for each in evse.meter_keys:
                    where = {"station": station.identity, "evse": evse.number}
                    yield {**where, "key": key_of(each).fingerprint, "from": "inventory"}


def _of(shown: ShownKey) -> Document:
    return {
        "der": shown.key.der,
        "fingerprint": shown.key.fingerprint,
        "spelled": shown.spelled,
        "since": shown.at,
    }


def _key_of(stored: Document) -> ShownKey:
    return ShownKey(key_of(bytes(stored["der"]).hex()), stored["spelled"], stored["since"])


def _row(stored: Document) -> dict[str, Any]:
    other = stored.get("other")
    return {
        "station": stored["station"],
        "evse": stored["evse"],
        "key": stored["fingerprint"],
        "from": f"trusted by {stored['trusted_by']}" if stored["trusted_by"] else "first seen",
        "since": stored["since"],
        "other_key": other["fingerprint"] if other else None,
        "other_since": other["since"] if other else None,
    }
