"""Every functional module of the hub goes through this door: who asks, what for, and then the scenario's way.

Pushes are stored and forwarded, so that a receiver that is away loses nothing; everything else is
passed on while the asker waits.
"""

from dataclasses import dataclass
from typing import Final, assert_never

from hub.routing import scenario as scenarios
from hub.routing.holdings import Holdings
from hub.routing.links import PARAMETER
from hub.routing.open_routing import AUTHORIZE_BUDGET, OpenRouting
from hub.routing.parties import calling_party, check_agreement
from hub.routing.pushes import Pushes
from hub.routing.relay import Relay
from ocpi.errors import NotRoutable
from ocpi.objects.kinds import BY_MODULE
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.paths import REST
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId

_METHODS: Final = ("GET", "PUT", "PATCH", "POST", "DELETE")


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a request can go."""

    relay: Relay
    pushes: Pushes
    open_routing: OpenRouting
    holdings: Holdings


class Router:
    def __init__(self, *, hub: PartyId, directory: Directory, clock: Clock, ways: Ways) -> None:
        self._hub = hub
        self._directory = directory
        self._clock = clock
        self._ways = ways

    def interfaces(self) -> list[Interface]:
        """Both sides of every module that carries objects."""
        routes = tuple(Route(method, path, self.route) for path in ("", REST) for method in _METHODS)
        return [Interface(module, side, routes) for module in BY_MODULE for side in Side]

    async def route(self, call: Call) -> Answer:
        party = calling_party(call)
        if call.method == "GET" and PARAMETER in call.query:
            return await self._ways.relay.follow(call, party, call.query[PARAMETER])
        asked = scenarios.Asked(call.routing.to, call.method, call.module, call.side, is_list=not call.rest)
        match scenarios.scenario(asked, self._hub):
            case scenarios.Direct(to=to):
                return await self._direct(call, party, to)
            case scenarios.Broadcast():
                return await self._ways.pushes.to_all(call, party)
            case scenarios.OpenRouting():
                return await self._open(call, party)
            case scenarios.GetAll():
                return await self._ways.holdings.everything(call, party)
            case other:
                assert_never(other)

    async def _direct(self, call: Call, party: PartyId, to: PartyId) -> Answer:
        if _is_push(call):
            return await self._ways.pushes.to_one(call, party, to)
        check_agreement(self._directory, call, party, to)
        if _is_bill(call):
            return await self._ways.holdings.bill(call, party)
        until = self._clock.now() + AUTHORIZE_BUDGET if _is_authorize(call) else None
        return await self._ways.relay.pass_on(call, self._ways.relay.leg(call, party, to), until)

    async def _open(self, call: Call, party: PartyId) -> Answer:
        if _is_authorize(call):
            return await self._ways.open_routing.authorize(call, party)
        if _is_bill(call):
            return await self._ways.holdings.bill(call, party)
        if _is_push(call):
            return await self._direct(call, party, await self._ways.open_routing.receiver(call, party))
        raise NotRoutable("the receiving party cannot be told from this request: name it in OCPI-to headers")


def _is_push(call: Call) -> bool:
    return call.side is Side.RECEIVER and call.method != "GET"


def _is_bill(call: Call) -> bool:
    """A GET of the Location that a CDR was answered with."""
    is_read = call.side is Side.RECEIVER and call.method == "GET"
    return is_read and call.module == "cdrs" and bool(call.rest)


def _is_authorize(call: Call) -> bool:
    is_posted = call.module == "tokens" and call.side is Side.SENDER and call.method == "POST"
    return is_posted and call.rest[1:] == ("authorize",)
