"""What goes wrong with a partner, each trouble as it shows on the wire.

A `Fault` is given a request and what the partner would usually do with it; faults in turn, by the clock, are
a fault too. `Faults` says which is at work for which modules, and counts whom it met. What stands here takes
nothing in, but for `slow`; what takes the request and spoils the answer is in `spoiled`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from itertools import accumulate
from typing import Final
from weakref import WeakSet

from aiohttp import web

from ocpi.process.clock import Clock, SystemClock
from simulators.endings import Fault, Usual, reset_now, until_they_leave
from simulators.spoiled import bomb, drip, endless, huge, old_clock, redirects, reset, wrong_json

__all__ = [
    "PROFILES",
    "Acting",
    "Fault",
    "Faults",
    "black_hole",
    "bomb",
    "broken",
    "dead",
    "drip",
    "endless",
    "flapping",
    "half_open",
    "huge",
    "in_turn",
    "old_clock",
    "redirects",
    "reset",
    "slow",
    "too_many",
    "wrong_json",
]

_SYSTEM: Final = SystemClock()


@dataclass(slots=True, eq=False)
class Acting:
    """A fault at work, for all modules or for some; `met` counts the requests that it has met."""

    fault: Fault
    modules: tuple[str, ...]
    met: int = 0


class Faults:
    """Of one partner. Of several that are meant for a module, the latest acts alone."""

    def __init__(self) -> None:
        self._acting: list[Acting] = []

    def begin(self, fault: Fault, *modules: str) -> Acting:
        acting = Acting(fault, modules)
        self._acting.append(acting)
        return acting

    def end(self, acting: Acting) -> None:
        self._acting.remove(acting)

    @contextmanager
    def acting(self, fault: Fault, *modules: str) -> Iterator[Acting]:
        acting = self.begin(fault, *modules)
        try:
            yield acting
        finally:
            self.end(acting)

    def meeting(self, module: str) -> Fault | None:
        """The fault that a request for this module meets; it is counted."""
        for acting in reversed(self._acting):
            if not acting.modules or module in acting.modules:
                acting.met += 1
                return acting.fault
        return None


def slow(seconds: float = 30, clock: Clock = _SYSTEM) -> Fault:
    """Everything is answered well, but late."""

    async def act(_: web.Request, usual: Usual) -> web.StreamResponse:
        answer = await usual()
        await clock.sleep(seconds)
        return answer

    return act


def dead() -> Fault:
    """Connections are reset as soon as something is asked."""

    async def act(request: web.Request, _: Usual) -> web.StreamResponse:
        return reset_now(request)

    return act


def black_hole() -> Fault:
    """What is asked is never answered."""

    async def act(request: web.Request, _: Usual) -> web.StreamResponse:
        return await until_they_leave(request)

    return act


def half_open() -> Fault:
    """A connection is good for one answer; then this end has forgotten it, and told nobody."""
    used: WeakSet[object] = WeakSet()

    async def act(request: web.Request, usual: Usual) -> web.StreamResponse:
        if request.transport in used:
            return await until_they_leave(request)
        used.add(request.transport)
        return await usual()

    return act


def too_many(retry_after_s: int = 30) -> Fault:
    """429 to everything, and when to come again."""
    return _refusing(HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(retry_after_s)})


def broken(http: int = HTTPStatus.INTERNAL_SERVER_ERROR) -> Fault:
    """500 to everything, without an envelope."""
    return _refusing(http, {})


def _refusing(http: int, headers: Mapping[str, str]) -> Fault:
    async def act(_: web.Request, __: Usual) -> web.StreamResponse:
        return web.Response(status=http, headers=headers, text="not now")

    return act


def in_turn(*phases: tuple[float, Fault | None], clock: Clock = _SYSTEM) -> Fault:
    """Each fault for so many seconds, None for health, over and over; the first begins now."""
    ends = list(accumulate(seconds for seconds, _ in phases))
    began_s = clock.monotonic()

    async def act(request: web.Request, usual: Usual) -> web.StreamResponse:
        passed_s = (clock.monotonic() - began_s) % ends[-1]
        fault = next(fault for end, (_, fault) in zip(ends, phases, strict=True) if passed_s < end)
        return await (usual() if fault is None else fault(request, usual))

    return act


def flapping(up_s: float = 5, down_s: float = 5, clock: Clock = _SYSTEM) -> Fault:
    """Well for a while, dead for a while, over and over."""
    return in_turn((up_s, None), (down_s, dead()), clock=clock)


PROFILES: Final[Mapping[str, Callable[[], Fault]]] = {
    "slow": slow,
    "dead": dead,
    "flapping": flapping,
    "429": too_many,
    "500": broken,
    "reset": reset,
    "drip": drip,
    "huge": huge,
    "wrong-json": wrong_json,
    "old-clock": old_clock,
    "black-hole": black_hole,
    "half-open": half_open,
    "endless": endless,
    "redirects": redirects,
    "bomb": bomb,
}
"""Every one by its name."""
