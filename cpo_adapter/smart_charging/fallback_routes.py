"""Fallback profiles, for the operator.

GET  /admin/v1/fallbacks          which station keeps which, as far as it shows
POST /admin/v1/fallbacks/check    {"identity": …}: look now, and set it where it is gone
"""

from typing import Annotated, Any

from aiohttp import web
from pydantic import StringConstraints

from cpo_adapter.smart_charging.fallback_checks import FallbackChecks
from cpo_adapter.smart_charging.fallback_store import Fallback, FallbackStore
from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Request


class Check(Request):
    identity: Annotated[str, StringConstraints(min_length=1, max_length=48)]


class FallbackRoutes:
    def __init__(self, checks: FallbackChecks, store: FallbackStore) -> None:
        self._checks = checks
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/fallbacks", self._listed), web.post("/fallbacks/check", self._check)]

    async def _listed(self, _: web.Request) -> web.Response:
        return reply([_row(each) for each in await self._store.listed()])

    async def _check(self, request: web.Request) -> web.Response:
        wanted = Check.model_validate(await read(request))
        return reply(_row(await self._checks.check(wanted.identity)))


def _row(fallback: Fallback) -> dict[str, Any]:
    purpose = "ChargePointMaxProfile" if fallback.wanted.is_for_all else "TxDefaultProfile"
    return {
        "identity": fallback.station,
        "amperes": fallback.wanted.amperes,
        "purpose": purpose,
        "standing": fallback.standing,
        "set_at": fallback.at,
    }
