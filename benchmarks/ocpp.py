"""What stations cost: meter values, idle connections, and five thousand that come back at once.

The adapter is one process on one core; MongoDB and the load share the other. Meter values have nine readings;
they are validated, stored as they came and as facts of a running session, and answered, and the session is
told on. They are held against a `ChargePoint` of the `ocpp` package with its default validation, which stores
nothing, on the same core in turn, in pairs; the median of the pairs counts.

A connection that says nothing is held against a bare aiohttp websocket, by the memory of the process.

All stations come back in the same moment, and boot as soon as they are let in. A boot is timed from its
sending; beside it stands what a station sees, from its first attempt to its boot. Meanwhile the loop of the
adapter is asked how late it is.
"""

import argparse
import asyncio
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.processor import processor_s
from benchmarks.yard import KEY, Yard, a_yard
from ocpi.process.embedded_mongo import database_url
from simulators.lean import Gone, Identity, LeanStation, Refused

METER_PROMISE: Final = 2.5  # times the rate of the bare ChargePoint, at least
MEMORY_PROMISE: Final = 2.0  # times the bare websocket, at most
BOOT_PROMISE: Final = 25.0  # times the unloaded median, at most
LAG_PROMISE_S: Final = 1.0
STATIONS_THAT_METER: Final = 200
MESSAGES: Final = 4000
PAIRS: Final = 5
IDLE: Final = 2000
WARM: Final = 100
RETURNING: Final = 5000
UNLOADED_BOOTS: Final = 200
AT_FIRST_AT_ONCE: Final = 32

BOOT: Final = {"chargePointVendor": "V", "chargePointModel": "M"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("meter", "memory", "return"))
    only = parser.parse_args().only
    _let_many_files_be_open()
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        return asyncio.run(_measured(Path(folder), url, only))


async def _measured(folder: Path, mongo_url: str, only: str | None) -> int:
    measures = {
        "meter": (_meter, STATIONS_THAT_METER),
        "memory": (_memory, WARM + IDLE),
        "return": (_return, RETURNING),
    }
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    kept = []
    for name, (measure, stations) in measures.items():
        if only in (None, name):
            async with a_yard(folder / name, mongo_url, stations) as yard:
                kept.append(await measure(yard))
    return 0 if all(kept) else 1


@dataclass(frozen=True, slots=True)
class Round:
    rate: float
    processor_us: float


async def _meter(yard: Yard) -> bool:
    ours = [await _charging(yard, number) for number in range(STATIONS_THAT_METER)]
    theirs = [(await LeanStation.connect(yard.bare, who(number)), 1) for number in range(STATIONS_THAT_METER)]
    pairs = [
        (await _round(ours, yard.adapter_pid), await _round(theirs, yard.bare_pid)) for _ in range(PAIRS + 1)
    ][1:]  # the first warms up
    rate, bare = (statistics.median(each.rate for each in side) for side in zip(*pairs, strict=True))
    cost, bare_cost = (
        statistics.median(each.processor_us for each in side) for side in zip(*pairs, strict=True)
    )
    ratio = statistics.median(one.rate / other.rate for one, other in pairs)
    by_cost = statistics.median(other.processor_us / one.processor_us for one, other in pairs)
    print(f"meter values: {rate:.0f}/s, bare ChargePoint {bare:.0f}/s")
    print(f"  processor time of one: {cost:.0f} µs, bare {bare_cost:.0f} µs: {by_cost:.2f} x as cheap")
    return _told(ratio >= METER_PROMISE, f"  {ratio:.2f} x bare, promised {METER_PROMISE}")


async def _charging(yard: Yard, number: int) -> tuple[LeanStation, int]:
    """A station with a running transaction, and its number."""
    station = await LeanStation.connect(yard.url, who(number))
    await station.call("BootNotification", BOOT)
    begun = {"connectorId": 1, "idTag": "CARD", "meterStart": 0, "timestamp": _stamp()}
    answer = await station.call("StartTransaction", begun)
    return station, answer["transactionId"]


async def _round(stations: list[tuple[LeanStation, int]], pid: int) -> Round:
    counted = iter(range(MESSAGES))

    async def work(station: LeanStation, transaction: int) -> None:
        for number in counted:
            await station.call("MeterValues", _nine_values(transaction, number))

    began, spent = time.perf_counter(), processor_s(pid)
    await asyncio.gather(*(work(*each) for each in stations))
    seconds, processor = time.perf_counter() - began, processor_s(pid) - spent
    return Round(MESSAGES / seconds, processor / MESSAGES * 1e6)


