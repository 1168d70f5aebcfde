"""Signed readings, for the operator.

GET  /admin/v1/metering/checks?alarmed=true        what was found out, the newest first
GET  /admin/v1/metering/transactions/{number}      the readings of a transaction as they came
GET  /admin/v1/metering/keys                       which meter signs with which key
POST /admin/v1/metering/keys/trust                 {"station": …, "evse": 1, "key": …}: a new meter
"""

from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field, StringConstraints

from cpo_adapter.metrology.key_registry import KeyRegistry
from cpo_adapter.metrology.model import MeterPlace
from cpo_adapter.metrology.store import SignedStore, digest
from cpo_adapter.ocpp.events import SignedReading
from ocpi.admin.app import acting_operator, read, reply
from ocpi.admin.bodies import Request
from ocpi.process.mongo import Document

_MOST: Final = 500


class Trust(Request):
    station: Annotated[str, StringConstraints(min_length=1, max_length=48)]
    evse: Annotated[int, Field(ge=1)]
    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class MetrologyRoutes:
    def __init__(self, store: SignedStore, keys: KeyRegistry) -> None:
        self._store = store
        self._keys = keys

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/metering/checks", self._checks),
            web.get(r"/metering/transactions/{number:\d{1,10}}", self._readings),
            web.get("/metering/keys", self._listed),
            web.post("/metering/keys/trust", self._trust),
        ]

    async def _checks(self, request: web.Request) -> web.Response:
        alarmed = request.query.get("alarmed") == "true"
        return reply([_check(each) for each in await self._store.checks(_MOST, alarmed=alarmed)])

    async def _readings(self, request: web.Request) -> web.Response:
        """Empty where nothing was signed."""
        found = await self._store.of(int(request.match_info["number"]))
        return reply([_reading(each) for each in found])

    async def _listed(self, _: web.Request) -> web.Response:
        return reply(await self._keys.listed())

    async def _trust(self, request: web.Request) -> web.Response:
        wanted = Trust.model_validate(await read(request))
        place = MeterPlace(wanted.station, wanted.evse)
        await self._keys.trust(place, wanted.key, acting_operator())
        return reply({"station": wanted.station, "evse": wanted.evse, "key": wanted.key})


def _check(stored: Document) -> dict[str, Any]:
    named = ("station", "evse", "verdict", "alarms", "at")
    return {"transaction": stored["_id"], **{name: stored[name] for name in named}}


def _reading(reading: SignedReading) -> dict[str, Any]:
    return {
        "at": reading.at,
        "sha256": digest(reading),
        "encodingMethod": reading.encoding,
        "publicKey": reading.public_key,
        "signedMeterData": reading.data,
    }
