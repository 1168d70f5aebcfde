"""Keeps as many workers alive as were asked for.

The first starts alone, so that what keeps the service from starting is told once; a worker that ends before
it ever served ends the start. From then on one that dies is begun again, after a pause that doubles while it
keeps dying, and the others go on.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from types import TracebackType
from typing import Final, Self

from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.metrics import Metrics
from ocpi.process.run import STOP_WITHIN_S
from ocpi.process.tasks import Supervisor
from ocpi.process.workers.life import Life

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
STABLE_S: Final = 60.0
"""Whoever lived that long is begun again after the first pause."""
_TO_BE_SURE_S: Final = 1.0

log = logs.logger(__name__)


class Worker:
    """`lives` counts its processes. Its private address outlives them: they inherit the socket."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.lives = 0
        self.is_serving = False
        self._private = socket.create_server(("127.0.0.1", 0))
        self._limits: set[asyncio.Timeout] = set()
        self._life: Life | None = None
        self.url = f"http://127.0.0.1:{self._private.getsockname()[1]}"

    @property
    def pid(self) -> int | None:
        return self._life.pid if self._life else None

    async def begin(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        private = self._private.fileno()
        self._life = await Life.begin(
            [*command, str(self.number), str(private)], environ, keep_open=[private]
        )
        self.lives += 1

    async def serves(self) -> bool:
        self.is_serving = self._life is not None and await self._life.serves()
        return self.is_serving

    async def ended(self) -> int:
        """The exit code of its process; 0 where there has been none."""
        code = await self._life.ended() if self._life else 0
        self.is_serving = False
        limits, self._limits = self._limits, set()
        for limit in limits:
            limit.reschedule(asyncio.get_running_loop().time())
        return code

    @asynccontextmanager
    async def while_it_lives(self, within_s: float) -> AsyncIterator[None]:
        """For what is asked of it. Raises TimeoutError after so long, or as soon as its process has ended."""
        async with asyncio.timeout(within_s) as limit:
            self._limits.add(limit)
            try:
                yield
            finally:
                self._limits.discard(limit)

    def stop(self) -> None:
        if self._life:
            self._life.stop()

    def kill(self) -> None:
        if self._life:
            self._life.kill()

    def close(self) -> None:
        self._private.close()


class Pool:
    """`command` is called with a worker's number, its private socket and a pipe (see `Life`) added to it.

    As a context manager it stops all on leaving.
    """

    def __init__(
        self, *, command: Sequence[str], environ: Mapping[str, str], count: int, clock: Clock
    ) -> None:
        self.workers = [Worker(number) for number in range(1, count + 1)]
        self.metrics = Metrics()
        self._command = command
        self._environ = environ
        self._clock = clock
        self._is_stopping = False
        self._stops_by = 0.0
        self._count = self.metrics.gauge("workers", "Processes of this service, by state.", ("state",))
        self._restarts = self.metrics.counter("worker_restarts", "Workers begun again.", ("worker",))
        self._count.labels("wanted").set(count)
        self._count.labels("serving").set_function(lambda: len(self.serving()))

    def serving(self) -> list[Worker]:
        return [worker for worker in self.workers if worker.is_serving]

    async def start(self) -> int | None:
        """None once all serve; else the exit code of one that did not, which has told why.

        `stop` may be called meanwhile: then none serves.
        """
        first, *others = self.workers
        if (code := await self._starts([first])) is not None:
            return code
        return await self._starts(others)

    def keep(self, supervisor: Supervisor) -> None:
        """From now on whoever dies is begun again."""
        for worker in self.workers:
            supervisor.start(f"keep worker {worker.number}", partial(self._keep, worker), restart=True)

    def stop(self) -> None:
        """Tell all to end what they have begun, and end."""
        if not self._is_stopping:
            self._is_stopping = True
            self._stops_by = self._clock.monotonic() + STOP_WITHIN_S + _TO_BE_SURE_S
            for worker in self.workers:
                worker.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(self._stops_by - self._clock.monotonic(), 0)):
                await self._all_ended()
        for worker in self.workers:
            worker.kill()
        await self._all_ended()
        for worker in self.workers:
            worker.close()

    async def _all_ended(self) -> None:
        for worker in self.workers:
            await worker.ended()

    async def _starts(self, workers: Sequence[Worker]) -> int | None:
        for worker in workers:
            if not self._is_stopping:
                await worker.begin(self._command, self._environ)
        for worker in workers:
            if not await worker.serves():
                return await worker.ended() or 1
        return None

    async def _keep(self, worker: Worker) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._is_stopping:
            began_s = self._clock.monotonic()
            code = await worker.ended()
            if self._is_stopping:
                return
            if self._clock.monotonic() - began_s > STABLE_S:
                pause_s = FIRST_PAUSE_S
            log.error("worker ended", worker=worker.number, code=code, begun_again_in_s=pause_s)
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            await self._begin_again(worker)

    async def _begin_again(self, worker: Worker) -> None:
        if self._is_stopping:
            return
        self._restarts.labels(str(worker.number)).inc()
        await worker.begin(self._command, self._environ)
        if await worker.serves():
            log.info("worker serves again", worker=worker.number, pid=worker.pid)
