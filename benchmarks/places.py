"""How fast an eMSP finds places for apps, held against the same query by bare aiohttp and motor in one run.

An eMSP adapter in one process, MongoDB behind it, a hundred thousand Locations of ten CPOs in it; the bare
server is one process too, on the same database. Each request asks for the twenty nearest to a point in a
town: over the API with its key, its agreements, its filters and its order, and bare for the same documents.
Once more with what a charge would cost at each connector, of which nothing is promised.
The load comes from this process, over kept connections; all is timed in turn with its baseline, in pairs, and
the median of the pairs counts.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from yarl import URL

from benchmarks.keep_alive import Connection, answers_to, request
from benchmarks.many_places import settle, towns
from benchmarks.processes import READY_WITHIN_S, a_child
from ocpi.process.embedded_mongo import database_url
from ocpi.process.mongo import Mongo
from passerelle.demo.services import Process, free_ports
from schemas import codec
from schemas.kinds import PartyId

PROMISE: Final = 0.5  # of the rate of the bare query, at least
OWNERS: Final = tuple(PartyId("FR", f"C{number:02}") for number in range(10))
EMSP: Final = PartyId("NL", "MSP")
DATABASE: Final = "benchmark_places"
AT_ONCE: Final = 16
PAIRS: Final = 7
ASKED: Final = 300
LIMIT: Final = 20
RADIUS_M: Final = 10_000
_CHARGE: Final = {"energy_kwh": "30", "minutes": "45"}


@dataclass(frozen=True, slots=True)
class Stage:
    api: str
    bare: str
    headers: Mapping[str, str]

    def ours(self, point: Mapping[str, str], **more: str) -> bytes:
        url = URL(f"{self.api}/api/v1/locations/near").with_query({**point, **more})
        return request("GET", str(url), self.headers)

    def theirs(self, point: Mapping[str, str]) -> bytes:
        return request("GET", str(URL(f"{self.bare}/near").with_query(point)), {})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000, help="Locations in the database")
    wanted = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        return asyncio.run(_measured(Path(folder), url, wanted))


async def _measured(folder: Path, mongo_url: str, locations: int) -> int:
    async with _staged(folder, mongo_url, locations) as stage:
        points = _points()
        await _check_same(stage, points[:20])
        ratio = await _ratio(stage, points, "the nearest 20")
        kept = ratio >= PROMISE
        print(f"  promised {PROMISE}{'' if kept else ': NOT KEPT'}")
        await _ratio(stage, points, "the nearest 20 with prices", **_CHARGE)
    return 0 if kept else 1


def _points() -> list[dict[str, str]]:
    chance = random.Random(7)  # noqa: S311 - the same in every run
    middles = (chance.choice(towns()) for _ in range(ASKED))
    return [
        {
            "latitude": f"{latitude + chance.gauss(0, 0.03):.5f}",
            "longitude": f"{longitude + chance.gauss(0, 0.03):.5f}",
            "radius_m": str(RADIUS_M),
            "limit": str(LIMIT),
        }
        for latitude, longitude in middles
    ]


async def _check_same(stage: Stage, points: list[dict[str, str]]) -> None:
    """Both answer with the same documents, in the same order."""
    api, bare = await Connection.to(stage.api), await Connection.to(stage.bare)
    for point in points:
        ours: Any = codec.decode((await api.ask(stage.ours(point))).body)
        theirs: Any = codec.decode((await bare.ask(stage.theirs(point))).body)
        if [each["id"] for each in ours["locations"]] != [each["id"] for each in theirs]:
            raise RuntimeError(f"not the same documents are found at {point}")
    api.close()
    bare.close()


async def _ratio(stage: Stage, points: list[dict[str, str]], name: str, **more: str) -> float:
    """Of the rates, as the median of pairs; a first pair warms up and is not counted."""
    ours = [stage.ours(point, **more) for point in points]
    theirs = [stage.theirs(point) for point in points]
    pairs = [
        (
            (await answers_to(stage.api, ours, AT_ONCE, b'"distance_m"')).rate,
            (await answers_to(stage.bare, theirs, AT_ONCE, b'"evses"')).rate,
        )
        for _ in range(PAIRS + 1)
    ][1:]
    our_rate, bare_rate = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"{name}, {AT_ONCE} at once: {our_rate:.0f}/s, bare {bare_rate:.0f}/s: {ratio:.2f} x bare")
    return ratio


@asynccontextmanager
async def _staged(folder: Path, mongo_url: str, locations: int) -> AsyncIterator[Stage]:
    await _fill(mongo_url, locations)
    port, admin_port, api_port, bare_port = free_ports(4)
    environ = {
        **os.environ,
        "PASSERELLE_MONGO_URL": mongo_url,
        "PASSERELLE_DATA_FOLDER": str(folder),
        "PASSERELLE_ALLOW_PRIVATE": "true",
        "EMSP_PORT": str(port),
        "EMSP_ADMIN_PORT": str(admin_port),
        "EMSP_API_PORT": str(api_port),
        "EMSP_DATABASE": DATABASE,
        "EMSP_PARTY": str(EMSP),
    }
    emsp = Process.start("emsp", environ, folder)
    try:
        with a_child(folder, "bare_places", str(bare_port), mongo_url, DATABASE):
            emsp.wait_ready(READY_WITHIN_S)
            for owner in OWNERS:
                emsp.admin().post("/agreements", {"cpo": str(owner), "emsp": str(EMSP)})
            wanted = {"name": "bench", "kind": "APP", "scopes": ["locations:read"]}
            key = emsp.admin().post("/api_keys", wanted)["key"]
            yield Stage(
                f"http://127.0.0.1:{api_port}",
                f"http://127.0.0.1:{bare_port}",
                {"Authorization": f"Bearer {key}"},
            )
    finally:
        emsp.stop()


async def _fill(mongo_url: str, locations: int) -> None:
    mongo = await Mongo.connect(mongo_url, DATABASE)
    await settle(mongo, OWNERS, locations, datetime.now(UTC).replace(microsecond=0))
    mongo.close()


if __name__ == "__main__":
    sys.exit(main())
