"""A service as several processes on one machine: the parent, which serves the admin port for all of them.

It owns the embedded MongoDB where there is one, keeps the OCPI port from others, starts the workers and ends
them. It opens no database and holds no key.
"""

import os
import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TypeVar

from aiohttp import web

from ocpi.process import logs
from ocpi.process.clock import Clock, SystemClock
from ocpi.process.failures import StartFailed
from ocpi.process.mongo import Index
from ocpi.process.run import Site, leave_signals_to_the_system, listening, signals_to_stop
from ocpi.process.settings import load
from ocpi.process.tasks import Supervisor
from ocpi.process.workers.pool import Pool
from ocpi.process.workers.reservation import reserved
from ocpi.service.joined_admin import JoinedAdmin
from ocpi.service.run import Build, admin_site, ocpi_site, run, started
from ocpi.service.settings import PlatformSettings, SeveralSettings

Settings = TypeVar("Settings", bound=SeveralSettings)
MorePorts = Callable[[Settings], Sequence[Site]]
log = logs.logger(__name__)


def run_several(
    kind: type[Settings],
    build: Build[Settings],
    more_indexes: Sequence[Index],
    *,
    worker: str,
    workers: int | None = None,
    more_ports: MorePorts[Settings] = lambda _: (),
) -> int:
    """The exit code. `worker` is the module that is run as each; `workers` goes before the settings.

    `more_ports` are shared by the workers beside that of OCPI.
    """
    count = workers or _asked_for(kind)
    if count == 1:
        return run(kind, build, more_indexes)

    async def live(settings: Settings, url: str) -> int | None:
        clock, command = SystemClock(), [sys.executable, "-m", worker]
        pool = Pool(command=command, environ=_environ(settings, url), count=count, clock=clock)
        return await _live(settings, pool, clock, more_ports(settings))

    return started(kind, live)


def _asked_for(kind: type[SeveralSettings]) -> int:
    """Where the settings are broken, whoever runs alone says so."""
    try:
        return load(kind).workers
    except StartFailed:
        return 1


async def _live(
    settings: PlatformSettings, pool: Pool, clock: Clock, more_ports: Sequence[Site]
) -> int | None:
    admin = JoinedAdmin(settings.database, pool)
    told_to_stop = signals_to_stop()
    told_to_stop.add_done_callback(lambda _: pool.stop())
    with ExitStack() as ports:
        for site in (ocpi_site(web.Application(), settings), *more_ports):
            ports.enter_context(reserved(site))
        async with (
            pool,
            admin,
            Supervisor(name=f"{settings.database}.workers", clock=clock) as supervisor,
            listening([admin_site(admin.application, settings)]) as urls,
        ):
            if (code := await pool.start()) is not None:
                return os.EX_OK if told_to_stop.done() else code
            pool.keep(supervisor)
            log.info("service started", ocpi=settings.url, workers=len(pool.workers), **urls)
            log.info("service stops", signal=(await told_to_stop).name)
            leave_signals_to_the_system()
    log.info("service stopped")
    return None


def _environ(settings: PlatformSettings, url: str) -> dict[str, str]:
    """All workers use one database, and one card has one pseudonym in the lines of all."""
    key = settings.pseudonym_key
    return {
        **os.environ,
        "PASSERELLE_MONGO_URL": url,
        "PASSERELLE_PSEUDONYM_KEY": key.get_secret_value() if key else secrets.token_hex(),
    }
