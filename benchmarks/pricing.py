"""How fast CDRs are judged: JSON Lines in, findings and breakdown out, held against orjson alone on the
same lines.

One core first, by the worker's own function. Then a file by one process, and by one for each core, against as
many programs that know nothing of each other and share the file: what this machine gives to them is all that
can be had. A file five times as long must need the same memory. `--lines 1000000` takes the long file as long
as you like.
"""

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing import Process
from pathlib import Path

import orjson

from benchmarks.pricing_sessions import dynamic, typical
from ocpi.pricing.audit import examine_all
from ocpi.pricing.known import Known
from ocpi.pricing.report import record_of
from passerelle.pricing_audit import judged, look_for_garbage_rarely, summed

PROMISE = 0.12  # of the rate of orjson.loads and orjson.dumps
TOGETHER = 0.85  # of the rate of as many programs by themselves: near-linear
PAIRS = 3
LINES = 3000
ROUNDS = 7
BATCH = 128
_KNOWN = Known()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000, help="of the file for several processes")
    wanted = parser.parse_args().lines
    look_for_garbage_rarely()
    kept = [
        _one_core("typical: 4 periods, 5 elements", list(typical(LINES, embed=True))),
        _one_core("dynamic: 12 periods, 96 elements", list(dynamic(LINES // 4, embed=True))),
    ]
    _one_core("typical, tariff given apart", list(typical(LINES, embed=False)))
    kept.append(_processes(wanted))
    return 0 if all(kept) else 1


def _one_core(name: str, lines: Sequence[bytes]) -> bool:
    """Whether the promise is kept. Both are timed in turn, so that a busy machine slows both."""
    alone_s = ours_s = float("inf")
    for _ in range(ROUNDS):
        alone_s = min(alone_s, _timed(lambda: _orjson_alone(lines)))
        ours_s = min(ours_s, _timed(lambda: _judge(lines)))
    ratio = alone_s / ours_s
    rate, alone = len(lines) / ours_s, len(lines) / alone_s
    print(f"{name:34} {rate:7.0f} CDRs/s a core, {ratio:.3f} x orjson alone ({alone:.0f}/s)")
    return ratio >= PROMISE


def _timed(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _orjson_alone(lines: Sequence[bytes]) -> None:
    for line in lines:
        orjson.dumps(orjson.loads(line))


def _judge(lines: Sequence[bytes]) -> None:
    for begin in range(0, len(lines), BATCH):
        for verdict in examine_all(lines[begin : begin + BATCH], _KNOWN):
            orjson.dumps(record_of(verdict))


def _processes(lines: int) -> bool:
    """Rates by one process, by one for each core, by programs apart; memory for a short and a long file."""
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        short = _written(Path(folder) / "short.jsonl", lines // 5)
        long = _written(Path(folder) / "long.jsonl", lines)
        shares = [_written(Path(folder) / f"share{core}.jsonl", lines // cores) for core in range(cores)]
        _audit(short, cores)
        memory = _memory_mb()
        print(f"a file of {lines} by 1 process: {lines / _audit(long, 1):.0f} CDRs/s")
        pairs = [(_audit(long, cores), _apart(shares)) for _ in range(PAIRS)]
        print(f"memory after {lines // 5} lines {memory} MB, after {lines} lines {_memory_mb()} MB")
    ratio = statistics.median(apart_s / together_s for together_s, apart_s in pairs)
    together_s, apart_s = map(min, zip(*pairs, strict=True))
    rates = f"{lines / together_s:.0f} CDRs/s, {cores} programs apart {lines / apart_s:.0f}"
    print(f"by {cores} processes {rates}: {ratio:.2f} x")
    return ratio >= TOGETHER


def _apart(shares: Sequence[Path]) -> float:
    programs = [Process(target=_audit, args=(share, 1)) for share in shares]
    began = time.perf_counter()
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    return time.perf_counter() - began


def _written(file: Path, lines: int) -> Path:
    """A file of CDRs; beyond some thousand, the same again under other ids."""
    some = list(typical(min(lines, LINES), embed=True))
    with file.open("wb") as handle:
        for number in range(lines):
            line = some[number % len(some)]
            handle.write(
                line.replace(b'"CDR', b'"CDR%07d' % number).replace(b'"S0', b'"S%07d' % number) + b"\n"
            )
    return file


def _audit(file: Path, processes: int) -> float:
    began = time.perf_counter()
    found = summed(judged(file, _KNOWN, processes=processes, with_reports=True))
    if found.codes:
        raise RuntimeError(f"our own CDRs are found wrong: {found.codes}")
    return time.perf_counter() - began


def _memory_mb() -> int:
    """The most that this process or a worker ever held."""
    usages = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(usages) // 1024


if __name__ == "__main__":
    sys.exit(main())
