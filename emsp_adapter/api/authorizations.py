"""Answers to CPOs, for the back office: how often which was given, and those that somebody should look at.

GET /admin/v1/authorizations             how often each answer was given
GET /admin/v1/authorizations/warnings    how often each warning was raised
GET /admin/v1/authorizations/answers     the newest first; ?warned=true&warning=TOO_FAR&allowed=BLOCKED
                                         &contract_id=…&before=…&limit=…
"""

from typing import Annotated, Any

from aiohttp import web
from pydantic import AwareDatetime, Field

from emsp_adapter.authorization.answers import Answers, Sought
from emsp_adapter.contracts.verdict import Reason
from ocpi.admin.app import reply
from ocpi.admin.bodies import Request
from ocpi.process.mongo import Document
from schemas.times import datetime_text
from schemas.v2_3_0.enums import AllowedType


class Listed(Request):
    allowed: AllowedType | None = None
    warning: Reason | None = None
    warned: bool = False
    contract_id: str | None = None
    before: AwareDatetime | None = None
    limit: Annotated[int, Field(gt=0, le=5000)] = 100

    def sought(self) -> Sought:
        return Sought(
            allowed=self.allowed,
            warning=self.warning,
            is_warned=self.warned,
            contract_id=self.contract_id,
            before=self.before,
        )


class AuthorizationRoutes:
    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/authorizations", self._counted),
            web.get("/authorizations/warnings", self._warnings),
            web.get("/authorizations/answers", self._list),
        ]

    async def _counted(self, _: web.Request) -> web.Response:
        return reply(await self._answers.counted())

    async def _warnings(self, _: web.Request) -> web.Response:
        return reply(await self._answers.warnings())

    async def _list(self, request: web.Request) -> web.Response:
        wanted = Listed.model_validate(dict(request.query))
        found = await self._answers.newest(wanted.sought(), wanted.limit)
        return reply([_shown(each) for each in found])


def _shown(answer: Document) -> dict[str, Any]:
    return {
        "authorization_reference": answer["_id"],
        "at": datetime_text(answer["at"]),
        "uid": answer["uid"],
        "type": answer["type"],
        "contract_id": answer.get("contract_id"),
        "cpo": answer["cpo"],
        "location_id": answer["location_id"],
        "allowed": answer["allowed"],
        "reason": answer.get("reason"),
        "warnings": answer.get("warnings", []),
    }
