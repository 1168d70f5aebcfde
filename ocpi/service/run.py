"""From the environment to a running service, and back to nothing.

The order matters: settings, logs, database, parts, doors; and all of it given back in the opposite order.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from ocpi.delivery.metrics import OutboxMetrics
from ocpi.process import logs
from ocpi.process.clock import Clock, SystemClock
from ocpi.process.egress import Egress
from ocpi.process.embedded_mongo import database_url
from ocpi.process.failures import StartFailed
from ocpi.process.mongo import Index, Mongo
from ocpi.process.run import Site, main, serve
from ocpi.process.settings import load, variable
from ocpi.process.tasks import Supervisor
from ocpi.process.tracing import Tracing, tracing
from ocpi.process.witness import NOBODY
from ocpi.recorder.ring import NOTHING_KEPT, Recorder
from ocpi.service.foundation import Foundation, Ground, lay
from ocpi.service.settings import PlatformSettings

Settings = TypeVar("Settings", bound=PlatformSettings)


@dataclass(frozen=True, slots=True)
class Built:
    """What a service serves; `more` are sites beside the two doors that every service has."""

    ocpi: web.Application
    admin: web.Application
    more: Sequence[Site] = ()


@dataclass(frozen=True, slots=True)
class Assembled:
    foundation: Foundation
    sites: list[Site]


Build = Callable[[Foundation, Settings], Awaitable[Built]]


def run(kind: type[Settings], build: Build[Settings], more_indexes: Sequence[Index] = ()) -> int:
    """The exit code of the process."""
    try:
        settings = load(kind)
        key = settings.pseudonym_key
        logs.configure(settings.log_level, pseudonym_key=key.get_secret_value() if key else None)
        with database_url(folder=settings.keys / "mongo") as url:
            return main(lambda: _live(settings, url, build, more_indexes))
    except StartFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.exit_code


async def _live(settings: Settings, url: str, build: Build[Settings], more_indexes: Sequence[Index]) -> None:
    mongo = await Mongo.connect(url, settings.database)
    try:
        async with assembled(settings, mongo, SystemClock(), build, more_indexes) as service:
            await serve(service.sites, supervisor=service.foundation.supervisor)
    finally:
        mongo.close()


@asynccontextmanager
async def assembled(
    settings: Settings, mongo: Mongo, clock: Clock, build: Build[Settings], more_indexes: Sequence[Index]
) -> AsyncIterator[Assembled]:
    """Every part at work, no port open yet. The caller owns the database and opens the sites."""
    recorder = Recorder(clock=clock) if settings.record_days else NOTHING_KEPT
    async with (
        _traced(settings) as traced,
        _egress(settings, traced, recorder) as egress,
        Supervisor(name=f"{settings.database}.writes", clock=clock) as writers,
        Supervisor(name=settings.database, clock=clock) as supervisor,
    ):
        instance = f"{socket.gethostname()}:{settings.port}"
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
        )
        foundation = await lay(ground, more_indexes)
        built = await build(foundation, settings)
        for outermost in reversed(traced.middlewares):
            built.ocpi.middlewares.insert(0, outermost)
        _set_to_work(foundation)
        yield Assembled(foundation, _sites(built, settings))


def _set_to_work(foundation: Foundation) -> None:
    counting = OutboxMetrics(foundation.outbox, foundation.metrics, foundation.clock)
    for name, work in (
        ("keep the directory fresh", foundation.directory.keep_fresh),
        ("deliver", foundation.delivery.run),
        ("keep the leases of delivery", foundation.delivery.keep_leases),
        ("count the outbox", counting.keep_counting),
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


def _sites(built: Built, settings: PlatformSettings) -> list[Site]:
    return [
        _site("ocpi", built.ocpi, (settings.host, settings.port), settings),
        _site("admin", built.admin, (settings.admin_host, settings.admin_port), settings),
        *built.more,
    ]


def _site(name: str, app: web.Application, at: tuple[str, int], settings: PlatformSettings) -> Site:
    field = "port" if name == "ocpi" else f"{name}_port"
    return Site(name=name, app=app, host=at[0], port=at[1], setting=variable(type(settings), field))
