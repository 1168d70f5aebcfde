"""A service from start to end, as a real process with real signals."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from ocpi.process.run import PortTaken, Site, listening
from tests.fakes.eventually import eventually

SERVICE = """
import asyncio, json, sys
from pathlib import Path
from aiohttp import web
from ocpi.process import run
from ocpi.process.clock import SystemClock
from ocpi.process.tasks import Supervisor

traces = Path(sys.argv[1])
run.STOP_WITHIN_S, run._REQUESTS_END_WITHIN_S = 2, 0.5

async def quick(request):
    return web.Response(text=type(asyncio.get_running_loop()).__module__)

async def slow(request):
    (traces / "slow began").touch()
    while not (traces / "let slow end").exists():
        await asyncio.sleep(0.01)
    return web.Response(text="worth waiting for")

async def background():
    try:
        await asyncio.Event().wait()
    finally:
        (traces / "background ended").touch()

async def main():
    app = web.Application()
    app.add_routes([web.get("/quick", quick), web.get("/slow", slow)])
    supervisor = Supervisor(name="service", clock=SystemClock())
    supervisor.start("background", background)
    await run.serve(
        [run.Site(name="ocpi", app=app, port=0), run.Site(name="operations", app=web.Application(), port=0)],
        supervisor=supervisor,
        started=lambda urls: print(json.dumps(urls), flush=True),
    )
    if (traces / "background ended").exists():
        (traces / "left nothing behind").touch()

sys.exit(run.main(main))
"""


@dataclass
class Service:
    process: asyncio.subprocess.Process
    url: str
    traces: Path

    def left(self, trace: str) -> bool:
        return (self.traces / trace).exists()

    async def exit_code(self) -> int:
        async with asyncio.timeout(30):
            return await self.process.wait()


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVICE, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    urls = json.loads(await process.stdout.readline())
    yield Service(process, urls["ocpi"], tmp_path)
    if process.returncode is None:
        process.kill()
        await process.wait()


@asynccontextmanager
async def slow_request(service: Service) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """A request that the service has begun to answer; call what is yielded to learn how it ended."""

    async def text() -> str:
        try:
            async with client.get(f"{service.url}/slow") as answer:
                return await answer.text()
        except aiohttp.ClientConnectionError:
            return "cut off"

    async with asyncio.timeout(30), aiohttp.ClientSession() as client, asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(text())
        await eventually(lambda: service.left("slow began"))
        yield lambda: asked
        asked.cancel()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_answers_what_it_began_then_ends_its_tasks_and_exits_with_0(
    service: Service, number: signal.Signals
) -> None:
    async with slow_request(service) as answer:
        service.process.send_signal(number)
        await eventually(lambda: refuses(service.url))
        assert not service.left("background ended")

        (service.traces / "let slow end").touch()
        assert await answer() == "worth waiting for"

    assert await service.exit_code() == 0
    assert service.left("left nothing behind")


async def test_a_signal_right_after_the_start_is_not_missed(service: Service) -> None:
    service.process.send_signal(signal.SIGTERM)
    assert await service.exit_code() == 0
    assert service.left("left nothing behind")


async def test_a_request_that_will_not_end_does_not_keep_it(service: Service) -> None:
    async with slow_request(service) as answer:
        service.process.send_signal(signal.SIGTERM)
        assert await answer() == "cut off"
    assert await service.exit_code() == 0
    assert service.left("left nothing behind")


async def test_a_second_signal_ends_it_at_once(service: Service) -> None:
    async with slow_request(service) as answer:
        service.process.send_signal(signal.SIGINT)
        await eventually(lambda: refuses(service.url))
        service.process.send_signal(signal.SIGINT)
        assert await service.exit_code() == -signal.SIGINT
        assert await answer() == "cut off"
    assert not service.left("background ended")


async def test_it_runs_on_uvloop_where_that_is_installed(service: Service) -> None:
    pytest.importorskip("uvloop")
    async with aiohttp.ClientSession() as client, client.get(f"{service.url}/quick") as answer:
        assert await answer.text() == "uvloop"


def refuses(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0


async def test_a_taken_port_is_one_line_with_the_remedy_and_nothing_is_left_listening() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, socket.create_server(("127.0.0.1", 0)) as free:
        taken, first = other.getsockname()[1], free.getsockname()[1]
        free.close()
        sites = [
            Site(name="ocpi", app=web.Application(), port=first),
            Site(name="operations", app=web.Application(), port=taken, setting="HUB_OPERATIONS_PORT"),
        ]
        with pytest.raises(PortTaken) as trouble:
            async with listening(sites):
                pass
    assert str(trouble.value) == (
        f"operations cannot listen on 127.0.0.1:{taken}: the port is taken; "
        f"find by whom with: ss -ltnp 'sport = :{taken}', or set HUB_OPERATIONS_PORT"
    )
    assert refuses(f"http://127.0.0.1:{first}")


async def test_a_host_that_is_not_ours_is_one_line() -> None:
    with pytest.raises(
        PortTaken, match=r"^ocpi cannot listen on 192\.0\.2\.1:0: Cannot assign requested address$"
    ):
        async with listening([Site(name="ocpi", app=web.Application(), host="192.0.2.1", port=0)]):
            pass


async def run_main(body: str, **environ: str) -> tuple[int | None, str]:
    """Exit code and standard error of a process that runs `body` as its service."""
    script = (
        f"import sys\nfrom ocpi.process import run\nasync def main():\n    {body}\nsys.exit(run.main(main))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stderr=asyncio.subprocess.PIPE, env={**os.environ, **environ}
    )
    _, stderr = await process.communicate()
    return process.returncode, stderr.decode()


async def test_what_keeps_it_from_starting_is_its_line_and_exit_code_without_a_traceback() -> None:
    body = "from ocpi.process import settings; settings.load(settings.ServiceSettings)"
    code, stderr = await run_main(body, PASSERELLE_LOG_LEVEL="LOUD")
    assert code == os.EX_CONFIG
    assert stderr == (
        "PASSERELLE_LOG_LEVEL: should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR' (it is 'LOUD')\n"
    )


async def test_a_mistake_in_the_code_keeps_its_traceback() -> None:
    code, stderr = await run_main("1 / 0")
    assert code == 1
    assert "ZeroDivisionError" in stderr
