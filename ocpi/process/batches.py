"""Work that is asked for at the same time is done together: group commit.

What is added while a batch is on its way goes with the next one, which leaves when that batch is back. Nobody
waits for company: alone, one goes at once. Whoever added is told the outcome of what he added, and nothing
before its batch is back. Two changes of one thing never share a batch, so they keep their order.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from ocpi.process.tasks import Supervisor

AT_MOST: Final = 1000

Item = TypeVar("Item")
Result = TypeVar("Result")

Send = Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]]
"""Does a batch, and says what became of each member: a failure fails that member alone."""


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Item, Result]):
    key: str
    item: Item
    told: asyncio.Future[Result]


class Batches(Generic[Item, Result]):
    """`send` runs in a task of the supervisor, one batch at a time."""

    def __init__(self, name: str, send: Send[Item, Result], supervisor: Supervisor) -> None:
        self._name = name
        self._send = send
        self._supervisor = supervisor
        self._queue: deque[_Waiting[Item, Result]] = deque()
        self._is_sending = False

    def add(self, key: str, item: Item) -> asyncio.Future[Result]:
        """`key` names what the item changes. Who cancels before the item has left has asked for nothing."""
        if not self._is_sending:
            self._supervisor.start(self._name, self._send_all)
            self._is_sending = True
        told: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(key, item, told))
        return told

    async def _send_all(self) -> None:
        try:
            while batch := self._next():
                await self._settle(batch)
        finally:
            self._is_sending = False
            _abandon(self._queue)

    def _next(self) -> list[_Waiting[Item, Result]]:
        batch: dict[str, _Waiting[Item, Result]] = {}
        later: list[_Waiting[Item, Result]] = []
        while self._queue and len(batch) < AT_MOST:
            first = self._queue.popleft()
            if first.key in batch:
                later.append(first)
            elif not first.told.done():
                batch[first.key] = first
        self._queue.extendleft(reversed(later))
        return list(batch.values())

    async def _settle(self, batch: Sequence[_Waiting[Item, Result]]) -> None:
        results: Sequence[Result | Exception]
        try:
            results = await self._send([each.item for each in batch])
        except asyncio.CancelledError:
            _abandon(batch)
            raise
        except Exception as error:  # noqa: BLE001 - a worker's turn: whoever waits for it is told
            results = [error] * len(batch)
        for each, result in zip(batch, results, strict=True):
            _tell(each.told, result)


async def together(told: Sequence[asyncio.Future[Result]]) -> None:
    """Return when all are done. Raises what the first of them failed with."""
    if len(told) == 1:
        await told[0]
    else:
        await asyncio.gather(*told)


def _tell(told: "asyncio.Future[Result]", result: Result | Exception) -> None:
    if told.done():
        return
    if isinstance(result, Exception):
        told.set_exception(result)
    else:
        told.set_result(result)


def _abandon(waiting: Iterable[_Waiting[Item, Result]]) -> None:
    """The process is stopping: what became of these is not known."""
    for each in waiting:
        each.told.cancel()
