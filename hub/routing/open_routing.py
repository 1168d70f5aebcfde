"""Who a request is for that names nobody: as far as its content, or what went through here before, tells.

Whose card it is that is held against a station, is the affair of `hub.authorization`.
Spec: 2.3.0 transport_and_format, Open routing.
"""

from hub.callbacks.store import Callbacks
from hub.routing.whereabouts import Whereabouts, only
from ocpi.errors import (
    NotEnoughInformation,
    NotRoutable,
    UnknownObject,
)
from ocpi.objects.address import address_in
from ocpi.objects.store import ObjectStore
from ocpi.server.call import Call
from ocpi.wire.interfaces import Side
from schemas.kinds import ObjectKind, PartyId


class OpenRouting:
    def __init__(
        self,
        *,
        store: ObjectStore,
        whereabouts: Whereabouts,
        callbacks: Callbacks,
    ) -> None:
        self._store = store
        self._whereabouts = whereabouts
        self._callbacks = callbacks

    async def receiver(self, call: Call, party: PartyId) -> PartyId:
        """Whom this is for, from what it says. Raises NotRoutable, NotEnoughInformation, UnknownObject,
        UnknownLocation, SeveralReceivers.
        """
        match call.module, call.side:
            case "sessions" | "cdrs", Side.RECEIVER:
                is_told = call.method in ("GET", "PATCH")
                return await self._audience(call, party) if is_told else _issuer_of(call)
            case "commands", Side.RECEIVER:
                return await self._commanded(call, party)
            case ("sessions", Side.SENDER) | ("chargingprofiles", Side.RECEIVER):
                return await self._whereabouts.session_owner(call.rest[0], party)
            case "chargingprofiles", Side.SENDER:
                return await self._whereabouts.session_audience(call.rest[0], party)
            case "locations", Side.SENDER:
                return await self._whereabouts.location_owner(call.rest[0], party)
            case _:
                text = "the receiving party cannot be told from this request: name it in OCPI-to headers"
                raise NotRoutable(text)

    async def _commanded(self, call: Call, party: PartyId) -> PartyId:
        match call.json_object():
            case {"location_id": str(location_id)}:
                return await self._whereabouts.location_owner(location_id, party)
            case {"session_id": str(session_id)}:
                return await self._whereabouts.session_owner(session_id, party)
            case {"reservation_id": str(reservation_id)}:
                asked = await self._callbacks.reserved_with(party, reservation_id)
                return only(asked, f"a reservation {reservation_id!r}")
            case _:
                text = "without OCPI-to headers a command needs the id of a location, session or reservation"
                raise NotEnoughInformation(text)

    async def _audience(self, call: Call, party: PartyId) -> PartyId:
        """Whom the session that is to be changed was told to."""
        key = address_in(ObjectKind.SESSION, call.rest, call.query).key
        held = await self._store.named(ObjectKind.SESSION, key.id)
        told = {record.audience for record in held if record.key.owner == party}
        if len(told) != 1 or (audience := told.pop()) is None:
            raise UnknownObject(f"there is no session {key.id!r}: PUT it first")
        return audience


def _issuer_of(call: Call) -> PartyId:
    """Sessions and CDRs name the issuer of their token."""
    match call.json_object().get("cdr_token"):
        case {"country_code": str(country), "party_id": str(party)}:
            try:
                return PartyId(country, party)
            except ValueError as error:
                raise NotEnoughInformation(f"the cdr_token names no issuer: {error}") from error
        case _:
            raise NotEnoughInformation("without OCPI-to headers a cdr_token with its issuer is needed")
