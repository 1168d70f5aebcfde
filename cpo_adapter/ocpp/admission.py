"""How many stations come in at once: after an outage all of them stand at the door in the same second.

A handshake is cheap, and thousands of them together keep everybody waiting who is in already. So a few are at
work, and the next come in once the loop keeps up with those that are in; some wait their turn, and whoever
comes beyond is told when to come again, each at another time.
Spec: RFC 6455, 4.2.2 (503 while a server is too busy); RFC 9110, 10.2.3 (Retry-After).
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from ocpi.process.metrics import Across, Metrics

AT_WORK: Final = 2
WAITING: Final = 6_000
SOONEST_S: Final = 5
LATEST_S: Final = 30
_PAUSE_S: Final = 0.005
_LATE_S: Final = 0.005


class Admission:
    """`station_handshakes_waiting` and `station_handshakes_deferred_total`."""

    def __init__(self, metrics: Metrics, *, at_work: int = AT_WORK, waiting: int = WAITING) -> None:
        self._turns = asyncio.Semaphore(at_work)
        self._most = waiting
        self._waiting = 0
        self._deferred = metrics.counter(
            "station_handshakes_deferred", "Stations that were told to come again later."
        )
        gauge = metrics.gauge(
            "station_handshakes_waiting", "Stations whose handshake waits its turn.", across=Across.SUM
        )
        gauge.set_function(lambda: self._waiting)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Raises HTTPServiceUnavailable. The place of whoever leaves is free a little later."""
        if self._waiting >= self._most:
            self._deferred.inc()
            raise web.HTTPServiceUnavailable(headers={"Retry-After": str(_some_time_s())})
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free_soon()

    def _free_soon(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + _PAUSE_S
        loop.call_at(due, self._free, due)

    def _free(self, due: float) -> None:
        """Once the loop keeps up with those who are in already."""
        if asyncio.get_running_loop().time() - due < _LATE_S:
            self._turns.release()
        else:
            self._free_soon()


def _some_time_s() -> int:
    return SOONEST_S + secrets.randbelow(LATEST_S - SOONEST_S)
