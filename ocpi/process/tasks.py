"""The owner of every background task of a process.

A task without an owner vanishes with its exception, and may be collected while it runs. Here each one has a
name, a death is logged, work that must go on comes back after a pause, and `stop` leaves nothing behind.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from ocpi.process import logs
from ocpi.process.clock import Clock

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0

Work = Callable[[], Awaitable[None]]

_log = logs.logger(__name__)


class Supervisor:
    """Starts tasks, watches them, ends them.

    As a context manager it stops on leaving. `troubles` names the tasks that wait to be restarted.
    """

    def __init__(self, *, name: str, clock: Clock) -> None:
        self.name = name
        self.troubles: dict[str, str] = {}  # task name -> what it died of, while it pauses
        self._clock = clock
        self._tasks: set[asyncio.Task[Exception | None]] = set()
        self._stopping = False

    def start(self, name: str, work: Work, *, restart: bool = False) -> None:
        """Run `work()` in a task named `<supervisor>.<name>`; names need not differ.

        With `restart`, work that raises is begun again after a pause of 1 s, doubling to 60 s, and reset by
        a run of more than 60 s. Work that returns has ended well, and is not begun again.
        Raises RuntimeError after `stop`.
        """
        if self._stopping:
            raise RuntimeError(f"{self.name} is stopping: {name} cannot be started any more")
        full_name = f"{self.name}.{name}"
        life = self._live_again(full_name, work) if restart else self._live(full_name, work)
        task = asyncio.create_task(life, name=full_name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self, within: float = 10) -> None:
        """Cancel every task and wait up to `within` real seconds; what does not end is logged, and left."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        if not self._tasks:
            return
        _, stuck = await asyncio.wait(self._tasks, timeout=within)
        for task in stuck:
            _log.error("task did not stop", task=task.get_name(), within_s=within)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.stop()

    async def _live_again(self, name: str, work: Work) -> None:
        pause_s = FIRST_PAUSE_S
        began = self._clock.monotonic()
        while (error := await self._live(name, work)) is not None:
            if self._clock.monotonic() - began > LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            if self._stopping:  # a group that fails while it is cancelled tells of the failure alone
                return
            self.troubles[name] = f"{type(error).__name__}: {error}"
            _log.warning("task pauses before it restarts", task=name, pause_s=pause_s)
            await self._clock.sleep(pause_s)
            del self.troubles[name]
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            began = self._clock.monotonic()

    @staticmethod
    async def _live(name: str, work: Work) -> Exception | None:
        """What the work died of, if it did."""
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - one of the four doors: the supervisor
            _log.exception("task died", task=name)
            return error
        return None
