"""`passerelle hub --workers 2` as it runs: two processes and their parent, told apart by nobody outside."""

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from aiohttp import ClientConnectionError

from ocpi.process.clock import SystemClock
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests import build
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import CPO, EMSP, agree, connect, operate
from tests.processes import HubProcess, hub_process

pytestmark = pytest.mark.slow
ESTABLISHED = "01"
PATIENCE_S = 90.0
"""For processes that start on a machine with a lot to do."""
AT_ONCE = 16
"""So many connections, and each worker has some of them."""
SUCCESS, REFUSED = 1000, 2000


@dataclass(frozen=True, slots=True)
class Served:
    hub: HubProcess
    cpo: SimulatedPartner
    emsp: SimulatedPartner

    async def authorized(self) -> Heard:
        routing = Routing(to=EMSP, sender=CPO)
        return await self.cpo.call(
            "POST", "tokens", Side.SENDER, "04AA", "authorize", routing=routing, body=b"{}"
        )

    async def many(self) -> Counter[int]:
        """As many at the same time, each on a connection of its own; how each was answered."""
        heard = await asyncio.gather(*(self.authorized() for _ in range(AT_ONCE)))
        return Counter(each.status for each in heard)


@pytest.fixture(scope="module")
def hub(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    folder, database = tmp_path_factory.mktemp("hub"), f"test_{uuid.uuid4().hex}"[:38]
    with hub_process(mongo_url, database, folder, workers=2) as process:
        yield process


@pytest.fixture
async def served(hub: HubProcess) -> AsyncIterator[Served]:
    if hub.process.child.poll() is not None:
        hub.process.restart()
    hub.wait_ready()
    await eventually(lambda: hub.health()["degraded"] is False, within_s=PATIENCE_S)
    async with SimulatedPartner(("CPO", CPO)) as cpo, SimulatedPartner(("EMSP", EMSP)) as emsp:
        await connect(hub, cpo, "the-cpo", "CPO")
        await connect(hub, emsp, "the-emsp", "EMSP")
        await agree(hub)
        both = Served(hub, cpo, emsp)
        await eventually_so(lambda: all_answered(both, SUCCESS))
        yield both
        if hub.process.child.poll() is None:
            await asyncio.gather(cpo.withdraw(), emsp.withdraw())


async def all_answered(served: Served, status: int) -> bool:
    return await served.many() == {status: AT_ONCE}


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def workers_of(hub: HubProcess) -> list[int]:
    """Their process ids, the first worker first."""
    children = Path(f"/proc/{hub.process.child.pid}/task/{hub.process.child.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


def connections_of(pid: int, port: int) -> int:
    """On that port, as the kernel counts them."""
    links = {each.readlink().name for each in Path(f"/proc/{pid}/fd").iterdir()}
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    ours = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{port:04X}") and row[3] == ESTABLISHED}
    return len(links & ours)


def requests_counted(hub: HubProcess) -> float:
    """Authorizations, in the joined numbers."""
    return sum(
        value
        for name, value in hub.numbers().items()
        if name.startswith("passerelle_requests_seconds_count{") and 'module="tokens"' in name
    )


async def test_each_worker_has_connections_and_their_numbers_are_joined(served: Served) -> None:
    counted = requests_counted(served.hub)
    assert await served.many() == {SUCCESS: AT_ONCE}
    assert requests_counted(served.hub) == counted + AT_ONCE
    assert all(connections_of(pid, served.hub.port) > 0 for pid in workers_of(served.hub))
    numbers = served.hub.numbers()
    assert numbers['passerelle_workers{state="serving"}'] == 2
    assert numbers['passerelle_outbox_marks{state="waiting"}'] == 0
    assert {'process_resident_memory_bytes{worker="1"}', 'process_resident_memory_bytes{worker="2"}'} <= set(
        numbers
    )


async def test_whoever_is_suspended_is_refused_by_every_worker_within_five_seconds(served: Served) -> None:
    clock = SystemClock()
    began_s = clock.monotonic()
    await operate(served.hub, "/partners/the-cpo/suspend", {})
    await eventually_so(lambda: all_answered(served, REFUSED))
    assert clock.monotonic() - began_s < 5
    await operate(served.hub, "/partners/the-cpo/resume", {})
    await eventually_so(lambda: all_answered(served, SUCCESS))


async def test_a_worker_that_is_killed_comes_back_and_the_service_goes_on(served: Served) -> None:
    victim, other = workers_of(served.hub)
    counted = requests_counted(served.hub)
    os.kill(victim, signal.SIGKILL)
    assert served.hub.health()["degraded"]
    await eventually_so(lambda: is_answered(served))
    assert served.hub.health()["ready"]
    assert served.hub.admin.get("/partners")[0]["name"] == "the-cpo"

    await eventually(lambda: not served.hub.health()["degraded"], within_s=PATIENCE_S)
    again = workers_of(served.hub)
    assert other in again
    assert victim not in again
    assert await served.many() == {SUCCESS: AT_ONCE}
    assert requests_counted(served.hub) >= counted + AT_ONCE
    assert served.hub.numbers()['passerelle_worker_restarts_total{worker="1"}'] == 1


async def is_answered(served: Served) -> bool:
    try:
        return (await served.authorized()).status == SUCCESS
    except ClientConnectionError:  # it was on its way to the one that died
        return False


async def test_told_to_stop_it_answers_what_it_began_and_leaves_nothing_running(served: Served) -> None:
    pids, clock, asked, go_on = workers_of(served.hub), SystemClock(), asyncio.Event(), asyncio.Event()

    async def slowly(_: Request) -> Reply:
        asked.set()
        await go_on.wait()
        return Reply({"allowed": "ALLOWED", "token": build.token().to_wire()})

    served.emsp.answer("POST", "tokens", Side.SENDER, slowly)
    answer = asyncio.gather(served.authorized())
    async with asyncio.timeout(10):
        await asked.wait()
    began_s = clock.monotonic()
    served.hub.process.child.send_signal(signal.SIGTERM)
    await eventually_so(lambda: is_refused(served.hub))
    go_on.set()
    (heard,) = await answer
    assert (heard.http, heard.status) == (HTTPStatus.OK, 1000)
    assert await asyncio.to_thread(served.hub.process.child.wait) == os.EX_OK
    assert clock.monotonic() - began_s < 10
    assert not any(is_alive(pid) for pid in pids)


async def is_refused(hub: HubProcess) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(hub.versions_url)
    except httpx.ConnectError:
        return True
    return False


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, os.EX_OK), (signal.SIGKILL, -signal.SIGKILL)])
def test_ended_while_it_starts_it_leaves_no_worker(
    number: signal.Signals, code: int, mongo_url: str, tmp_path: Path
) -> None:
    """In order, or by a kill of the parent alone."""
    with hub_process(mongo_url, "unused", tmp_path, workers=2) as hub:
        asyncio.run(eventually(lambda: workers_of(hub), within_s=PATIENCE_S))
        (worker,) = workers_of(hub)
        hub.process.child.send_signal(number)
        assert hub.process.child.wait(10) == code
        asyncio.run(eventually(lambda: not is_alive(worker)))


def test_what_keeps_it_from_starting_is_one_line_and_ends_all(mongo_url: str, tmp_path: Path) -> None:
    """Once where the settings are wrong, and once where only a worker can tell."""
    with hub_process(mongo_url, "unused", tmp_path, workers=2, party="nonsense") as hub:
        assert hub.process.child.wait(PATIENCE_S) == os.EX_CONFIG
    (line,) = hub.told()
    assert line.startswith("HUB_PARTY: ")
    hub.process.log.unlink()
    key = tmp_path / "unused" / "operator.key"
    key.parent.mkdir(parents=True)
    key.write_text("known to all")
    key.chmod(0o644)
    with hub_process(mongo_url, "unused", tmp_path, workers=2) as hub:
        assert hub.process.child.wait(PATIENCE_S) == os.EX_CONFIG
    (line,) = hub.told()
    assert "can be read by others" in line


def test_no_workers_at_all_is_wrong_usage(mongo_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "passerelle", "hub", "--workers", "0"],
        env={"PASSERELLE_MONGO_URL": mongo_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--workers" in done.stderr
