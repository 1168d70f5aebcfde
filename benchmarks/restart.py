"""How soon a restarted hub delivers what is due, with a million marks in its outbox and with none.

The marks are of partners that are not to be tried yet, as after an outage. Killed, with one mark due; the
clock runs from the start of the process to the arrival, which is started several times in each state.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import aiohttp

from benchmarks.crowd import CPO, HUB, Crowd, gathered
from benchmarks.keep_alive import Connection
from benchmarks.processes import READY_WITHIN_S
from ocpi.delivery import marks
from ocpi.delivery.marks import Due
from ocpi.delivery.policy import LONGEST_PAUSE
from ocpi.process.embedded_mongo import database_url
from ocpi.process.mongo import Collection, Document, Mongo
from schemas.kinds import ObjectKind, PartyId

MARKS: Final = 1_000_000
PAIRS: Final = 5
PROMISE: Final = 1.2
_DATABASE: Final = "benchmark_restart"
_BATCH: Final = 10_000
_OF: Final = 20  # partners, all but the first of them away
_LOCATION: Final = "location/FR*CPO/loc1|*"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marks", type=int, default=MARKS)
    wanted = parser.parse_args().marks
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        return asyncio.run(measured(Path(folder), url, wanted))


async def measured(folder: Path, mongo_url: str, count: int = MARKS) -> int:
    mongo = await Mongo.connect(mongo_url, _DATABASE)
    try:
        async with (
            gathered(folder, mongo_url, _OF, _DATABASE) as crowd,
            aiohttp.ClientSession() as session,
        ):
            return await _measured(crowd, session, mongo, count)
    finally:
        mongo.close()


async def _measured(crowd: Crowd, session: aiohttp.ClientSession, mongo: Mongo, count: int) -> int:
    line = await Connection.to(crowd.hub_url)
    await line.ask(crowd.location("LOC1"))
    line.close()
    await asyncio.sleep(2)
    outbox = mongo.collection(marks.COLLECTION)
    without = [await _restarted(crowd, session, outbox) for _ in range(PAIRS + 1)][1:]
    await _fill(outbox, crowd.partners[1:], count)
    held = [await _restarted(crowd, session, outbox) for _ in range(PAIRS + 1)][1:]
    without_s, held_s = statistics.median(without), statistics.median(held)
    ratio = held_s / without_s
    print(f"restart to delivery: {without_s:.2f} s, with {count} marks {held_s:.2f} s")
    text = f"  {ratio:.2f} x, promised {PROMISE}"
    print(text if ratio <= PROMISE else f"{text}: NOT KEPT")
    return 0 if ratio <= PROMISE else 1


async def _restarted(crowd: Crowd, session: aiohttp.ClientSession, outbox: Collection) -> float:
    """Seconds from the start of the process to the arrival of the one mark that is due."""
    crowd.hub.kill()
    async with session.post(f"{crowd.receivers}/reset") as answer:
        await answer.read()
    now = datetime.now(UTC)
    due = Due(_LOCATION, ObjectKind.LOCATION, sender=HUB, to=crowd.partners[0], role="EMSP")
    await outbox.insert_one({"_id": due.mark_id, **marks.fresh(due, now), "since": now})
    began = time.perf_counter()
    crowd.hub.restart()
    async with session.get(f"{crowd.receivers}/await/1") as answer:
        await answer.read()
    took_s = time.perf_counter() - began
    await asyncio.to_thread(crowd.hub.wait_ready, READY_WITHIN_S)
    return took_s


async def _fill(outbox: Collection, parties: Sequence[PartyId], count: int) -> None:
    """Postponed for a while, as during an outage: for longer than this takes, and no longer than happens."""
    now = datetime.now(UTC)
    for begin in range(0, count, _BATCH):
        rows = [_row(parties[n % len(parties)], n, now) for n in range(begin, min(count, begin + _BATCH))]
        await outbox.insert_many(rows, ordered=False)


def _row(party: PartyId, number: int, now: datetime) -> Document:
    due = Due(f"location/FR*CPO/away{number}|*", ObjectKind.LOCATION, sender=CPO, to=party, role="EMSP")
    return {
        "_id": due.mark_id,
        **marks.fresh(due, now),
        "since": now,
        "next_try": now + 1.4 * LONGEST_PAUSE,
        "attempts": 9,
    }


if __name__ == "__main__":
    sys.exit(main())
