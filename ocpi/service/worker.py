"""A service as one of several processes: it shares the OCPI port, and its admin port is for its parent alone.

What it is told on the command line is what `ocpi.process.workers` says there: its number, its private socket,
and the pipe on which it says that it serves.
"""

import os
import socket
from collections.abc import Sequence
from typing import TypeVar

from ocpi.process.mongo import Index
from ocpi.process.run import serve
from ocpi.process.workers.numbers import route
from ocpi.service.run import Build, Seat, connected, started
from ocpi.service.settings import SeveralSettings

Settings = TypeVar("Settings", bound=SeveralSettings)


def work_as_one(
    kind: type[Settings], build: Build[Settings], more_indexes: Sequence[Index], arguments: Sequence[str]
) -> int:
    """The exit code of the process."""
    number, private, pipe = (int(each) for each in arguments)
    seat = Seat(number, socket.socket(fileno=private))

    async def live(settings: Settings, url: str) -> None:
        async with connected(settings, url, build, more_indexes, seat) as service:
            service.admin.router.add_routes([route(service.foundation.metrics)])
            supervisor = service.foundation.supervisor
            await serve(service.sites, supervisor=supervisor, started=lambda _: _serves(pipe))

    return started(kind, live, worker=number)


def _serves(pipe: int) -> None:
    os.write(pipe, b".")
