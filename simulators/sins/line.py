"""The websocket of a station that may sin: somebody reads all the time, and calls go either way at once."""

import asyncio
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final

import orjson

from ocpi.process.clock import Clock
from ocpi.process.tasks import Supervisor
from simulators.lean import Gone, Identity, LeanStation
from simulators.sins.model import Answering, Habits, Payload, Say

_CALL, _RESULT, _ERROR = 2, 3, 4
_BOOT: Final = "BootNotification"


class Line:
    """`boots` hears that the central system wants a boot, or that nobody can want one any more."""

    def __init__(self, lean: LeanStation, habits: Habits, *, boots: Callable[[], None], clock: Clock) -> None:
        self._lean = lean
        self._lean.answers_pings = habits.answers_pings
        self._answering: Answering = habits.answering
        self._boots = boots
        self._clock = clock
        self._asked: dict[str, asyncio.Future[Any]] = {}
        self._names = count(1)
        self.is_gone = False

    @classmethod
    async def open(
        cls,
        url: str,
        who: Identity,
        habits: Habits,
        *,
        boots: Callable[[], None],
        supervisor: Supervisor,
        clock: Clock,
    ) -> "Line":
        """Raises Refused, Gone, OSError."""
        line = cls(await LeanStation.connect(url, who), habits, boots=boots, clock=clock)
        supervisor.start(f"read {who.name}", line.read)
        return line

    async def read(self) -> None:
        try:
            while True:
                await self._heard(await self._lean.hear())
        except Gone as gone:
            self._end(gone)

    async def ask(self, say: Say, payload: Payload) -> Any:
        """What it is answered, an error of the central system included. Raises Gone."""
        name = say.name or f"s{next(self._names)}"
        answer = self._asked[name] = asyncio.get_running_loop().create_future()
        self.tell(say, payload, name)
        return await answer

    def tell(self, say: Say, payload: Payload, name: str | None = None) -> None:
        """Without an answer. Raises Gone."""
        if self.is_gone:
            raise Gone("before it was said")
        self._lean.send(
            orjson.dumps([_CALL, name or say.name or f"s{next(self._names)}", say.action, payload])
        )

    def send(self, body: bytes, *, is_binary: bool) -> None:
        (self._lean.send_binary if is_binary else self._lean.send)(body)

    def cut(self) -> None:
        self._lean.cut()
        self._end(Gone("cut here"))

    def _end(self, gone: Gone) -> None:
        self.is_gone = True
        self._boots()
        waiting, self._asked = self._asked, {}
        for each in waiting.values():
            if not each.done():
                each.set_exception(gone)

    async def _heard(self, frame: Any) -> None:
        if frame[0] == _CALL:
            await self._answer(frame[1], frame[2], frame[3])
            return
        answer = self._asked.pop(str(frame[1]), None)
        if answer is not None and not answer.done():
            answer.set_result(frame[2] if frame[0] == _RESULT else ErrorHeard(frame[2]))

    async def _answer(self, name: str, action: str, payload: Payload) -> None:
        reply = self._answering(action, payload)
        if _wants_boot(action, payload):
            self._boots()
        for say in reply.before:
            self.tell(say, say.payload)
        await self._clock.sleep(reply.after_s)
        if reply.is_silence:
            return
        frame = [_ERROR, name, reply.error, "", {}] if reply.error else [_RESULT, name, reply.result]
        self._lean.send(orjson.dumps(frame))


class ErrorHeard(str):
    """The code of a CALLERROR."""

    __slots__ = ()


def _wants_boot(action: str, payload: Mapping[str, Any]) -> bool:
    return action == "TriggerMessage" and payload.get("requestedMessage") == _BOOT
