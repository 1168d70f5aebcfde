"""Keys and security profiles of stations, for the operator.

POST /admin/v1/stations/add            {"identity": …, "anew": false}: a one-time password, told this once
POST /admin/v1/stations/adopt          {"identity": …}: trust an unknown one with what it knocked with
POST /admin/v1/stations/rotate_key     {"identity": …}: another key, over the wire
POST /admin/v1/stations/raise_profile  {"identity": …, "profile": 2}
GET  /admin/v1/stations/knocks         who was refused lately, and why
"""

from typing import Annotated, Any
from urllib.parse import quote

from aiohttp import web
from pydantic import Field, StringConstraints

from cpo_adapter.ocpp.credentials import Profile
from cpo_adapter.ocpp.refusals import Knock
from cpo_adapter.stations import leaflet
from cpo_adapter.stations.knocks import Knocks
from cpo_adapter.stations.provisioning import Provisioning
from cpo_adapter.stations.told import Told
from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Request


class OfStation(Request):
    identity: Annotated[str, StringConstraints(min_length=1, max_length=48)]


class Add(OfStation):
    anew: bool = False


class Raise(OfStation):
    profile: Annotated[int, Field(ge=1, le=3)]


class SecurityRoutes:
    def __init__(self, *, provisioning: Provisioning, knocks: Knocks, url: str) -> None:
        """`url`: where stations connect, without their identity."""
        self._provisioning = provisioning
        self._knocks = knocks
        self._url = url

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/stations/add", self._add),
            web.post("/stations/adopt", self._adopt),
            web.post("/stations/rotate_key", self._rotate),
            web.post("/stations/raise_profile", self._raise),
            web.get("/stations/knocks", self._listed),
        ]

    async def _add(self, request: web.Request) -> web.Response:
        wanted = Add.model_validate(await read(request))
        added = await self._provisioning.add(wanted.identity, anew=wanted.anew)
        told = {
            "identity": added.station,
            "url": f"{self._url}/{quote(added.station, safe='')}",
            "password": added.password,
            "security_profile": int(added.profile),
            "configuration": leaflet.configuration(added.password, added.profile),
            "variables": leaflet.variables(added.station, added.password),
        }
        return reply(told)

    async def _adopt(self, request: web.Request) -> web.Response:
        wanted = OfStation.model_validate(await read(request))
        await self._provisioning.adopt(wanted.identity)
        return reply({"identity": wanted.identity})

    async def _rotate(self, request: web.Request) -> web.Response:
        wanted = OfStation.model_validate(await read(request))
        told = await self._provisioning.rotate(wanted.identity)
        old = "void" if told.is_accepted else "good until the new one is used"
        return reply({"identity": wanted.identity, **_told(told), "old_key": old})

    async def _raise(self, request: web.Request) -> web.Response:
        wanted = Raise.model_validate(await read(request))
        told = await self._provisioning.raise_profile(wanted.identity, Profile(wanted.profile))
        return reply({"identity": wanted.identity, "profile": wanted.profile, **_told(told)})

    async def _listed(self, _: web.Request) -> web.Response:
        return reply([_knock(each) for each in await self._knocks.latest()])


def _told(told: Told) -> dict[str, Any]:
    return {"outcome": told.outcome.value if told.outcome else None, "reason": told.reason}


def _knock(knock: Knock) -> dict[str, Any]:
    return {
        "identity": knock.identity,
        "why": knock.why.value,
        "address": knock.address,
        "times": knock.times,
        "first_at": knock.first_at,
        "last_at": knock.last_at,
        "can_be_adopted": knock.is_adoptable,
    }
