"""What a station has to say, in order, each thing until it is answered.

One thing is on its way at a time. A lost link leaves it first in the queue, unchanged; silence or a CALLERROR
is tried again after growing pauses, and given up in the end, as the specification allows.
Spec: OCPP 1.6, 3.7.1 (TransactionMessageAttempts, TransactionMessageRetryInterval); OCPP-J 1.6, 4.1.1.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from ocpp.exceptions import OCPPError, UnknownCallErrorCodeError

from ocpi.process import logs
from ocpi.process.clock import Clock

_log = logs.logger(__name__)


class Caller(Protocol):
    async def talk(self, message: Any) -> Any:
        """Raises OCPPError, UnknownCallErrorCodeError, TimeoutError."""


class GivenUp(Exception):
    """An errand was tried as often as the station tries; the text says what stood in the way last."""


@dataclass(frozen=True, slots=True)
class _Errand:
    request: Callable[[], Any]
    answer: asyncio.Future[Any]


class Errands:
    def __init__(self, *, clock: Clock, attempts: int, retry_s: float) -> None:
        self._clock = clock
        self._attempts = attempts
        self._retry_s = retry_s
        self._waiting: deque[_Errand] = deque()
        self._added = asyncio.Event()

    @property
    def is_waiting(self) -> bool:
        """Whether something is still to be delivered."""
        return bool(self._waiting)

    def tell(self, request: Callable[[], Any]) -> None:
        """`request` makes the message when its turn comes."""
        self.ask(request).add_done_callback(_seen)

    def ask(self, request: Callable[[], Any]) -> "asyncio.Future[Any]":
        """As `tell`, for who wants the answer, or GivenUp."""
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append(_Errand(request, answer))
        self._added.set()
        return answer

    async def run(self, caller: Caller) -> None:
        """Until cancelled: deliver what waits, and what comes."""
        while True:
            while self._waiting:
                await self._deliver(caller, self._waiting[0])
                self._waiting.popleft()
                _end_if_cancelled()
            self._added.clear()
            await self._added.wait()

    async def _deliver(self, caller: Caller, errand: _Errand) -> None:
        for attempt in count(1):
            try:
                answer = await caller.talk(errand.request())
            except (OCPPError, UnknownCallErrorCodeError, TimeoutError) as error:
                if attempt >= self._attempts:
                    errand.answer.set_exception(GivenUp(f"{type(error).__name__}: {error}"))
                    return
                _log.warning("errand failed, tried again", attempt=attempt, reason=str(error))
                await self._clock.sleep(self._retry_s * attempt)
            else:
                errand.answer.set_result(answer)
                return


def _end_if_cancelled() -> None:
    """A cancellation that meets an answer is lost in `asyncio.wait_for` of Python 3.11."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _seen(answer: asyncio.Future[Any]) -> None:
    """Nobody waits for it: a failure has been logged, and is no surprise to the loop."""
    if not answer.cancelled():
        answer.exception()
