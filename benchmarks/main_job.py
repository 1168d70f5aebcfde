"""How fast the main job is: sessions a minute, authorization from tap to answer, and where the time goes.

One run of the demo's own processes on this machine. The whole chain (station, CPO, hub, eMSP and back) is
held against one bare request to the eMSP's own authorize endpoint in the same run, so that a slow machine
does not look like a slow product. The share of each service is processor time, from the first tap on.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.processor import processor_s
from benchmarks.taps import bare_authorizations, tap_cards
from passerelle.demo.run import Demo, Wanted, prepared

SESSIONS = 60
STATIONS = 12
TAPS = 300


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds of a service."""

    name: str
    seconds: float


def main() -> int:
    with prepared(Wanted(STATIONS, SESSIONS)) as demo:
        before = _processor_times(demo)
        began = time.monotonic()
        report = demo.report(demo.play(lambda _: None))
        took_s = time.monotonic() - began
        spent = _difference(_processor_times(demo), before)
        chain = asyncio.run(tap_cards(demo, TAPS))
        bare = asyncio.run(bare_authorizations(demo, TAPS))
    _print_sessions(took_s, spent)
    _print_authorizations(chain, bare)
    for trouble in report.troubles:
        print(f"  WRONG: {trouble}")
    return 1 if report.troubles else 0


def _print_sessions(took_s: float, spent: Sequence[Spent]) -> None:
    rate = SESSIONS * 60 / took_s
    print(f"main job: {SESSIONS} sessions, {STATIONS} stations, {took_s:.1f} s: {rate:.0f} sessions a minute")
    whole = sum(each.seconds for each in spent)
    for each in spent:
        session_ms = each.seconds / SESSIONS * 1000
        print(f"  {each.name:5} {each.seconds / whole:4.0%} of the processor, {session_ms:.0f} ms a session")


def _print_authorizations(chain: Sequence[float], bare: Sequence[float]) -> None:
    for percent in (50, 95):
        ours, theirs = _percentile_ms(chain, percent), _percentile_ms(bare, percent)
        ratio = ours / theirs
        print(f"authorization p{percent}: {ours:.1f} ms from tap to answer, {ratio:.1f} x one bare request")


def _percentile_ms(seconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1000


def _processor_times(demo: Demo) -> list[Spent]:
    return [Spent(process.name, processor_s(process.child.pid)) for process in demo.services.all()]


def _difference(after: Sequence[Spent], before: Sequence[Spent]) -> list[Spent]:
    return [Spent(new.name, new.seconds - old.seconds) for new, old in zip(after, before, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
