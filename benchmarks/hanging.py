"""What one partner that hangs costs the others: their p99 with and without it, in alternating pairs.

Fifty partners; a CPO pushes a status a few times a second, as stations do. How long it takes is measured from
the push to the arrival at each of the forty-nine that are well. Then one answers after thirty seconds.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import aiohttp

from benchmarks.crowd import Crowd, gathered
from benchmarks.keep_alive import Connection
from ocpi.process.embedded_mongo import database_url

PARTNERS: Final = 50
HANGS_S: Final = 30
STATUSES: Final = 60
PAUSE_S: Final = 0.15
PAIRS: Final = 5
PROMISE: Final = 1.1
_HANGING: Final = 0


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        return asyncio.run(measured(Path(folder), url))


async def measured(folder: Path, mongo_url: str) -> int:
    async with (
        gathered(folder, mongo_url, PARTNERS, "benchmark_hanging") as crowd,
        aiohttp.ClientSession() as session,
    ):
        return await _measured(crowd, session)


async def _measured(crowd: Crowd, session: aiohttp.ClientSession) -> int:
    line = await Connection.to(crowd.hub_url)
    async with session.post(f"{crowd.receivers}/ignore/{_HANGING}") as answer:
        await answer.read()
    await line.ask(crowd.location("LOC1"))
    await asyncio.sleep(2)
    pairs = [
        (
            await _p99(crowd, session, line, 2 * pair, 0),
            await _p99(crowd, session, line, 2 * pair + 1, HANGS_S),
        )
        for pair in range(PAIRS + 1)
    ][1:]
    well, hanging = zip(*pairs, strict=True)
    ratio = statistics.median(one / other for other, one in pairs)
    spread = max(well) / statistics.median(well)
    print(f"p99 of {PARTNERS - 1} partners: {statistics.median(well) * 1000:.0f} ms;", end=" ")
    print(f"{statistics.median(hanging) * 1000:.0f} ms while one hangs {HANGS_S} s")
    kept = ratio <= max(PROMISE, spread)
    text = f"  {ratio:.2f} x, promised {PROMISE} or the baseline's own spread ({spread:.2f})"
    print(text if kept else f"{text}: NOT KEPT")
    return 0 if kept else 1


async def _p99(
    crowd: Crowd, session: aiohttp.ClientSession, line: Connection, turn: int, hangs_s: int
) -> float:
    """In seconds, of the partners that do not hang."""
    for path in (f"hang/{_HANGING}/{hangs_s}", "reset"):
        async with session.post(f"{crowd.receivers}/{path}") as answer:
            await answer.read()
    taken: list[float] = []
    for number in range(STATUSES):
        began, before = time.time(), number * (PARTNERS - 1)
        await line.ask(crowd.status("LOC1", 1 + turn * STATUSES + number))
        async with session.get(f"{crowd.receivers}/await/{before + PARTNERS - 1}") as answer:
            await answer.read()
        taken += [at - began for at in await _arrivals(crowd, session)]
        await asyncio.sleep(PAUSE_S)
    return statistics.quantiles(taken, n=100)[98]


async def _arrivals(crowd: Crowd, session: aiohttp.ClientSession) -> list[float]:
    """Of the last status."""
    async with session.get(f"{crowd.receivers}/arrivals") as answer:
        return [at for _, at in (await answer.json())[-(PARTNERS - 1) :]]


if __name__ == "__main__":
    sys.exit(main())
