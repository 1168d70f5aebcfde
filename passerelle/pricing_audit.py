"""Auditing a file of CDRs, one a line, in several processes and flat memory.

The file is cut into stretches of whole lines; each worker reads its own stretches from the file, so that no
document travels between processes. What has to be seen across the file, an id or a session billed twice, is
kept in a scratch database on disk.
"""

import gc
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from multiprocessing import Pool
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import Any, Final, NamedTuple

import orjson

from ocpi.pricing.audit import Audit, examine_all
from ocpi.pricing.findings import Severity
from ocpi.pricing.known import Known
from ocpi.pricing.report import record_of

_STRETCH: Final = 1_000_000  # bytes
_BATCH: Final = 128  # CDRs examined at a time
_AHEAD: Final = 4  # stretches in flight for each worker
_CDR: Final = "CDR "  # so that both kinds of names fit one table
_SESSION: Final = "SESSION "
_KEEP: Final = "INSERT OR IGNORE INTO seen VALUES (?)"
_RARELY: Final = 100_000  # allocations between two looks for garbage


class Stretch(NamedTuple):
    """Bytes [begin, end) of a file: whole lines."""

    file: str
    begin: int
    end: int


class Key(NamedTuple):
    """What must not come twice: a CDR, and the session that it bills; a credit bills none."""

    cdr: str
    session: str | None

    def names(self) -> Iterator[str]:
        yield self.cdr
        if self.session:
            yield self.session


class Judged(NamedTuple):
    """What a worker says about one stretch. `reports` are JSON lines, empty unless they are wanted."""

    size: int
    cdrs: int
    unclean: int
    codes: Counter[str]
    readings: Counter[str]
    keys: list[Key]
    reports: bytes


class Repeated(NamedTuple):
    """A CDR id, or a session, that stood in the file before."""

    code: str
    name: str


def stretches(file: Path, size: int = _STRETCH) -> Iterator[Stretch]:
    """The file in stretches that end where lines end."""
    with file.open("rb") as handle:
        begin = 0
        while True:
            handle.seek(size, os.SEEK_CUR)
            handle.readline()
            end = min(handle.tell(), file.stat().st_size)
            if end <= begin:
                return
            yield Stretch(str(file), begin, end)
            begin = end


_settings: dict[str, Any] = {}


def _start(known: Known, with_reports: bool) -> None:
    _settings.update(known=known, with_reports=with_reports)
    look_for_garbage_rarely()


def look_for_garbage_rarely() -> None:
    """Verdicts hold no cycles: what they leave is freed by itself."""
    gc.freeze()
    gc.set_threshold(_RARELY)


def judge(stretch: Stretch) -> Judged:
    """The verdicts on all lines of a stretch."""
    with Path(stretch.file).open("rb") as handle:
        handle.seek(stretch.begin)
        lines = [line for line in handle.read(stretch.end - stretch.begin).split(b"\n") if line.strip()]
    found = Judged(stretch.end - stretch.begin, len(lines), 0, Counter(), Counter(), [], b"")
    reports: list[bytes] = []
    unclean = 0
    for begin in range(0, len(lines), _BATCH):
        verdicts = examine_all(lines[begin : begin + _BATCH], _settings["known"])
        unclean += sum(not verdict.is_clean for verdict in verdicts)
        for verdict in verdicts:
            _count(verdict, found)
        if _settings["with_reports"]:
            reports.extend(map(_record, verdicts))
    return found._replace(unclean=unclean, reports=b"".join(reports))


def _record(verdict: Audit) -> bytes:
    return orjson.dumps(record_of(verdict), option=orjson.OPT_APPEND_NEWLINE)


def _count(verdict: Audit, found: Judged) -> None:
    for finding in verdict.findings:
        found.codes[f"{finding.severity} {finding.code}"] += 1
    if verdict.reading is not None:
        found.readings[verdict.reading.meaning] += 1
    if verdict.cdr is not None:
        wire = verdict.cdr.wire
        party = f"{wire.country_code}*{wire.party_id}*".upper()
        is_bill = wire.session_id and not wire.credit
        session = f"{_SESSION}{party}{wire.session_id}".upper() if is_bill else None
        found.keys.append(Key(f"{_CDR}{party}{wire.id}".upper(), session))


def judged(file: Path, known: Known, *, processes: int, with_reports: bool) -> Iterator[Judged]:
    """The verdicts stretch by stretch, in the order of the file."""
    if processes == 1:
        _start(known, with_reports)
        yield from map(judge, stretches(file))
        return
    room = BoundedSemaphore(processes * _AHEAD)
    with Pool(processes, _start, (known, with_reports)) as pool:
        for found in pool.imap(judge, _as_there_is_room(stretches(file), room)):
            room.release()
            yield found


def _as_there_is_room(given: Iterator[Stretch], room: BoundedSemaphore) -> Iterator[Stretch]:
    """Hold the pool back: it would otherwise take in the whole file at once."""
    for stretch in given:
        room.acquire()
        yield stretch


class Seen:
    """Ids and sessions of the file so far, in a scratch database."""

    def __init__(self, folder: str) -> None:
        self._database = sqlite3.connect(f"{folder}/seen.sqlite", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = MEMORY")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE seen (name TEXT PRIMARY KEY) WITHOUT ROWID")

    def repeated(self, keys: Sequence[Key]) -> Iterator[Repeated]:
        """Those of `keys` that came before, here or earlier."""
        if not self._are_all_new([name for key in keys for name in key.names()]):
            for key in keys:
                yield from self._repeated(key)

    def _are_all_new(self, names: Sequence[str]) -> bool:
        """Keep them if they are; else nothing has happened."""
        before = self._database.total_changes
        self._database.execute("BEGIN")
        self._database.executemany(_KEEP, zip(names))
        is_new = self._database.total_changes - before == len(names)
        self._database.execute("COMMIT" if is_new else "ROLLBACK")
        return is_new

    def _repeated(self, key: Key) -> Iterator[Repeated]:
        if not self._are_all_new([key.cdr]):
            yield Repeated("cdr_repeated", key.cdr.removeprefix(_CDR))
        elif key.session and not self._are_all_new([key.session]):
            yield Repeated("session_billed_twice", key.session.removeprefix(_SESSION))

    def close(self) -> None:
        self._database.close()


class Summary(NamedTuple):
    """A whole file. `repeated` are the first hundred of them."""

    cdrs: int
    unclean: int
    codes: Counter[str]
    readings: Counter[str]
    repeated: list[Repeated]

    @property
    def is_clean(self) -> bool:
        return not any(code.startswith(Severity.ERROR) for code in self.codes)


_MOST_SHOWN: Final = 100


def summed(given: Iterator[Judged]) -> Summary:
    """Everything added up as it comes in."""
    cdrs = unclean = 0
    codes: Counter[str] = Counter()
    readings: Counter[str] = Counter()
    shown: list[Repeated] = []
    with TemporaryDirectory() as folder, closing(Seen(folder)) as seen:
        for found in given:
            cdrs += found.cdrs
            unclean += found.unclean
            codes += found.codes
            readings += found.readings
            for each in seen.repeated(found.keys):
                codes[f"{Severity.ERROR} {each.code}"] += 1
                if len(shown) < _MOST_SHOWN:
                    shown.append(each)
    return Summary(cdrs, unclean, codes, readings, shown)
