"""A fault, or health, that notes what passes: how often, how long each request was held, what was said."""

from collections import Counter

from aiohttp import web

from ocpi.process.clock import SystemClock
from simulators.endings import Fault, Usual


class Watched:
    """`held_s` has an entry for each request that is over."""

    def __init__(self, fault: Fault | None = None) -> None:
        self.met = 0
        self.held_s: list[float] = []
        self.said: Counter[int] = Counter()
        self._fault = fault
        self._clock = SystemClock()

    async def __call__(self, request: web.Request, usual: Usual) -> web.StreamResponse:
        self.met += 1
        began_s = self._clock.monotonic()
        try:
            answer = await (usual() if self._fault is None else self._fault(request, usual))
        finally:
            self.held_s.append(self._clock.monotonic() - began_s)
        self.said[answer.status] += 1
        return answer
