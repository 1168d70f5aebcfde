"""A CPO that is told to do something: how it answers at once, and what it tells later."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests import build
from tests.emsp_adapter.conftest import Issuing
from tests.platforms import CPO, EMSP, operate

BACK = Routing(to=EMSP, sender=CPO)
START = {"command": "START_SESSION", "cpo": str(CPO), "location_id": "LOC1", "token": {"uid": "04AA"}}


@dataclass(frozen=True, slots=True)
class Obeying:
    """The eMSP under test and a CPO that answers every command alike."""

    issuing: Issuing

    @property
    def cpo(self) -> SimulatedPartner:
        return self.issuing.cpo

    def answers(self, result: str, *, module: str = "commands", timeout: int = 120) -> None:
        data = {"result": result} if self.cpo.version == "2.1.1" else {"result": result, "timeout": timeout}
        for method in ("POST", "PUT", "GET", "DELETE"):
            self.cpo.answer(method, module, Side.RECEIVER, lambda _: Reply(data))

    async def give(self, **wanted: Any) -> Any:
        """A start as the back office gives it, changed by keyword into anything else."""
        return await self.order({**START, **wanted})

    async def order(self, wanted: dict[str, Any]) -> Any:
        return await operate(self.issuing.emsp, "/commands", wanted)

    async def read(self, path: str, **query: str) -> Any:
        return await asyncio.to_thread(self.issuing.emsp.admin.get, path, **query)

    async def shown(self, command: Any) -> Any:
        return await self.read(f"/commands/{command['id']}")

    def asked(self, module: str = "commands") -> Request:
        """The one thing that the CPO was asked."""
        (request,) = self.cpo.heard(module)
        return request

    async def tell(self, asked: Request, result: Any, routing: Routing = BACK) -> Heard:
        """The result, to the response_url of what was asked."""
        told = {"result": result} if isinstance(result, str) else result
        return await self.cpo.tell_result(response_url(asked), told, routing)

    async def pushes_session(self, **changes: Any) -> Heard:
        session = build.session(**changes)
        path = (CPO.country_code, CPO.party_id, session.id)
        return await self.issuing.push("PUT", "sessions", *path, body=session.to_wire())


def response_url(asked: Request) -> str:
    if asked.body:
        return str(asked.json()["response_url"])
    return asked.query["response_url"]


def last_segment(url: str) -> str:
    return urlsplit(url).path.rsplit("/", 1)[1]
