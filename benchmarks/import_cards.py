"""How fast the eMSP adapter imports cards, held against a bare bulk write of the same documents.

The adapter is a process of its own and gets the cards over its admin port, a file after the other; each is
checked, compared, written and answered for. The bare loop writes what that left in the database into another
one with the same indexes, as durably, a thousand documents a trip. In pairs, so that a busy machine slows
both. Beside that: how soon a block reaches a CPO of each version.
"""

import argparse
import asyncio
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.processes import READY_WITHIN_S
from benchmarks.processor import processor_s
from emsp_adapter.contracts import card_store
from ocpi.objects import history, selection
from ocpi.process.embedded_mongo import database_url
from ocpi.process.mongo import Document, Mongo
from ocpi.wire.contract_id import contract_id
from ocpi.wire.credentials_token import CredentialsToken
from passerelle.demo.services import Process, free_ports
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner

TOKENS: Final = 100_000
FILES: Final = 10
BLOCKS: Final = 20
PROMISE: Final = 3.0
A_TRIP: Final = 1000
_EMSP: Final = PartyId("NL", "MSP")
_DATABASE: Final = "benchmark_cards"
_CPOS: Final = (("FR", "CPA", "2.3.0"), ("FR", "CPB", "2.2.1"), ("FR", "CPC", "2.1.1"))
_WRITTEN: Final = {  # what an import leaves, by collection, and how an id begins there
    selection.COLLECTION: "token/NL*MSP/rfid/",
    history.COLLECTION: "token/NL*MSP/rfid/",
    card_store.COLLECTION: "rfid/",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Seconds for one file: imported; bare, its tokens alone, and all that was written."""

    imported: float
    tokens: float
    all: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=TOKENS)
    count = parser.parse_args().tokens
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        return asyncio.run(_measured(Path(folder), url, count))


async def _measured(folder: Path, mongo_url: str, count: int) -> int:
    kept = await Mongo.connect(mongo_url, _DATABASE)
    bare = await Mongo.connect(mongo_url, f"{_DATABASE}_bare")
    await bare.declare((*selection.INDEXES, *history.INDEXES, *card_store.INDEXES))
    with _adapter(folder, mongo_url, _DATABASE) as (adapter, _):
        pid, idle_mb = adapter.child.pid, _peak_mb(adapter.child.pid)
        worked_s = processor_s(pid)
        pairs = [await _pair(adapter, kept, bare, numbers) for numbers in _files(count)]
        worked_s = processor_s(pid) - worked_s
        again_s = sum([await _imported(adapter, numbers, created=False) for numbers in _files(count)])
        grown_mb = _peak_mb(pid) - idle_mb
    block_ms = await _blocks(folder, mongo_url)
    kept.close()
    bare.close()
    imported_s = sum(each.imported for each in pairs)
    each_us = worked_s / count * 1e6
    print(f"{count} cards imported in {imported_s:.1f} s, {each_us:.0f} us of the adapter's processor each")
    print(f"the same again, none changed: {again_s:.1f} s; memory {grown_mb:.0f} MB above idle at the most")
    print(f"a block is at the last of {len(_CPOS)} CPOs, one of each version, after {block_ms:.0f} ms")
    return _judged(pairs)


def _judged(pairs: list[Pair]) -> int:
    tokens = statistics.median(each.imported / each.tokens for each in pairs)
    ratio = statistics.median(each.imported / each.all for each in pairs)
    print(f"  {tokens:.2f} x a bare bulk write of the tokens alone, without versions and cards")
    text = f"  {ratio:.2f} x a bare bulk write of the same documents, promised {PROMISE:.0f} at the most"
    print(text if ratio <= PROMISE else f"{text}: NOT KEPT")
    return 0 if ratio <= PROMISE else 1


async def _pair(adapter: Process, kept: Mongo, bare: Mongo, numbers: range) -> Pair:
    imported = await _imported(adapter, numbers, created=True)
    took = {name: await _bare_write(kept, bare, name, numbers) for name in _WRITTEN}
    return Pair(imported, took[selection.COLLECTION], sum(took.values()))


async def _imported(adapter: Process, numbers: range, *, created: bool) -> float:
    """Seconds from sending a file until the answer is that all of it is there."""
    text = "uid,contract_id,visual_number,group_id,language,whitelist\n" + "".join(map(_row, numbers))
    began = time.monotonic()
    (*_, told) = await asyncio.to_thread(_sent, adapter, text)
    if told["created" if created else "unchanged"] != len(numbers) or not told["is_done"]:
        raise RuntimeError(f"the import went otherwise: {told}")
    return time.monotonic() - began


def _sent(adapter: Process, text: str) -> list[Any]:
    return list(adapter.admin().upload("/cards/import", io.BytesIO(text.encode()), file="cards.csv"))


async def _bare_write(kept: Mongo, bare: Mongo, name: str, numbers: range) -> float:
    begin = _WRITTEN[name]
    bounds = {"$gte": f"{begin}{_uid(numbers.start).lower()}", "$lt": f"{begin}{_uid(numbers.stop).lower()}"}
    rows = [row async for row in kept.collection(name).find({"_id": bounds})]
    if len(rows) != len(numbers):
        raise RuntimeError(f"{len(rows)} documents in {name} for {len(numbers)} cards")
    return await _written(bare, name, rows)


async def _written(bare: Mongo, name: str, rows: list[Document]) -> float:
    began = time.monotonic()
    for start in range(0, len(rows), A_TRIP):
        await bare.collection(name).insert_many(rows[start : start + A_TRIP], ordered=False)
    return time.monotonic() - began


async def _blocks(folder: Path, mongo_url: str) -> float:
    """Milliseconds from the operator's request until the last CPO has it; the median of several."""
    a, b, c = (SimulatedPartner(("CPO", PartyId(*name)), versions=(version,)) for *name, version in _CPOS)
    async with a, b, c:
        with _adapter(folder, mongo_url, f"{_DATABASE}_blocked") as (adapter, versions_url):
            for cpo in (a, b, c):
                await _introduced(adapter, versions_url, cpo)
            await _imported(adapter, range(BLOCKS), created=True)
            return statistics.median([await _blocked(adapter, (a, b, c), each) for each in range(BLOCKS)])


async def _blocked(adapter: Process, cpos: Sequence[SimulatedPartner], number: int) -> float:
    uid = _uid(number)
    await _until(lambda: all(_says(cpo, uid, valid=True) for cpo in cpos))
    began = time.monotonic()
    await asyncio.to_thread(adapter.admin().post, "/cards/block", {"uid": uid})
    await _until(lambda: all(_says(cpo, uid, valid=False) for cpo in cpos))
    return (time.monotonic() - began) * 1000


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - the far side sets no event of ours
        await asyncio.sleep(0.002)


async def _introduced(adapter: Process, versions_url: str, cpo: SimulatedPartner) -> None:
    """Registered, and with an agreement: from now on all cards are on their way to it."""
    ((_, party),) = cpo.roles
    invitation = {"name": f"cpo-{party.party_id.lower()}", "roles": ["CPO"]}
    invited = await asyncio.to_thread(adapter.admin().post, "/partners/invitations", invitation)
    await cpo.register(versions_url, CredentialsToken(invited["token"]))
    agreement = {"cpo": str(party), "emsp": str(_EMSP)}
    await asyncio.to_thread(adapter.admin().post, "/agreements", agreement)


def _says(cpo: SimulatedPartner, uid: str, *, valid: bool) -> bool:
    told = (put.json() for put in cpo.heard("tokens", "PUT"))
    return any(each["uid"] == uid and each["valid"] is valid for each in told)


def _files(count: int) -> Iterator[range]:
    size = count // FILES
    return (range(number * size, (number + 1) * size) for number in range(FILES))


def _row(number: int) -> str:
    contract = contract_id(_EMSP, f"C{number:08d}")
    return f"{_uid(number)},{contract},NLMSPC{number:08d},GROUP{number % 1000},nl,ALLOWED\n"


def _uid(number: int) -> str:
    return f"04{number:012X}"


@contextmanager
def _adapter(folder: Path, mongo_url: str, database: str) -> Iterator[tuple[Process, str]]:
    port, admin, api = free_ports(3)
    environ = {
        **os.environ,
        "PASSERELLE_MONGO_URL": mongo_url,
        "PASSERELLE_DATA_FOLDER": str(folder),
        "PASSERELLE_ALLOW_PRIVATE": "true",
        "EMSP_PORT": str(port),
        "EMSP_ADMIN_PORT": str(admin),
        "EMSP_API_PORT": str(api),
        "EMSP_PARTY": str(_EMSP),
        "EMSP_DATABASE": database,
    }
    adapter = Process.start("emsp", environ, folder)
    try:
        adapter.wait_ready(READY_WITHIN_S)
        yield adapter, f"http://127.0.0.1:{port}/ocpi/versions"
    finally:
        adapter.stop()


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
