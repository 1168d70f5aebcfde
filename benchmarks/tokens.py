"""How a CPO adapter takes a million tokens of one issuer: all of them, and again when hardly any has changed.

The adapter is a process of its own; its memory is the most that it ever had, beside what it had idle. The
issuer makes its pages as they are asked for, on the other core.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.processes import READY_WITHIN_S, register
from benchmarks.processor import processor_s
from ocpi.process.embedded_mongo import database_url
from ocpi.wire.interfaces import Side
from passerelle.demo.services import Process, free_ports
from schemas.kinds import PartyId
from simulators.partner import Reply, Request, SimulatedPartner

TOKENS: Final = 1_000_000
A_PAGE: Final = 1000
MOST_MB: Final = 100
"""What the adapter may need more than idle: it holds one page, however many there are."""
_ISSUER: Final = PartyId("NL", "MSP")
_CPO: Final = PartyId("FR", "CPO")
_CHANGED: Final = "2026-03-01T08:00:00Z"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=TOKENS)
    count = parser.parse_args().tokens
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        return asyncio.run(_measured(Path(folder), url, count))


async def _measured(folder: Path, mongo_url: str, count: int) -> int:
    with _adapter(folder, mongo_url) as (adapter, versions_url):
        async with SimulatedPartner(("EMSP", _ISSUER)) as issuer:
            issuer.answer("GET", "tokens", Side.SENDER, lambda request: _page(request, issuer, count))
            await register(adapter, versions_url, issuer, "EMSP")
            pid = adapter.child.pid
            idle_mb = _megabytes(pid, "VmRSS")
            agreement = {"cpo": str(_CPO), "emsp": str(_ISSUER)}
            began, worked = time.monotonic(), processor_s(pid)
            await asyncio.to_thread(adapter.admin().post, "/agreements", agreement)
            await _until_fetched(adapter)
            _tell("all tokens", count, time.monotonic() - began, processor_s(pid) - worked)
            peak_mb = _megabytes(pid, "VmHWM")
            began, worked = time.monotonic(), processor_s(pid)
            await _again(adapter)
            _tell("all again, none changed", count, time.monotonic() - began, processor_s(pid) - worked)
            grown = max(peak_mb, _megabytes(pid, "VmHWM")) - idle_mb
    print(f"memory of the adapter: {idle_mb:.0f} MB idle, at most {grown:.0f} MB more; promised {MOST_MB}")
    return 0 if grown <= MOST_MB else 1


@contextmanager
def _adapter(folder: Path, mongo_url: str) -> Iterator[tuple[Process, str]]:
    port, admin, stations = free_ports(3)
    environ = {
        **os.environ,
        "PASSERELLE_MONGO_URL": mongo_url,
        "PASSERELLE_DATA_FOLDER": str(folder),
        "PASSERELLE_ALLOW_PRIVATE": "true",
        "CPO_PORT": str(port),
        "CPO_ADMIN_PORT": str(admin),
        "CPO_STATIONS_PORT": str(stations),
        "CPO_PARTY": str(_CPO),
        "CPO_DATABASE": "benchmark_tokens",
    }
    adapter = Process.start("cpo", environ, folder)
    try:
        adapter.wait_ready(READY_WITHIN_S)
        yield adapter, f"http://127.0.0.1:{port}/ocpi/versions"
    finally:
        adapter.stop()


async def _until_fetched(adapter: Process) -> None:
    while True:
        await asyncio.sleep(0.5)
        found = await asyncio.to_thread(adapter.admin().get, "/tokens/fetches")
        if found and found[0]["all_at"]:
            return


async def _again(adapter: Process) -> None:
    """Asked for at once, whatever is due."""
    before = (await asyncio.to_thread(adapter.admin().get, "/tokens/fetches"))[0]["all_at"]
    told = {"issuer": str(_ISSUER), "all": True}
    await asyncio.to_thread(adapter.admin().post, "/tokens/fetch", told)
    while (await asyncio.to_thread(adapter.admin().get, "/tokens/fetches"))[0]["all_at"] == before:  # noqa: ASYNC110
        await asyncio.sleep(0.5)


def _page(request: Request, issuer: SimulatedPartner, count: int) -> Reply:
    offset = int(request.query.get("offset", 0))
    limit = min(int(request.query.get("limit", A_PAGE)), A_PAGE)
    headers = {"X-Total-Count": str(count), "X-Limit": str(A_PAGE)}
    if offset + limit < count:
        url = f"{issuer.url_of('tokens', Side.SENDER)}?offset={offset + limit}&limit={limit}"
        headers["Link"] = f'<{url}>; rel="next"'
    return Reply([_token(number) for number in range(offset, min(offset + limit, count))], headers=headers)


def _token(number: int) -> dict[str, Any]:
    return {
        "country_code": _ISSUER.country_code,
        "party_id": _ISSUER.party_id,
        "uid": f"04{number:012X}",
        "type": "RFID",
        "contract_id": f"NL-MSP-C{number:08d}-X",
        "visual_number": f"NLMSPC{number:08d}",
        "issuer": "A mobility provider",
        "group_id": f"GROUP{number % 1000}",
        "valid": True,
        "whitelist": "ALLOWED",
        "language": "nl",
        "last_updated": _CHANGED,
    }


def _tell(what: str, count: int, seconds: float, worked_s: float) -> None:
    print(f"{what}: {count} in {seconds:.0f} s, {count / seconds:.0f}/s, {worked_s:.0f} s of the processor")


def _megabytes(pid: int, name: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
