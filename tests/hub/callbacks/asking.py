"""An eMSP that gives commands through the hub, a CPO that promises a result, and brings it."""

from datetime import datetime
from typing import Any

from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, Reply, Request
from tests import build
from tests.platforms import CPO, EMSP
from tests.roaming import Roaming

IDS = MessageIds("request-1", "correlation-1")
BACK = Routing(to=EMSP, sender=CPO)


class Asking:
    """`promised` are the requests that reached the CPO."""

    def __init__(self, roaming: Roaming, reply: Reply | None = None) -> None:
        self.roaming = roaming
        self.promised: list[Request] = []
        self._reply = reply or Reply({"result": "ACCEPTED", "timeout": 30})
        for module, method in (
            ("commands", "POST"),
            ("chargingprofiles", "GET"),
            ("chargingprofiles", "PUT"),
            ("chargingprofiles", "DELETE"),
        ):
            roaming.cpo.answer(method, module, Side.RECEIVER, self._answer)

    def _answer(self, arrived: Request) -> Reply:
        self.promised.append(arrived)
        return self._reply

    @property
    def own_url(self) -> str:
        """Where the eMSP awaits results of commands."""
        return f"{self.roaming.emsp.url_of('commands', Side.SENDER)}/START_SESSION/mine"

    @property
    def hub_url(self) -> str:
        """What the CPO was given in its place, last."""
        arrived = self.promised[-1]
        return arrived.query["response_url"] if "response_url" in arrived.query else told_url(arrived)

    async def command(
        self, name: str = "START_SESSION", to: PartyId | None = CPO, body: Any = None, **more: Any
    ) -> Heard:
        routing = Routing(to=to, sender=EMSP)
        told = body if isinstance(body, bytes) else {"response_url": self.own_url, **(body or START), **more}
        return await self.roaming.emsp.call(
            "POST", "commands", Side.RECEIVER, name, routing=routing, body=told, ids=IDS
        )

    async def result(self, result: str, url: str | None = None, routing: Routing = BACK) -> Heard:
        return await self.roaming.cpo.tell_result(url or self.hub_url, {"result": result}, routing)

    def results(self) -> list[Request]:
        """What the eMSP was told at its own addresses."""
        return [each for each in self.roaming.emsp.received if each.side is Side.SENDER]


def told_url(arrived: Request) -> str:
    return str(arrived.json()["response_url"])


START = {"token": build.token().to_wire(), "location_id": "LOC1"}


def reservation(until: datetime) -> dict[str, Any]:
    return {**START, "reservation_id": "R1", "expiry_date": until.strftime("%Y-%m-%dT%H:%M:%SZ")}
