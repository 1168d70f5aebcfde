"""From start to end of a service: open its ports, serve until told to stop, and leave nothing half done.

SIGTERM and Ctrl-C mean the same: no new connection is accepted, requests that run may end, then background
tasks end, all within ten seconds. A second signal ends the process at once. What keeps it from starting is
told in one line.
"""

import asyncio
import errno
import gc
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from yarl import URL

from ocpi.process import logs
from ocpi.process.failures import StartFailed
from ocpi.process.tasks import Supervisor

LARGEST_BODY_BYTES = 2 * 1024 * 1024
STOP_WITHIN_S = 10.0
_REQUESTS_END_WITHIN_S = 4.5  # aiohttp takes twice that for a handler that will not end
_GARBAGE = (20_000, 20, 20)  # so many new objects before they are looked through
_TO_STOP = (signal.SIGTERM, signal.SIGINT)

_log = logs.logger(__name__)


class PortTaken(StartFailed):
    """A port cannot be listened on; the text is one line."""

    exit_code: ClassVar[int] = os.EX_OSERR


Answering = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What answers on a port of its own, an application or one function that takes every request as it comes.
    `setting` is the variable an operator changes to move it.

    `is_shared`: other processes of the service listen there as well. `inherited` is a socket that listens
    already, instead of host and port. `tls`: encrypted, TLS ends here. `backlog`: so many connections wait in
    the kernel to be accepted; what comes beyond may be reset.
    """

    name: str
    app: web.Application | Answering
    port: int
    host: str = "127.0.0.1"
    setting: str | None = None
    is_shared: bool = False
    inherited: socket.socket | None = None
    tls: ssl.SSLContext | None = None
    backlog: int = 128


def main(service: Callable[[], Coroutine[object, object, int | None]]) -> int:
    """Run `service()` to its end, on uvloop where installed; the process's exit code, 0 unless it says so.

    StartFailed becomes its line on standard error and its exit code; any other error keeps its traceback.
    """
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(service()) or os.EX_OK
    except StartFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.exit_code
    except KeyboardInterrupt:  # before the signals were ours
        return 128 + signal.SIGINT


async def serve(
    sites: Sequence[Site],
    *,
    supervisor: Supervisor,
    started: Callable[[Mapping[str, str]], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then stop: within 10 s, running requests first, then the Supervisor.

    `started` is called once with the URL of every site, by name. Raises PortTaken.
    """
    told_to_stop = signals_to_stop()
    try:
        async with listening(sites) as urls:
            leave_in_peace_what_stays()
            if started is not None:
                started(urls)
            _log.info("service started", **urls)
            _log.info("service stops", signal=(await told_to_stop).name)
            leave_signals_to_the_system()
            stop_began = asyncio.get_running_loop().time()
        spent_s = asyncio.get_running_loop().time() - stop_began
        await supervisor.stop(within=max(STOP_WITHIN_S - spent_s, 0))
        _log.info("service stopped")
    finally:
        leave_signals_to_the_system()


@asynccontextmanager
async def listening(sites: Sequence[Site]) -> AsyncIterator[dict[str, str]]:
    """Have every site take connections inside the context, all or none; yields their URLs by name.

    Port 0 means any free one. Leaving lets running requests end. Raises PortTaken.
    """
    runners = [_runner(site) for site in sites]
    try:
        yield {site.name: await _listen(runner, site) for runner, site in zip(runners, sites, strict=True)}
    finally:
        await asyncio.gather(*(runner.cleanup() for runner in runners))


def _runner(site: Site) -> web.BaseRunner:
    if isinstance(site.app, web.Application):
        return web.AppRunner(site.app, access_log=None, shutdown_timeout=_REQUESTS_END_WITHIN_S)
    server = web.Server(site.app, request_factory=_request, access_log=None)
    return web.ServerRunner(server, shutdown_timeout=_REQUESTS_END_WITHIN_S)


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY_BYTES)


async def _listen(runner: web.BaseRunner, site: Site) -> str:
    await runner.setup()
    try:
        await _door(runner, site).start()
    except OSError as error:
        raise PortTaken(why_not(site, error)) from error
    scheme = "http" if site.tls is None else "https"
    return str(URL.build(scheme=scheme, host=site.host, port=runner.addresses[0][1]))


def leave_in_peace_what_stays() -> None:
    """Modules, models and tables live as long as the process: looking through them for garbage, over and
    over, costs a tenth of the throughput of a relay.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


def _door(runner: web.BaseRunner, site: Site) -> web.BaseSite:
    if site.inherited is not None:
        return web.SockSite(runner, site.inherited, ssl_context=site.tls)
    return web.TCPSite(
        runner,
        site.host,
        site.port,
        reuse_port=site.is_shared or None,
        ssl_context=site.tls,
        backlog=site.backlog,
    )


def why_not(site: Site, error: OSError) -> str:
    """One line for the operator."""
    where = f"{site.name} cannot listen on {site.host}:{site.port}"
    remedy = f", or set {site.setting}" if site.setting else ""
    if error.errno == errno.EADDRINUSE:
        return f"{where}: the port is taken; find by whom with: ss -ltnp 'sport = :{site.port}'{remedy}"
    return f"{where}: {os.strerror(error.errno) if error.errno else error}{remedy}"


def signals_to_stop() -> asyncio.Future[signal.Signals]:
    """The first signal that says so, once it came."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[signal.Signals] = loop.create_future()
    for number in _TO_STOP:
        loop.add_signal_handler(number, _tell, told, number)
    return told


def _tell(told: asyncio.Future[signal.Signals], number: signal.Signals) -> None:
    if not told.done():
        told.set_result(number)


def leave_signals_to_the_system() -> None:
    """From now on a signal ends the process, without asking the loop."""
    for number in _TO_STOP:
        asyncio.get_running_loop().remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - an optional extra
    except ImportError:
        return None
    return uvloop.new_event_loop
