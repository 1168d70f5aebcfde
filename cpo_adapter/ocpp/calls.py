"""Our CALLs to one station: one outstanding at a time, each with a deadline, answers matched by message id.

An answer that nobody waits for, or no longer, is dropped at once, so that a station can fill no memory with
them.
Spec: OCPP-J 1.6, 4.1.1 (synchronicity); time-outs are ours to choose.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable

from cpo_adapter.ocpp import framing
from cpo_adapter.ocpp.framing import CallError, CallResult, Payload
from cpo_adapter.ocpp.intents import NotAsked, StationGone, StationRefused, StationSilent
from schemas.codec import Json


class Calls:
    def __init__(self, send: Callable[[str], Awaitable[None]], *, patience_s: float) -> None:
        self._send = send
        self._patience_s = patience_s
        self._turn = asyncio.Lock()
        self._awaited: tuple[str, asyncio.Future[Json]] | None = None
        self._end: NotAsked | None = None

    async def call(self, action: str, payload: Payload) -> Json:
        """The payload of the CALLRESULT. Raises StationGone, StationSilent, StationRefused."""
        async with self._turn:
            if self._end is not None:
                raise self._end
            message_id = str(uuid.uuid4())
            answer = asyncio.get_running_loop().create_future()
            self._awaited = (message_id, answer)
            try:
                return await self._answered(framing.call(message_id, action, payload), answer)
            finally:
                self._awaited = None

    def settle(self, answer: CallResult | CallError) -> bool:
        """Whether somebody waited for it."""
        if self._awaited is None or self._awaited[0] != answer.message_id or self._awaited[1].done():
            return False
        future = self._awaited[1]
        if isinstance(answer, CallResult):
            future.set_result(answer.payload)
        else:
            future.set_exception(StationRefused(answer.code))
        return True

    def end(self, reason: str) -> None:
        """Whoever waits, or comes later, gets StationGone."""
        self._end = StationGone(reason)
        if self._awaited is not None and not self._awaited[1].done():
            self._awaited[1].set_exception(self._end)

    async def _answered(self, frame: str, answer: asyncio.Future[Json]) -> Json:
        try:
            async with asyncio.timeout(self._patience_s):
                await self._send(frame)
                return await answer
        except TimeoutError:
            raise StationSilent(f"no answer within {self._patience_s} s") from None
