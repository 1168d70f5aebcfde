"""An eMSP that is slow, fails and goes away, and remembers what it was told in between."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any, Final

from ocpi.wire.interfaces import Side
from simulators.partner import Reply, Request, SimulatedPartner

_MODULES: Final = (("sessions", "PUT"), ("locations", "PUT"), ("cdrs", "POST"))
_TAKES_AT_MOST_S: Final = 0.05
_AWAY_FOR_AT_MOST_S: Final = 1.5


class Issuer:
    """`states` are the last ones by module and path, `bills` all that came by id, the same one perhaps often.

    `met` names what was on the way twice at the same time.
    """

    def __init__(self, partner: SimulatedPartner, chance: random.Random) -> None:
        self.partner = partner
        self.states: dict[tuple[str, str], Any] = {}
        self.bills: defaultdict[str, list[Any]] = defaultdict(list)
        self.met: list[str] = []
        self._chance = chance
        self._on_the_way: Counter[str] = Counter()
        for module, method in _MODULES:
            partner.answer(method, module, Side.RECEIVER, self._reply)

    async def comes_and_goes(self, goes_on: Callable[[], bool]) -> None:
        while goes_on():
            await asyncio.sleep(self._chance.uniform(0, _AWAY_FOR_AT_MOST_S))
            self.partner.is_online = not self.partner.is_online
        self.partner.is_online = True

    async def _reply(self, request: Request) -> Reply:
        """In one of thirty cases it fails before it has kept anything, in another one after that."""
        name = self._name(request)
        if self._on_the_way[name]:
            self.met.append(name)
        self._on_the_way[name] += 1
        await asyncio.sleep(self._chance.uniform(0, _TAKES_AT_MOST_S))
        self._on_the_way[name] -= 1
        case = self._chance.randrange(30)
        if case > 0:
            self._keep(request)
        return Reply(http=500, status_code=3000) if case in (0, 1) else _done(request, self.partner)

    @staticmethod
    def _name(request: Request) -> str:
        return f"{request.module} {request.path or request.json()['id']}"

    def _keep(self, request: Request) -> None:
        if request.module == "cdrs":
            self.bills[request.json()["id"]].append(request.json())
        else:
            self.states[request.module, request.path] = request.json()


def _done(request: Request, partner: SimulatedPartner) -> Reply:
    if request.module != "cdrs":
        return Reply()
    location = f"{partner.url_of('cdrs', Side.RECEIVER)}/{request.json()['id']}"
    return Reply(headers={"Location": location})
