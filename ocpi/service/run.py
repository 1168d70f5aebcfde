"""From the environment to a running service, and back to nothing.

The order matters: settings, logs, database, parts, doors; and all of it given back in the opposite order.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from aiohttp import web

from ocpi.delivery.metrics import OutboxMetrics
from ocpi.process import logs
from ocpi.process.clock import Clock, SystemClock
from ocpi.process.egress import Egress
from ocpi.process.embedded_mongo import database_url
from ocpi.process.failures import StartFailed
from ocpi.process.mongo import Index, Mongo
from ocpi.process.run import Answering, Site, main, serve
from ocpi.process.settings import load, variable
from ocpi.process.tasks import Supervisor
from ocpi.process.tracing import Tracing, tracing
from ocpi.process.witness import NOBODY
from ocpi.recorder.ring import NOTHING_KEPT, Recorder
from ocpi.server.traced import within
from ocpi.service.foundation import Foundation, Ground, lay
from ocpi.service.settings import PlatformSettings

Settings = TypeVar("Settings", bound=PlatformSettings)


@dataclass(frozen=True, slots=True)
class Built:
    """What a service serves; `more` are sites beside the two doors that every service has."""

    ocpi: Answering
    admin: web.Application
    more: Sequence[Site] = ()


@dataclass(frozen=True, slots=True)
class Assembled:
    foundation: Foundation
    admin: web.Application
    sites: list[Site]


Build = Callable[[Foundation, Settings], Awaitable[Built]]


Live = Callable[[Settings, str], Coroutine[object, object, int | None]]


@dataclass(frozen=True, slots=True)
class Seat:
    """The place of one process among several of a service, from 1 up.

    `private` is where its parent asks it for what an admin port tells.
    """

    number: int
    private: socket.socket


def run(kind: type[Settings], build: Build[Settings], more_indexes: Sequence[Index] = ()) -> int:
    """The exit code of the process."""

    async def live(settings: Settings, url: str) -> None:
        async with connected(settings, url, build, more_indexes) as service:
            await serve(service.sites, supervisor=service.foundation.supervisor)

    return started(kind, live)


def started(kind: type[Settings], live: Live[Settings], worker: int | None = None) -> int:
    """The exit code of the process that is `live` with its settings and the URL of its database."""
    try:
        settings = load(kind)
        key = settings.pseudonym_key
        logs.configure(
            settings.log_level, pseudonym_key=key.get_secret_value() if key else None, worker=worker
        )
        with database_url(folder=settings.keys / "mongo") as url:
            return main(lambda: live(settings, url))
    except StartFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.exit_code


@asynccontextmanager
async def connected(
    settings: Settings,
    url: str,
    build: Build[Settings],
    more_indexes: Sequence[Index],
    seat: Seat | None = None,
) -> AsyncIterator[Assembled]:
    """As `assembled`, on the database at `url` and the machine's own clock."""
    mongo = await Mongo.connect(url, settings.database)
    try:
        async with assembled(settings, mongo, SystemClock(), build, more_indexes, seat, url) as service:
            yield service
    finally:
        mongo.close()


@asynccontextmanager
async def assembled(
    settings: Settings,
    mongo: Mongo,
    clock: Clock,
    build: Build[Settings],
    more_indexes: Sequence[Index],
    seat: Seat | None = None,
    clerk_writes_to: str | None = None,
) -> AsyncIterator[Assembled]:
    """Every part at work, no port open yet. The caller owns the database and opens the sites.

    Told the URL of the database, it has a clerk of its own: a child process, which writes the records there.
    """
    recorder = Recorder(clock=clock) if settings.record_days else NOTHING_KEPT
    async with (
        _traced(settings) as traced,
        _egress(settings, traced, recorder) as egress,
        Supervisor(name=f"{settings.database}.writes", clock=clock) as writers,
        Supervisor(name=settings.database, clock=clock) as supervisor,
    ):
        instance = f"{socket.gethostname()}:{settings.port}" + (f"/{seat.number}" if seat else "")
        ground = Ground(
            mongo=mongo,
            clock=clock,
            supervisor=supervisor,
            writers=writers,
            egress=egress,
            recorder=recorder,
            keeping=settings.keeping,
            keys=settings.keys,
            name=settings.database,
            instance=instance,
            clerk_writes_to=clerk_writes_to,
        )
        foundation = await lay(ground, more_indexes)
        built = await build(foundation, settings)
        _set_to_work(foundation)
        door = within(traced.middlewares, built.ocpi) if traced.middlewares else built.ocpi
        yield Assembled(foundation, built.admin, _sites(built, door, settings, seat))


def _set_to_work(foundation: Foundation) -> None:
    counting = OutboxMetrics(foundation.outbox, foundation.metrics, foundation.clock)
    for name, work in (
        ("keep the directory fresh", foundation.directory.keep_fresh),
        ("deliver", foundation.delivery.run),
        ("keep the leases of delivery", foundation.delivery.keep_leases),
        ("count the outbox", counting.keep_counting),
        ("keep the duty", foundation.duty.keep),
    ):
        foundation.supervisor.start(name, work, restart=True)


@asynccontextmanager
async def _traced(settings: PlatformSettings) -> AsyncIterator[Tracing]:
    traced = tracing(settings.database, settings.otlp_endpoint)
    try:
        yield traced
    finally:
        await asyncio.to_thread(traced.close)


def _egress(settings: PlatformSettings, traced: Tracing, recorder: Recorder) -> Egress:
    return Egress(
        allow_private=settings.allow_private,
        allowed_networks=settings.allowed_networks,
        trace_configs=traced.trace_configs,
        witness=NOBODY if recorder is NOTHING_KEPT else recorder,
    )


def _sites(
    built: Built, door: web.Application | Answering, settings: PlatformSettings, seat: Seat | None
) -> list[Site]:
    ocpi, admin = ocpi_site(door, settings), admin_site(built.admin, settings)
    if seat is None:
        return [ocpi, admin, *built.more]
    shared = [replace(each, is_shared=True) for each in (ocpi, *built.more)]
    return [*shared, replace(admin, inherited=seat.private)]


def ocpi_site(app: web.Application | Answering, settings: PlatformSettings) -> Site:
    setting = variable(type(settings), "port")
    return Site(name="ocpi", app=app, host=settings.host, port=settings.port, setting=setting)


def admin_site(app: web.Application, settings: PlatformSettings) -> Site:
    setting = variable(type(settings), "admin_port")
    return Site(name="admin", app=app, host=settings.admin_host, port=settings.admin_port, setting=setting)
