"""What was accepted is tried once, and what became of it is told, whatever happens.

An order is never repeated: what a restart interrupted is told as failed. (Stops that are held are not tried
here: see `stopping`.) Telling is tried a few times, since the partner waits for it.
Spec: 2.3.0 mod_commands, Flow (a result follows every accepted command).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import count
from typing import Final, Protocol

from cpo_adapter.commands.callbacks import Callbacks
from cpo_adapter.commands.model import Promise
from cpo_adapter.commands.outcomes import result_of_trouble
from cpo_adapter.commands.store import PromiseStore
from cpo_adapter.ocpp.intents import NotAsked, StationGone
from ocpi.client.results import Result
from ocpi.errors import DeliveryError, Rejected
from ocpi.process.clock import Clock
from ocpi.process.logs import correlation, logger
from ocpi.process.tasks import Supervisor

log = logger(__name__)

ANSWERED_WITHIN_S: Final = 35.0
"""A station has thirty seconds, and may be busy with another question before."""

PAUSES_S: Final = (2.0, 10.0)
_LEAST_FAILURE: Final = 500

Work = Callable[[], Awaitable[Result]]


class Lives(Protocol):
    """The processes of this adapter: this one's name, and those that live."""

    @property
    def life(self) -> str: ...

    def living(self) -> Sequence[str]: ...


class Promises:
    def __init__(
        self,
        *,
        store: PromiseStore,
        callbacks: Callbacks,
        crew: Lives,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._store = store
        self._crew = crew
        self._callbacks = callbacks
        self._supervisor = supervisor
        self._clock = clock

    async def make(self, promise: Promise, work: Work) -> None:
        """Durable when it returns; the work is done afterwards."""
        await self._store.add(promise, self._crew.life)
        self._supervisor.start(f"{promise.action} {promise.station}", partial(self._keep, promise, work))

    async def recover(self) -> None:
        """Tell what processes did not come to that are no more."""
        interrupted = StationGone("the process ended")
        for promise, result in await self._store.left(self._crew.life, self._crew.living()):
            self.finish(promise, result or result_of_trouble(promise.kind, interrupted))

    async def _keep(self, promise: Promise, work: Work) -> None:
        with correlation(promise.reply.correlation_id):
            self.finish(promise, await self._result(promise, work))

    def finish(self, promise: Promise, result: Result) -> None:
        """Soon, and again and again if need be: it is the database that may be away, not the partner."""
        name = f"tell of {promise.action} {promise.station}"
        self._supervisor.start(name, partial(self._finish, promise, result), restart=True)

    async def _finish(self, promise: Promise, result: Result) -> None:
        with correlation(promise.reply.correlation_id):
            await self._store.settle(promise, result)
            trouble = await self._told(promise, result)
            await self._store.close(promise, trouble)
            log.info("order finished", action=promise.action, station=promise.station, trouble=trouble)

    async def _result(self, promise: Promise, work: Work) -> Result:
        """The worker's door: whatever goes wrong is a result too."""
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                return await work()
        except (NotAsked, TimeoutError) as error:
            log.warning("station not asked", station=promise.station, reason=str(error))
            return result_of_trouble(promise.kind, error)
        except Exception as error:
            log.exception("order failed", action=promise.action, station=promise.station)
            return result_of_trouble(promise.kind, error)

    async def _told(self, promise: Promise, result: Result) -> str | None:
        """None, or why it was given up."""
        for attempt in count():
            try:
                await self._callbacks.tell(promise.reply, result)
            except DeliveryError as error:
                if _is_final(error) or attempt == len(PAUSES_S):
                    return error.text
            else:
                return None
            await self._clock.sleep(PAUSES_S[attempt])
        raise AssertionError


def _is_final(error: DeliveryError) -> bool:
    """They heard it, and want none of it."""
    return isinstance(error, Rejected) and error.http < _LEAST_FAILURE
