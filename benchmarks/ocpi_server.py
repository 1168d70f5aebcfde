"""How fast a platform answers partners: lists and pushes, held against bare aiohttp and motor in one run.

A hub in one process, MongoDB behind it, a million Locations in it; the load comes from this process, over
kept connections. Everything is timed in turn with its baseline, in pairs, and the median of the pairs counts,
so that a busy machine slows both.

A page has 50 Locations, X-Total-Count, Link, and a date_from. The page deep in the list is come to by Link
alone. A push is a session of a CPO for an eMSP that is away: answered when the session, its version and its
mark for delivery are in the journal of a majority.
"""

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from yarl import URL

from benchmarks.hub_stage import EMSP, Stage, staged
from benchmarks.keep_alive import Connection, Taken, answers_to, request
from benchmarks.many_locations import SEASON
from ocpi.process.embedded_mongo import database_url
from ocpi.wire.pagination import TOTAL, next_page
from schemas import codec
from schemas.times import datetime_text

PAGE_PROMISE: Final = 0.6  # of the rate of the bare handler, at least
DEPTH_PROMISE: Final = 1.3  # times the first page, at most
PUSH_PROMISE: Final = 0.6  # of the rate of the bare handler, at least
DEPTH: Final = 100_000
AT_ONCE: Final = 32
PAIRS: Final = 7
PAGES: Final = 400
PUSHES: Final = 1000
SESSIONS: Final = 2000
_DONE: Final = b'"status_code":1000'

Work = Callable[[], Awaitable[Taken]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000_000, help="Locations in the database")
    wanted = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        return asyncio.run(_measured(Path(folder), url, wanted))


async def _measured(folder: Path, mongo_url: str, locations: int) -> int:
    async with staged(folder, mongo_url, locations) as stage:
        kept = [
            await _pages("a month", stage, stage.now - timedelta(days=28)),
            await _pages("a season", stage, stage.now - SEASON),
            await _depth(stage, min(DEPTH, locations // 2)),
            await _pushes(stage),
        ]
    return 0 if all(kept) else 1


async def _pages(name: str, stage: Stage, since: datetime) -> bool:
    ours = [stage.pull(stage.locations(date_from=datetime_text(since)))] * PAGES
    bare_url = str(URL(f"{stage.bare_url}/page").with_query({"from": since.isoformat()}))
    theirs = [request("GET", bare_url, {})] * PAGES
    ratio = await _ratio(
        lambda: answers_to(stage.hub_url, ours, AT_ONCE, _DONE),
        lambda: answers_to(stage.bare_url, theirs, AT_ONCE, b"LOC"),
        f"pages of 50 changed in {name}",
    )
    return _told(ratio >= PAGE_PROMISE, f"  {ratio:.2f} x bare, promised {PAGE_PROMISE}")


async def _depth(stage: Stage, depth: int) -> bool:
    """One at a time: what counts is what a page costs, not what a machine can do at once."""
    first = stage.locations(date_from=datetime_text(stage.now - SEASON))
    deep = await _followed(stage, first, depth)
    alone = [[stage.pull(url)] * (PAGES // 4) for url in (first, deep)]
    pairs = [
        [statistics.median((await answers_to(stage.hub_url, asked, 1, _DONE)).each_s) for asked in alone]
        for _ in range(PAIRS)
    ]
    ratio = statistics.median(deep_s / first_s for first_s, deep_s in pairs)
    first_ms, deep_ms = (statistics.median(each) * 1000 for each in zip(*pairs, strict=True))
    print(f"page after {depth} objects {deep_ms:.2f} ms, first page {first_ms:.2f} ms")
    return _told(ratio <= DEPTH_PROMISE, f"  {ratio:.2f} x the first page, promised {DEPTH_PROMISE}")


async def _followed(stage: Stage, first: str, depth: int) -> str:
    """The Link that stands on the page before."""
    line = await Connection.to(stage.hub_url)
    url, seen, total = URL(first), 0, 0
    while seen < depth:
        answer = await line.ask(stage.pull(str(url)))
        seen += len(codec.decode(answer.body)["data"])  # type: ignore[index, call-overload, arg-type]
        total = int(answer.headers[TOTAL])
        following = next_page(answer.headers, url)
        if following is None:
            raise RuntimeError(f"the list of {total} ends after {seen}")
        url = following
    line.close()
    print(f"followed Link past {seen} of {total} objects")
    return str(url)


async def _pushes(stage: Stage) -> bool:
    states = _states(stage.now)

    def ours() -> Awaitable[Taken]:
        asked = [stage.push(stage.session(name), body) for name, body in itertools.islice(states, PUSHES)]
        return answers_to(stage.hub_url, asked, AT_ONCE, _DONE)

    def theirs() -> Awaitable[Taken]:
        asked = [
            request("PUT", f"{stage.bare_url}/sessions/{name}", {}, body)
            for name, body in itertools.islice(states, PUSHES)
        ]
        return answers_to(stage.bare_url, asked, AT_ONCE, b"stored")

    ratio = await _ratio(ours, theirs, f"pushes of a session, {AT_ONCE} at once")
    return _told(ratio >= PUSH_PROMISE, f"  {ratio:.2f} x bare, promised {PUSH_PROMISE}")


def _states(now: datetime) -> Iterator[tuple[str, bytes]]:
    """Sessions that go on and on: each state a little younger than the one before."""
    for number in itertools.count():
        name = f"S{number % SESSIONS}"
        session = {
            "country_code": "FR",
            "party_id": "CPO",
            "id": name,
            "start_date_time": datetime_text(now),
            "kwh": number // SESSIONS,
            "cdr_token": {
                "country_code": EMSP.country_code,
                "party_id": EMSP.party_id,
                "uid": "04A3B2C1D0E9F8",
                "type": "RFID",
                "contract_id": "NL-MSP-C00000001-7",
            },
            "auth_method": "WHITELIST",
            "location_id": "LOC0000001",
            "evse_uid": "LOC0000001-1",
            "connector_id": "1",
            "currency": "EUR",
            "status": "ACTIVE",
            "last_updated": datetime_text(now + timedelta(seconds=number // SESSIONS)),
        }
        yield name, codec.encode(session)


async def _ratio(ours: Work, theirs: Work, name: str) -> float:
    """Of the rates, as the median of pairs; a first pair warms up and is not counted."""
    pairs = [((await ours()).rate, (await theirs()).rate) for _ in range(PAIRS + 1)][1:]
    our_rate, their_rate = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    print(f"{name}: {our_rate:.0f}/s, bare {their_rate:.0f}/s")
    return statistics.median(one / other for one, other in pairs)


def _told(kept: bool, text: str) -> bool:  # noqa: FBT001 - the outcome, passed on
    print(text if kept else f"{text}: NOT KEPT")
    return kept


if __name__ == "__main__":
    sys.exit(main())
