"""How many stations come in at once: after an outage all of them stand at the door in the same second.

A handshake is cheap, and thousands of them together keep everybody waiting who is in already. So a few are at
work, some wait their turn, and whoever comes beyond is told when to come again, each at another time.
Spec: RFC 6455, 4.2.2 (503 while a server is too busy); RFC 9110, 10.2.3 (Retry-After).
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from ocpi.process.metrics import Across, Metrics

AT_WORK: Final = 8
WAITING: Final = 2_000
SOONEST_S: Final = 5
LATEST_S: Final = 30


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
        """Raises HTTPServiceUnavailable. Whoever leaves lets those have the loop who are in already."""
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
            await asyncio.sleep(0)
        finally:
            self._turns.release()


def _some_time_s() -> int:
    return SOONEST_S + secrets.randbelow(LATEST_S - SOONEST_S)
