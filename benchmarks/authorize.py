"""How fast an eMSP says whether a card may charge, held against bare aiohttp that reads one document.

An eMSP in one process, MongoDB behind it; a CPO asks from this process, over kept connections. Every card has
a contract with all limits that there are: its validity, CPOs, countries, hours, credit, charges at once. Each
answer is judged by card, contract, place, what was spent and what runs, is in the journal of a majority
before it is given, and the other uses of the card are looked at. The baseline reads the card and stores
nothing. Both are timed in turn, in pairs, and the median of the pairs counts.
"""

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.keep_alive import Taken, answers_to, request
from benchmarks.processes import a_child, an_emsp, register, shown_by
from benchmarks.processor import processor_s
from emsp_adapter.contracts.contract import Contract
from emsp_adapter.contracts.store import ContractChange, Contracts
from ocpi.objects.record import Record, database_id
from ocpi.objects.store import ObjectStore
from ocpi.process.clock import SystemClock
from ocpi.process.embedded_mongo import database_url
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.demo.services import free_ports
from schemas import codec
from schemas.kinds import ObjectKey, PartyId
from simulators.partner import SimulatedPartner
from tests import build

PROMISE: Final = 0.5  # of the rate of the bare handler, at least
CARDS: Final = 2000
LOCATIONS: Final = 100
AT_ONCE: Final = 32
PAIRS: Final = 7
QUESTIONS: Final = CARDS  # each card once a turn
DATABASE: Final = "benchmark_authorize"
CPO, EMSP = PartyId("FR", "CPO"), PartyId("NL", "MSP")
_A_BATCH: Final = 1000
_ALLOWED: Final = b'"allowed":"ALLOWED"'
_WEEK: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_LIMITS: Final[dict[str, Any]] = {
    "valid_from": "2020-01-01T00:00:00Z",
    "valid_until": "2100-01-01T00:00:00Z",
    "credit": "100.00",
    "currency": "EUR",
    "cpos": [str(CPO), "DE*XYZ"],
    "countries": ["FRA", "DEU"],
    "hours": [{"days": _WEEK, "since": "00:00", "until": "00:00"}],
    "time_zone": "Europe/Paris",
    "at_once": 2,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        return asyncio.run(_measured(Path(folder), url, pairs))


@dataclass(frozen=True, slots=True)
class _Stage:
    emsp_url: str
    bare_url: str
    emsp_pid: int
    bare_pid: int
    cpo: SimulatedPartner

    async def pair(self, ours: Iterator[int], theirs: Iterator[int]) -> tuple["_Side", "_Side"]:
        return await _side(self.emsp_pid, self.ours(ours)), await _side(self.bare_pid, self.theirs(theirs))

    async def ours(self, numbers: Iterator[int]) -> Taken:
        headers = shown_by(self.cpo, Routing(to=EMSP, sender=CPO))
        tokens = self.cpo.endpoints["tokens", Side.SENDER]
        asked = [
            request("POST", f"{tokens}/{_uid(number)}/authorize", headers, _place(number))
            for number in itertools.islice(numbers, QUESTIONS)
        ]
        return await answers_to(self.emsp_url, asked, AT_ONCE, _ALLOWED)

    async def theirs(self, numbers: Iterator[int]) -> Taken:
        asked = [
            request("POST", f"{self.bare_url}/cards/{database_id(_key(number), None)}", {}, _place(number))
            for number in itertools.islice(numbers, QUESTIONS)
        ]
        return await answers_to(self.bare_url, asked, AT_ONCE, b'"valid":true')


@dataclass(frozen=True, slots=True)
class _Side:
    """`worked_ms` is what the server's process worked for each answer, however busy the machine is."""

    taken: Taken
    worked_ms: float


async def _side(pid: int, work: Awaitable[Taken]) -> _Side:
    before_s = processor_s(pid)
    taken = await work
    return _Side(taken, (processor_s(pid) - before_s) * 1000 / QUESTIONS)


async def _measured(folder: Path, mongo_url: str, pairs: int) -> int:
    """A first pair warms up and is not counted."""
    async with _staged(folder, mongo_url) as stage:
        ours, theirs = itertools.count(), itertools.count()
        sides = [await stage.pair(ours, theirs) for _ in range(pairs + 1)][1:]
    for name, side in zip(("authorizations", "bare"), zip(*sides, strict=True), strict=True):
        _tell(name, side)
    ratio = statistics.median(one.taken.rate / other.taken.rate for one, other in sides)
    text = f"  {ratio:.2f} x bare, promised {PROMISE}"
    print(text if ratio >= PROMISE else f"{text}: NOT KEPT")
    return 0 if ratio >= PROMISE else 1


def _tell(name: str, side: Sequence[_Side]) -> None:
    rate = statistics.median(each.taken.rate for each in side)
    slow_ms = statistics.median(statistics.quantiles(each.taken.each_s, n=20)[-1] * 1000 for each in side)
    worked_ms = statistics.median(each.worked_ms for each in side)
    print(f"{name}, {AT_ONCE} at once: {rate:.0f}/s, 95 % within {slow_ms:.0f} ms,", end=" ")
    print(f"{worked_ms:.2f} ms of the processor each")


@asynccontextmanager
async def _staged(folder: Path, mongo_url: str) -> AsyncIterator[_Stage]:
    """The cards come when the agreement has been made: the CPO would be told of them all."""
    port, admin_port, bare_port = free_ports(3)
    with (
        an_emsp(folder, mongo_url, (port, admin_port), EMSP, DATABASE) as emsp,
        a_child(folder, "bare_server", str(bare_port), mongo_url, DATABASE) as bare_pid,
    ):
        async with SimulatedPartner(("CPO", CPO)) as cpo:
            url = f"http://127.0.0.1:{port}"
            await register(emsp, f"{url}/ocpi/versions", cpo, "CPO")
            emsp.admin().post("/agreements", {"cpo": str(CPO), "emsp": str(EMSP)})
            await _tell_locations(cpo)
            await _fill(mongo_url)
            yield _Stage(url, f"http://127.0.0.1:{bare_port}", emsp.child.pid, bare_pid, cpo)


async def _tell_locations(cpo: SimulatedPartner) -> None:
    routing = Routing(to=EMSP, sender=CPO)
    for number in range(LOCATIONS):
        location = build.location(id=_location_id(number))
        path = (CPO.country_code, CPO.party_id, location.id)
        body = codec.dump(location)
        heard = await cpo.call("PUT", "locations", Side.RECEIVER, *path, routing=routing, body=body)
        if not heard.is_success:
            raise RuntimeError(f"the location is refused: {heard.body!r}")


async def _fill(mongo_url: str) -> None:
    mongo, clock = await Mongo.connect(mongo_url, DATABASE), SystemClock()
    async with Supervisor(name="cards", clock=clock) as supervisor:
        store, contracts = ObjectStore(mongo, clock, supervisor), Contracts(mongo, clock)
        for first in range(0, CARDS, _A_BATCH):
            numbers = range(first, first + _A_BATCH)
            await asyncio.gather(*(store.put(_card(number)) for number in numbers))
            await contracts.change_each([ContractChange(_contract(number), None) for number in numbers])
    mongo.close()


def _card(number: int) -> Record:
    token = build.token(uid=_uid(number), contract_id=_contract_id(number), last_updated=datetime.now(UTC))
    return Record(_key(number), token.last_updated, codec.dump(token))


def _contract(number: int) -> Contract:
    return Contract.model_validate({"contract_id": _contract_id(number), "limits": _LIMITS})


def _key(number: int) -> ObjectKey:
    return ObjectKey.of_token(EMSP, _uid(number))


def _uid(number: int) -> str:
    return f"04{number % CARDS:012X}"


def _contract_id(number: int) -> str:
    return f"NL-MSP-C{number % CARDS:08}"


def _location_id(number: int) -> str:
    return f"LOC{number % LOCATIONS:04}"


def _place(number: int) -> bytes:
    return codec.encode({"location_id": _location_id(number), "evse_uids": ["E1"]})


if __name__ == "__main__":
    sys.exit(main())
