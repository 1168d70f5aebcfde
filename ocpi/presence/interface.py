"""The hubclientinfo module as its receiver: a hub tells who is connected to it.

Nobody but a hub has anything to say here. One address may stand for two roles of one party: PUT says in its
body which is meant, GET answers with the one that we deal with.
Spec: 2.3.0 mod_hub_client_info, Receiver Interface.
"""

from http import HTTPStatus
from typing import Final

from ocpi.errors import InvalidParameters, NotOwner, UnknownObject
from ocpi.objects.record import Outcome
from ocpi.presence.store import Client, Presences
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.hub_client_info import ClientInfo

MODULE: Final = "hubclientinfo"
_PATH: Final = "/{country_code}/{party_id}"


class PresenceInterface:
    """`role` is that of the parties that we deal with."""

    def __init__(self, presences: Presences, role: str) -> None:
        self._presences = presences
        self._role = role

    def interface(self) -> Interface:
        routes = (
            Route("GET", _PATH, self._get, answers=ClientInfo),
            Route("PUT", _PATH, self._put, asks=ClientInfo),
        )
        return Interface(MODULE, Side.RECEIVER, routes, since=VersionNumber.V2_2_1)

    async def _get(self, call: Call) -> Answer:
        hub, party = _hub(call), _party(call)
        known = await self._presences.of_party(hub, party)
        if not known:
            raise UnknownObject(f"nothing was told of {party}")
        dealt_with = (each for each in known if each.info.role == self._role)
        return Answer(codec.dump(next(dealt_with, known[0]).info))

    async def _put(self, call: Call) -> Answer:
        hub, party = _hub(call), _party(call)
        info = ClientInfo.model_validate(call.json_object())
        if (info.country_code.upper(), info.party_id.upper()) != (party.country_code, party.party_id):
            raise InvalidParameters(f"the URL names {party}, the body another party", pointer="/party_id")
        outcome = await self._presences.keep(Client(hub, party, info))
        if outcome is Outcome.STALE:
            raise InvalidParameters("this is older than what is held here", pointer="/last_updated")
        return Answer(http=HTTPStatus.CREATED if outcome is Outcome.CREATED else HTTPStatus.OK)


def _hub(call: Call) -> PartyId:
    partner = call.admitted.partner
    if partner.hub_party is None:
        raise NotOwner(f"{partner.name} is no hub")
    return partner.hub_party


def _party(call: Call) -> PartyId:
    try:
        return PartyId(call.path["country_code"], call.path["party_id"])
    except ValueError as error:
        raise UnknownObject(f"the URL names no party: {error}") from error
