"""Sends stops that are held for their stations, and sees to it that each partner hears one result.

Every process looks after the stations that are connected to it. A stop is sent once by each connection, until
the station has answered: it names one transaction, so one that comes twice finds nothing more to stop. A
station that has just come tells what happened meanwhile first; if the session has ended, nothing is sent.
Spec: 2.3.0 mod_commands, StopSession object; OCPP 1.6, 5.11, and 3.7 (what was queued is told afterwards).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import groupby
from typing import Final, Protocol

from cpo_adapter.commands.held_stops import HeldStop, HeldStops
from cpo_adapter.commands.outcomes import command_result, result_of_trouble, words
from cpo_adapter.commands.promises import ANSWERED_WITHIN_S, Promises
from cpo_adapter.ocpp.connection import Connection
from cpo_adapter.ocpp.intents import RemoteStop, StationGone, StationSilent
from cpo_adapter.sessions.store import TransactionStore
from ocpi.client.results import Result
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import DriverError
from ocpi.process.tasks import Supervisor
from schemas.v2_3_0.commands import CommandResult
from schemas.v2_3_0.enums import CommandResultType

log = logger(__name__)

EVERY_S: Final = 0.5
QUIET_S: Final = 2.0
"""A station that has just come and says nothing for so long has told what it had to tell, …"""

SETTLED_S: Final = 15.0
"""… and one that has been there for so long is not waited for."""

_ENDED: Final = CommandResult(result=CommandResultType.REJECTED, message=words("this session has ended"))
_TOO_LATE: Final = result_of_trouble(CommandResult, TimeoutError())
Waiting = Callable[[Sequence[str]], Awaitable[list[str]]]
"""Those of the stations that said something which is not understood yet."""


class Lines(Protocol):
    def connection(self, station: str) -> Connection | None:
        """To this process."""


class Stopping:
    def __init__(
        self,
        *,
        store: HeldStops,
        lines: Lines,
        transactions: TransactionStore,
        waiting: Waiting,
        promises: Promises,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._store = store
        self._lines = lines
        self._transactions = transactions
        self._waiting = waiting
        self._promises = promises
        self._supervisor = supervisor
        self._clock = clock
        self._sent: dict[str, str] = {}  # stop -> the connection that it was sent by last
        self._asking: set[int] = set()  # numbers of transactions
        self._settling: set[str] = set()
        self._told: set[str] = set()

    async def run(self) -> None:
        while True:
            try:
                await self.turn()
            except DriverError as error:
                log.warning("held stops are out of sight", error=type(error).__name__)
            await self._clock.sleep(EVERY_S)

    async def turn(self) -> None:
        """Raises DriverError."""
        held = await self._store.all()
        self._sent = {stop.promise.id: self._sent.get(stop.promise.id, "") for stop in held}
        self._told &= self._sent.keys()
        looked_at = [stop for stop in held if stop.promise.id not in self._settling]
        for stop in looked_at:
            self._look_at_the_time(stop)
        for number, stops in groupby(sorted(looked_at, key=_number), key=_number):
            await self._look_at(number, list(stops))

    def _look_at_the_time(self, stop: HeldStop) -> None:
        now = self._clock.now()
        is_over = now >= stop.until
        if not stop.is_answered and now >= stop.answer_by:
            self._settle_soon(stop, _TOO_LATE, is_over=is_over)
        elif stop.is_answered and is_over:
            self._settle_soon(stop, None, is_over=True)

    async def _look_at(self, number: int, stops: list[HeldStop]) -> None:
        """All that are held for one transaction; one that is sent is sent for all of them."""
        line = self._lines.connection(stops[0].station)
        if line is None or number in self._asking:
            return
        _, end = await self._transactions.ended(number, line.station)
        if end is not None:
            for stop in stops:
                self._settle_soon(stop, _TOO_LATE if self._sent[stop.promise.id] else _ENDED, is_over=True)
        elif self._is_new(stops, line) and await self._has_told_all(line):
            self._send(stops, line)

    def _is_new(self, stops: list[HeldStop], line: Connection) -> bool:
        now = self._clock.now()
        return any(now < stop.until and self._sent[stop.promise.id] != line.entry for stop in stops)

    async def _has_told_all(self, line: Connection) -> bool:
        now_s = self._clock.monotonic()
        if now_s - line.came_at_s >= SETTLED_S:
            return True
        return now_s - line.heard_at_s >= QUIET_S and not await self._waiting([line.station])

    def _send(self, stops: list[HeldStop], line: Connection) -> None:
        self._asking.add(stops[0].number)
        self._sent.update({stop.promise.id: line.entry for stop in stops})
        self._supervisor.start(f"held stop at {line.station}", partial(self._ask, stops[0], line))

    async def _ask(self, stop: HeldStop, line: Connection) -> None:
        """A station may end the session before it answers."""
        result = await self._answer(stop, line)
        if result is None:
            self._asking.discard(stop.number)
        else:
            done = partial(self._answered, stop.number, result)
            self._supervisor.start(f"held stop at {line.station} answered", done, restart=True)

    async def _answer(self, stop: HeldStop, line: Connection) -> Result | None:
        """None: it said nothing by this connection, and is asked by its next one."""
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                return command_result(await line.ask(RemoteStop(stop.name)))
        except (StationGone, StationSilent, TimeoutError) as error:
            log.warning("held stop not answered", station=line.station, reason=str(error))
            return None
        except Exception as error:
            log.exception("held stop failed", station=line.station)
            return result_of_trouble(CommandResult, error)

    async def _answered(self, number: int, result: Result) -> None:
        """To whoever waits for it by now."""
        for stop in await self._store.of(number):
            self._settle_soon(stop, result, is_over=True)
        self._asking.discard(number)

    def _settle_soon(self, stop: HeldStop, result: Result | None, *, is_over: bool) -> None:
        """Again and again if need be: it is the database that may be away."""
        self._settling.add(stop.promise.id)
        settle = partial(self._settle, stop, result, is_over=is_over)
        self._supervisor.start(f"settle held stop at {stop.station}", settle, restart=True)

    async def _settle(self, stop: HeldStop, result: Result | None, *, is_over: bool) -> None:
        """Told last, after all that may fail, and once: what was read before may be settled again."""
        name = stop.promise.id
        is_ours = result is not None and await self._store.decide(stop, result)
        if is_over:
            await self._store.release(stop, result)
        self._settling.discard(name)
        if result is not None and is_ours and name not in self._told:
            self._told.add(name)
            self._promises.finish(stop.promise, result)


def _number(stop: HeldStop) -> int:
    return stop.number
