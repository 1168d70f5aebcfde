"""Has a process of its own write down what the doors have told: making records costs more than relaying does.

Four times a second the clerk is handed what has ended. While it does not keep up, or is not there, messages
wait in the ring, which is bounded. One that dies is begun again after a pause that doubles while it keeps
dying; what was in its hands is lost, and counted.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Sequence
from typing import Final

from ocpi.process.aide import Aide
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.recorder.addressees import Addressees
from ocpi.recorder.forgotten import Forgotten
from ocpi.recorder.frames import Charge, frame
from ocpi.recorder.ring import Recorder
from ocpi.recorder.scribe import EVERY_S, slips_of
from ocpi.recorder.slips import Slip

log = logger(__name__)

AT_ONCE: Final = 128
AT_ONCE_BYTES: Final = 256 * 1024
UNDER_WAY: Final = 16
"""So many batches may be in the clerk's hands."""
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
STABLE_S: Final = 60.0
ENDS_WITHIN_S: Final = 8.0
_COMMAND: Final = (sys.executable, "-m", "ocpi.recorder.clerk_process")


class Clerk:
    def __init__(
        self,
        *,
        recorder: Recorder,
        addressees: Addressees,
        charge: Charge,
        forgotten: Forgotten,
        clock: Clock,
    ) -> None:
        self._recorder = recorder
        self._forgotten = forgotten
        self._addressees = addressees
        self._charge = charge
        self._clock = clock
        self._aide: Aide | None = None
        self._under_way: deque[int] = deque()  # the number of messages in each batch
        self._news = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        return self._aide.pid if self._aide else None

    async def run(self) -> None:
        pause_s = FIRST_PAUSE_S
        try:
            while True:
                began_s = self._clock.monotonic()
                code = await self._live(await self._begin())
                if self._clock.monotonic() - began_s > STABLE_S:
                    pause_s = FIRST_PAUSE_S
                log.error("clerk ended", code=code, begun_again_in_s=pause_s)
                await self._clock.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        finally:
            await self._end()

    async def write(self) -> None:
        await self._hand_over()
        while self._is_there() and self._under_way:
            await self._told_more()

    async def _begin(self) -> Aide:
        self._aide = aide = await Aide.begin(_COMMAND, self._told)
        aide.hand(frame(self._charge))
        return aide

    async def _live(self, aide: Aide) -> int:
        while not aide.is_over:
            await self._hand_over()
            await asyncio.sleep(EVERY_S)
        return await aide.ended()

    async def _end(self) -> None:
        """What is left is written, also if the clerk has just died. A slow one goes on without us."""
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                if self._recorder.holds_some and not self._is_there():
                    await self._begin()
                await self.write()
                if self._aide is not None:
                    self._aide.finish()
                    await self._aide.ended()
        except TimeoutError:
            log.warning("clerk still writes", pid=self.pid)
        finally:
            if self._aide is not None:
                self._aide.finish()

    async def _hand_over(self) -> None:
        async with self._one_at_a_time:
            self._forgotten.count()
            while await self._has_room() and (taken := self._recorder.take(AT_ONCE, AT_ONCE_BYTES)):
                self._hand(slips_of(taken, self._addressees))
                await asyncio.sleep(0)

    async def _has_room(self) -> bool:
        """False: there is nobody to hand anything to."""
        while self._is_there() and len(self._under_way) >= UNDER_WAY:
            await self._told_more()
        return self._is_there()

    def _hand(self, slips: Sequence[Slip]) -> None:
        if self._aide is not None:
            self._aide.hand(_framed(slips))
            self._under_way.append(len(slips))

    def _is_there(self) -> bool:
        return self._aide is not None and not self._aide.is_over

    def _told(self, done: int) -> None:
        for _ in range(done):
            self._under_way.popleft()
        if not self._is_there():
            self._recorder.lose(sum(self._under_way))
            self._under_way.clear()
        self._news.set()

    async def _told_more(self) -> None:
        self._news.clear()
        await self._news.wait()


def _framed(slips: Sequence[Slip]) -> bytes:
    try:
        return frame(slips)
    except (ValueError, OverflowError):
        return frame([each for each in slips if _can_be_told(each)])


def _can_be_told(slip: Slip) -> bool:
    try:
        frame([slip])
    except (ValueError, OverflowError):
        log.exception("a message could not be recorded")
        return False
    return True
