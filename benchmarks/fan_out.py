"""How fast the status of an EVSE reaches a hundred partners, held against a bare client loop.

A CPO pushes one status after the other, each of another Location, as fast as the hub takes them; the clock
stops when the last partner has the last of them. The bare loop is told as often to post what the hub sent to
the same receivers. In pairs, so that a busy machine slows both.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import aiohttp

from benchmarks.crowd import Crowd, gathered
from benchmarks.keep_alive import Connection
from benchmarks.processor import processor_s
from ocpi.process.embedded_mongo import database_url

PARTNERS: Final = 100
STATUSES: Final = 20
NAMES: Final = [f"LOC{number}" for number in range(STATUSES)]
PAIRS: Final = 5
PROMISE: Final = 0.5

Fan = Callable[[int], Awaitable[None]]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        return asyncio.run(measured(Path(folder), url))


async def measured(folder: Path, mongo_url: str) -> int:
    async with gathered(folder, mongo_url, PARTNERS) as crowd, aiohttp.ClientSession() as session:
        return await _measured(crowd, session)


async def _measured(crowd: Crowd, session: aiohttp.ClientSession) -> int:
    line = await Connection.to(crowd.hub_url)
    for name in NAMES:
        await line.ask(crowd.location(name))
    await _all_have(session, crowd, STATUSES)
    async with session.get(f"{crowd.receivers}/last") as answer:
        body = await answer.read()

    async def ours(pair: int) -> None:
        for name in NAMES:
            await line.ask(crowd.status(name, 1 + pair))

    async def theirs(_: int) -> None:
        for _name in NAMES:
            async with session.post(f"{crowd.bare}/fan_out", data=body) as done:
                await done.read()

    pairs = await _in_pairs(session, crowd, ours, theirs)
    ratio = statistics.median(bare_s / hub_s for hub_s, bare_s in pairs)
    hub_ms, bare_ms = (statistics.median(each) * 1000 / STATUSES for each in zip(*pairs, strict=True))
    print(f"a status to {PARTNERS} partners: {hub_ms:.1f} ms, bare loop {bare_ms:.1f} ms")
    text = f"  {ratio:.2f} x bare, promised {PROMISE}"
    print(text if ratio >= PROMISE else f"{text}: NOT KEPT")
    return 0 if ratio >= PROMISE else 1


async def _in_pairs(
    session: aiohttp.ClientSession, crowd: Crowd, ours: Fan, theirs: Fan
) -> list[tuple[float, float]]:
    """Seconds of both; the first pair warms up."""
    pids = (crowd.hub.child.pid, crowd.bare_pid)
    before = [processor_s(pid) for pid in pids]
    pairs = [
        (await _took(session, crowd, ours, pair), await _took(session, crowd, theirs, pair))
        for pair in range(PAIRS + 1)
    ]
    deliveries = (PAIRS + 1) * STATUSES * PARTNERS
    each_us = [(processor_s(pid) - spent) * 1e6 / deliveries for pid, spent in zip(pids, before, strict=True)]
    print(f"processor time of a delivery: {each_us[0]:.0f} us, bare {each_us[1]:.0f} us")
    return pairs[1:]


async def _took(session: aiohttp.ClientSession, crowd: Crowd, fan: Fan, pair: int) -> float:
    async with session.post(f"{crowd.receivers}/reset") as answer:
        await answer.read()
    began = time.perf_counter()
    await fan(pair)
    await _all_have(session, crowd, STATUSES)
    return time.perf_counter() - began


async def _all_have(session: aiohttp.ClientSession, crowd: Crowd, statuses: int) -> None:
    async with session.get(f"{crowd.receivers}/await/{statuses * PARTNERS}") as answer:
        await answer.read()


if __name__ == "__main__":
    sys.exit(main())
