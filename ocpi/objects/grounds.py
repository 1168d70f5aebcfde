"""What is known here beside a bill, for whoever prices it again: where, by which tariffs, against what.

A tariff is taken as it was published when the session began. A bill without tariffs of its own is priced by
those that it names, else by those of the connector that was charged at.
Spec: 2.3.0 mod_cdrs, CDR object (tariffs); mod_tariffs; mod_locations, Connector object (tariff_ids).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.pricing import NoSuchZone, Tariff, Version, Zone, read_tariff
from ocpi.pricing.instants import ticks
from ocpi.pricing.known import Known
from ocpi.pricing.read_cdr import opened
from ocpi.pricing.wire import WireCdr
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.times import parse

Json = dict[str, Any]
_MOST_TARIFFS: Final = 20


@dataclass(frozen=True, slots=True)
class Told:
    """Whose bill it is, and for whom: what was told to that party alone goes before what all were told."""

    owner: PartyId
    audience: PartyId | None


class Grounds:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def of(self, value: Json, told: Told, now: datetime) -> Known:
        """`value` is a bill of 2.3.0, `now` the moment that its times are held against."""
        return await self.at(await self.place(value, told), value, told, now)

    async def at(self, place: Json | None, value: Json, told: Told, now: datetime) -> Known:
        """The same for who has looked up the Location."""
        return Known(
            version=Version.V2_3_0,
            zone=_zone(place),
            tariffs=await self._published(value, told, place),
            now=ticks(now),
            original=await self._credited(value, told),
        )

    async def place(self, value: Json, told: Told) -> Json | None:
        """The Location as it is known now."""
        held = await self._held(ObjectKind.LOCATION, value["cdr_location"]["id"], told)
        return None if held is None or held.deleted else held.value()

    async def _credited(self, value: Json, told: Told) -> WireCdr | None:
        """The bill that a credit takes back, if it came here."""
        name = value.get("credit_reference_id")
        held = await self._store.get(ObjectKey(ObjectKind.CDR, told.owner, name)) if name else None
        return opened(held.value())[0] if held is not None and held.audience == told.audience else None

    async def _published(self, value: Json, told: Told, place: Json | None) -> tuple[Tariff, ...]:
        began = parse(value["start_date_time"])
        names = list(dict.fromkeys(_tariffs_of(value, place)))[:_MOST_TARIFFS]
        then = [await self._as_it_was(name, told, began) for name in names]
        read = (read_tariff(each, Version.V2_3_0)[0] for each in then if each is not None)
        return tuple(tariff for tariff in read if tariff is not None)

    async def _as_it_was(self, name: str, told: Told, at: datetime) -> Json | None:
        held = await self._held(ObjectKind.TARIFF, name, told)
        if held is None:
            return None
        if held.last_updated <= at:
            return None if held.deleted else held.value()
        return await self._version(held.key, held.audience, at)

    async def _version(self, key: ObjectKey, audience: PartyId | None, at: datetime) -> Json | None:
        found: Json | None = None
        async for version in self._store.versions(key, audience):
            if version.last_updated <= at:
                told = codec.decode(version.body)
                found = told if isinstance(told, dict) and not version.deleted else None
        return found

    async def _held(self, kind: ObjectKind, name: str, told: Told) -> Record | None:
        key = ObjectKey(kind, told.owner, name)
        if told.audience is None:
            return await self._store.get(key)
        return await self._store.get(key, told.audience) or await self._store.get(key)


def connector_of(value: Json, place: Json | None) -> Json | None:
    """That of the Location at which the bill says that the car stood."""
    where = value["cdr_location"]
    for evse in (place or {}).get("evses") or ():
        if _same(evse.get("uid"), where["evse_uid"]):
            for connector in evse.get("connectors") or ():
                if _same(connector.get("id"), where["connector_id"]):
                    return dict(connector)
    return None


def _tariffs_of(value: Json, place: Json | None) -> Iterator[str]:
    if value.get("tariffs"):
        yield from (each["id"] for each in value["tariffs"])
        return
    named = [period["tariff_id"] for period in value["charging_periods"] if period.get("tariff_id")]
    yield from named or (connector_of(value, place) or {}).get("tariff_ids") or ()


def _zone(place: Json | None) -> Zone | None:
    try:
        return Zone.named(place["time_zone"]) if place else None
    except (NoSuchZone, KeyError):
        return None


def _same(one: object, other: object) -> bool:
    return str(one).lower() == str(other).lower()
