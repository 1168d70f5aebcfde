"""Whose a location, a session or a reservation is, when the back office names no CPO.

An id is unique for its CPO only: where several have the same, the CPO has to be told.
Spec: 2.3.0 types, CiString; mod_locations, Location object.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from emsp_adapter.errands.actions import RESERVE_NOW
from emsp_adapter.errands.store import ErrandStore
from ocpi.errors import InvalidParameters
from ocpi.objects.store import ObjectStore
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.locations import Location


@dataclass(frozen=True, slots=True)
class Place:
    """`location` is None where the CPO has not told it, or not in a way that can be read."""

    cpo: PartyId
    location: Location | None


class Places:
    def __init__(self, store: ObjectStore, errands: ErrandStore) -> None:
        self._store = store
        self._errands = errands

    async def of_location(self, location_id: str, cpo: str | None) -> Place:
        """Raises InvalidParameters."""
        owner = await self._owner(ObjectKind.LOCATION, location_id, cpo)
        held = await self._store.get(ObjectKey(ObjectKind.LOCATION, owner, location_id))
        try:
            location = None if held is None or held.deleted else Location.model_validate(held.value())
        except ValidationError:
            location = None
        return Place(owner, location)

    async def of_session(self, session_id: str, cpo: str | None) -> PartyId:
        """Raises InvalidParameters."""
        return await self._owner(ObjectKind.SESSION, session_id, cpo)

    async def of_reservation(self, reservation_id: str, cpo: str | None) -> PartyId:
        """Raises InvalidParameters."""
        wanted = {"about.reservation_id": reservation_id, "action": RESERVE_NOW.name}
        reserved = () if cpo else await self._errands.newest(wanted, 20)
        return _only((errand.cpo for errand in reserved), cpo, f"reservation {reservation_id!r}")

    async def _owner(self, kind: ObjectKind, written_id: str, cpo: str | None) -> PartyId:
        known = () if cpo else await self._store.named(kind, written_id)
        return _only((record.key.owner for record in known), cpo, f"{kind} {written_id!r}")


def _only(owners: Iterable[PartyId], told: str | None, what: str) -> PartyId:
    if told is not None:
        return PartyId.parse(told)
    found = set(owners)
    if len(found) != 1:
        known = f"{len(found)} CPOs have" if found else "no CPO is known to have"
        raise InvalidParameters(f"{known} the {what}: tell which is meant", pointer="/cpo")
    return found.pop()
