"""Whose a location or a session is that a request names by its id alone, as far as it was told here before.

Ids are unique for their owner only, so several parties may have the same; then nobody is guessed.
Spec: 2.3.0 transport_and_format, Open routing; mod_commands; mod_charging_profiles.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from hub.routing.shown import may_authorize
from ocpi.errors import InvalidParameters, NotRoutable, SeveralReceivers, UnknownLocation
from ocpi.objects.kinds import token_key
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.partners.directory import Directory
from ocpi.server.call import Call
from ocpi.wire.interfaces import CPO, EMSP
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.times import parse

_LOOKED_THROUGH: Final = 200


class Whereabouts:
    def __init__(self, *, directory: Directory, store: ObjectStore) -> None:
        self._directory = directory
        self._store = store

    async def location_owner(self, location_id: str, asker: PartyId) -> PartyId:
        """Of those CPOs that have an agreement with the asker. Raises UnknownLocation, SeveralReceivers."""
        told = await self._told(ObjectKind.LOCATION, location_id, (None, asker))
        owners = {record.key.owner for record in told if self._is_shown(asker, record.key)}
        if not owners:
            raise UnknownLocation(f"no location {location_id!r} was told here to {asker}")
        return only(owners, f"a location {location_id!r}")

    async def session_owner(self, session_id: str, asker: PartyId) -> PartyId:
        """Who told the asker of this session. Raises NotRoutable, SeveralReceivers."""
        told = await self._told(ObjectKind.SESSION, session_id, (asker,))
        return only({record.key.owner for record in told}, f"a session {session_id!r}")

    async def session_audience(self, session_id: str, owner: PartyId) -> PartyId:
        """Whom the owner of this session told of it. Raises NotRoutable, SeveralReceivers."""
        held = await self._store.named(ObjectKind.SESSION, session_id)
        told = {record.audience for record in held if record.key.owner == owner}
        return only(told - {None}, f"a session {session_id!r} of {owner}")

    async def session_began(self, session_id: str, cpo: PartyId, emsp: PartyId) -> datetime | None:
        """None where that was not told here. Raises InvalidParameters where it was told to others alone."""
        key = ObjectKey(ObjectKind.SESSION, cpo, session_id)
        held = await self._store.get(key, emsp)
        if held is not None:
            return parse(held.value()["start_date_time"])
        others = await self._store.named(ObjectKind.SESSION, key.id)
        if any(record.key == key for record in others):
            raise InvalidParameters(f"{cpo} has told {emsp} of no session {session_id!r}")
        return None

    async def charge_began_at(
        self, cpo: PartyId, emsp: PartyId, location_id: str, evse_uid: str
    ) -> datetime | None:
        """When the newest charge there began that the eMSP was told of; only so many are looked through."""
        told = Selection(ObjectKind.SESSION, owners=[cpo], audiences=[emsp])
        for each in (await self._store.newest(told, None, _LOOKED_THROUGH)).rows:
            value = each.record.value()
            there = str(value.get("location_id")), str(value.get("evse_uid"))
            if (there[0].lower(), there[1].lower()) == (location_id.lower(), evse_uid.lower()):
                return parse(value["start_date_time"])
        return None

    async def former_issuer(self, call: Call, cpo: PartyId) -> PartyId | None:
        """Who told the CPO of this card, or could have, and whose cards may not be used there now."""
        key = token_key(cpo, call.rest[0], call.query.get("type", "RFID"))
        owners = sorted({record.key.owner for record in await self._store.named(ObjectKind.TOKEN, key.id)})
        former = (each for each in owners if self._directory.were_agreed(cpo, CPO, each, call.module))
        return next((each for each in former if not may_authorize(self._directory, call, cpo, each)), None)

    async def _told(
        self, kind: ObjectKind, written_id: str, audiences: Collection[PartyId | None]
    ) -> list[Record]:
        held = await self._store.named(kind, written_id)
        return [record for record in held if record.audience in audiences]

    def _is_shown(self, asker: PartyId, key: ObjectKey) -> bool:
        return self._directory.agreed(asker, EMSP, key.owner) and not self._directory.hides(asker, key)


def only(found: Collection[PartyId | None], what: str) -> PartyId:
    """Raises NotRoutable for nobody, SeveralReceivers for more than one."""
    parties = [party for party in found if party is not None]
    if not parties:
        raise NotRoutable(f"nobody has told of {what} here: name the party in OCPI-to headers")
    if len(parties) > 1:
        raise SeveralReceivers(f"several parties have {what}: name the one that is meant in OCPI-to headers")
    return parties[0]
