"""Since when something goes on that a request is about: who could let it begin may follow it to its end.

A charge by its session, a reservation by when it was asked for here, the opening of a plug by the charge at
that EVSE. What has no beginning is judged by the agreement of today.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from hub.callbacks.store import Callbacks
from hub.routing.whereabouts import Whereabouts
from ocpi.objects.address import address_in
from ocpi.partners.directory import Directory
from ocpi.server.call import Call
from ocpi.wire.interfaces import EMSP, Side
from schemas.kinds import ObjectKind, PartyId
from schemas.v2_3_0.enums import CommandType

_TOLD_BY_CPO: Final = frozenset({("sessions", Side.RECEIVER), ("chargingprofiles", Side.SENDER)})


class Beginnings:
    def __init__(self, *, directory: Directory, whereabouts: Whereabouts, callbacks: Callbacks) -> None:
        self._directory = directory
        self._whereabouts = whereabouts
        self._callbacks = callbacks

    async def of(self, call: Call, party: PartyId, to: PartyId) -> datetime | None:
        """Raises InvalidParameters for a session that was told to others alone."""
        cpo, emsp = (party, to) if (call.module, call.side) in _TOLD_BY_CPO else (to, party)
        if (session_id := _session_of(call)) is not None:
            return await self._whereabouts.session_began(session_id, cpo, emsp)
        if call.module != "commands" or self._directory.agreed(emsp, EMSP, cpo):
            return None
        return await self._of_command(call.path.get("command"), call.json_object(), cpo, emsp)

    async def _of_command(
        self, command: str | None, body: Mapping[str, Any], cpo: PartyId, emsp: PartyId
    ) -> datetime | None:
        match command, body:
            case CommandType.CANCEL_RESERVATION, {"reservation_id": str(reservation_id)}:
                return await self._callbacks.reserved_at(cpo, emsp, reservation_id)
            case CommandType.UNLOCK_CONNECTOR, {"location_id": str(location_id), "evse_uid": str(evse_uid)}:
                return await self._whereabouts.charge_began_at(cpo, emsp, location_id, evse_uid)
            case _:
                return None


def _session_of(call: Call) -> str | None:
    """The session that a command, a wish or a question is about."""
    if call.module == "chargingprofiles" or call.path.keys() == {"session_id"}:
        return call.rest[0]
    if (call.module, call.side) == ("sessions", Side.RECEIVER):
        return address_in(ObjectKind.SESSION, call.rest, call.query).key.id
    if call.path.get("command") != CommandType.STOP_SESSION:
        return None
    session_id = call.json_object().get("session_id")
    return session_id if isinstance(session_id, str) else None
