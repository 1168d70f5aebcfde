"""Cards, for the operator: who does not know yet that one is blocked, and what is odd about them.

GET /admin/v1/tokens/{country_code}/{party_id}/{uid}/known?type=RFID
GET /admin/v1/tokens/alarms
"""

from typing import Any, Final

from aiohttp import web

from hub.authorization.alarms import Alarms
from hub.authorization.known import Knowledge, Standing
from ocpi.admin.app import reply
from ocpi.admin.problems import problem
from ocpi.errors import UnknownObject
from ocpi.objects.kinds import token_key
from ocpi.process.mongo import Document
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import TokenType

_MOST: Final = 500


class CardRoutes:
    def __init__(self, knowledge: Knowledge, alarms: Alarms) -> None:
        self._knowledge = knowledge
        self._alarms = alarms

    def routes(self) -> list[web.RouteDef]:
        known = "/tokens/{country_code}/{party_id}/{uid}/known"
        return [web.get("/tokens/alarms", self._alarmed), web.get(known, self._known)]

    async def _known(self, request: web.Request) -> web.Response:
        named = request.match_info
        issuer = PartyId(named["country_code"], named["party_id"])
        key = token_key(issuer, named["uid"], request.query.get("type", TokenType.RFID))
        try:
            held, standings = await self._knowledge.of(key)
        except UnknownObject as error:
            return problem(error.http_status, error.text)
        told = {name: held.value().get(name) for name in ("valid", "whitelist", "last_updated")}
        return reply({**told, "cpos": [_shown(each) for each in standings]})

    async def _alarmed(self, _: web.Request) -> web.Response:
        return reply([_raised(each) for each in await self._alarms.listed(_MOST)])


def _shown(standing: Standing) -> dict[str, Any]:
    waits = ("since", "attempts", "last_error", "parked")
    marked = {name: standing.mark.get(name) for name in waits}
    return {"cpo": str(standing.cpo), "state": standing.state, **marked}


def _raised(alarm: Document) -> dict[str, Any]:
    named = ("kind", "asker", "card", "claimants", "times", "first_at", "last_at")
    return {name: alarm.get(name) for name in named}
