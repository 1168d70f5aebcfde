"""What stations that sin cost whoever simulates them: messages a second, processor time, memory.

Stations of all versions, each with every sin by a chance of one in twenty, charge at an adapter in a process
and on a core of its own; `passerelle simulate stations` plays them on another core. The adapter has to bill,
hold or write off what they counted, to the watt-hour.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.yard import KEY, Yard, a_yard
from ocpi.process.embedded_mongo import database_url
from simulators.sins.model import ALL

STATIONS: Final = 2000
PROBABILITY: Final = 0.05
CHARGES: Final = 3
SETTLED_WITHIN_S: Final = 1200.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=STATIONS)
    stations = parser.parse_args().stations
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        return asyncio.run(_measured(Path(folder), url, stations))


async def _measured(folder: Path, mongo_url: str, stations: int) -> int:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    async with a_yard(folder / "yard", mongo_url, stations) as yard:
        played = await asyncio.to_thread(_played, yard.url, folder / "stations.csv", stations)
        _tell(played, stations)
        return 0 if await _is_settled(yard, played.told["counted_wh"]) else 1


@dataclass(frozen=True, slots=True)
class Played:
    """`told` is what the command says; `processor_s` and `peak_mb` are those of its process, the only one of
    ours that has ended by then.
    """

    told: dict[str, Any]
    took_s: float
    processor_s: float
    peak_mb: float


def _played(url: str, file: Path, stations: int) -> Played:
    rows = [f"CP-{number},{KEY.hex()},{ALL[number % len(ALL)]}" for number in range(stations)]
    file.write_text("\n".join(["station,key,ocpp", *rows]))
    options = f"--card CARD --url {url} --probability {PROBABILITY} --charges {CHARGES} --json".split()
    command = [sys.executable, "-m", "passerelle", "simulate", "stations", str(file), *options]
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ours
    took_s, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Played(json.loads(done.stdout), took_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _tell(played: Played, stations: int) -> None:
    told, messages = played.told, played.told["messages"]
    print(f"{stations} stations told {told['charges']} charges in {messages} messages")
    cost_us = played.processor_s / messages * 1e6
    print(f"  {messages / played.took_s:.0f}/s; each took {cost_us:.0f} µs of the simulator's processor time")
    print(f"  the simulator took {played.peak_mb:.0f} MB at most")


async def _is_settled(yard: Yard, counted_wh: int) -> bool:
    admin, began, energies = yard.adapter.admin(), time.perf_counter(), dict[str, int]()
    while sum(energies.values()) != counted_wh:
        if time.perf_counter() - began > SETTLED_WITHIN_S:
            print(f"  NOT SETTLED: {counted_wh} Wh were counted, and {energies} have an outcome")
            return False
        await asyncio.sleep(1)
        energies = await asyncio.to_thread(admin.get, "/transactions/energies")
    print(f"  {counted_wh} Wh settled {time.perf_counter() - began:.0f} s later: {energies}")
    return True


if __name__ == "__main__":
    sys.exit(main())