def _nine_values(transaction: int, number: int) -> dict[str, Any]:
    phases = [
        {"value": f"{base}.{number % 10}", "measurand": name, "unit": unit, "phase": phase}
        for name, unit, base in (("Current.Import", "A", 16), ("Voltage", "V", 230))
        for phase in ("L1", "L2", "L3")
    ]
    whole = [
        {"value": str(number), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
        {"value": "11000", "measurand": "Power.Active.Import", "unit": "W"},
        {"value": "50", "measurand": "SoC", "unit": "Percent"},
    ]
    values = [{"timestamp": _stamp(), "sampledValue": [*whole, *phases]}]
    return {"connectorId": 1, "transactionId": transaction, "meterValue": values}


async def _memory(yard: Yard) -> bool:
    """Booted stations against sockets that were opened and nothing else."""
    ours = await _grown(yard.adapter_pid, lambda number: _booted(yard.url, number))
    theirs = await _grown(yard.bare_pid, lambda number: LeanStation.connect(yard.idle, who(number)))
    print(f"an idle connection: {ours:.1f} KiB, bare {theirs:.1f} KiB, of {IDLE}")
    return _told(ours / theirs <= MEMORY_PROMISE, f"  {ours / theirs:.2f} x bare, promised {MEMORY_PROMISE}")


async def _grown(pid: int, come: Callable[[int], Awaitable[LeanStation]]) -> float:
    """KiB of each, of those that came after some that warmed up."""
    warm = [await come(number) for number in range(WARM)]
    await asyncio.sleep(2)
    before = _resident_kib(pid)
    more = [await come(number) for number in range(WARM, WARM + IDLE)]
    await asyncio.sleep(2)
    grown = _resident_kib(pid) - before
    for station in (*warm, *more):
        station.cut()
    return grown / IDLE


async def _booted(url: str, number: int) -> LeanStation:
    station = await LeanStation.connect(url, who(number))
    await station.call("BootNotification", BOOT)
    return station


async def _return(yard: Yard) -> bool:
    await _known(yard)
    unloaded = statistics.median([await _boot_alone(yard, number) for number in range(UNLOADED_BOOTS)])
    spent = processor_s(yard.adapter_pid)
    began = time.perf_counter()
    async with yard.lateness() as lateness:
        came = await asyncio.gather(*(_come_back(yard, number) for number in range(RETURNING)))
    took = time.perf_counter() - began
    boots, whole = sorted(each.boot_s for each in came), sorted(each.whole_s for each in came)
    refused, cut = sum(each.refused for each in came), sum(each.cut for each in came)
    print(f"{RETURNING} stations came back in {took:.1f} s, told to wait {refused} times, cut {cut} times")
    print(f"  processor time of one: {(processor_s(yard.adapter_pid) - spent) / RETURNING * 1e3:.2f} ms")
    print(f"  connect to boot: median {_ms(_at(whole, 0.5))}, p99 {_ms(_at(whole, 0.99))}")
    print(f"  boot: median {_ms(_at(boots, 0.5))}, p99 {_ms(_at(boots, 0.99))}, unloaded {_ms(unloaded)}")
    ratio, lag_s = _at(boots, 0.99) / unloaded, max(lateness, default=0.0)
    return all(
        [
            _told(ratio <= BOOT_PROMISE, f"  p99 {ratio:.1f} x the unloaded median, promised {BOOT_PROMISE}"),
            _told(lag_s < LAG_PROMISE_S, f"  the loop was {_ms(lag_s)} late at most, promised 1 s"),
        ]
    )


async def _known(yard: Yard) -> None:
    """All have booted before, and their connections are cut: what follows is a return."""
    numbers = iter(range(RETURNING))

    async def work() -> None:
        for number in numbers:
            (await _booted(yard.url, number)).cut()

    await asyncio.gather(*(work() for _ in range(AT_FIRST_AT_ONCE)))
    await asyncio.sleep(5)


@dataclass(frozen=True, slots=True)
class Came:
    boot_s: float
    whole_s: float
    refused: int
    cut: int


async def _boot_alone(yard: Yard, number: int) -> float:
    station = await LeanStation.connect(yard.url, who(number))
    took = await _timed(station)
    station.cut()
    return took


async def _come_back(yard: Yard, number: int) -> Came:
    began, refused, cut = time.perf_counter(), 0, 0
    while True:
        try:
            station = await LeanStation.connect(yard.url, who(number))
        except Refused as refusal:
            if refusal.retry_after_s is None:
                raise
            refused += 1
            await asyncio.sleep(refusal.retry_after_s)
        except (Gone, OSError):
            cut += 1
            await asyncio.sleep(1)
        else:
            boot_s = await _timed(station)
            return Came(boot_s, time.perf_counter() - began, refused, cut)


async def _timed(station: LeanStation) -> float:
    began = time.perf_counter()
    await station.call("BootNotification", BOOT)
    return time.perf_counter() - began


def who(number: int) -> Identity:
    return Identity(f"CP-{number}", KEY)


def _at(values: list[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _stamp() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _resident_kib(pid: int) -> float:
    lines: Iterable[str] = Path(f"/proc/{pid}/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def _let_many_files_be_open() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _told(kept: bool, text: str) -> bool:  # noqa: FBT001 - the outcome, passed on
    print(text if kept else f"{text}: NOT KEPT")
    return kept


if __name__ == "__main__":
    sys.exit(main())
