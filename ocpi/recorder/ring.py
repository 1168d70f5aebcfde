"""Messages as they pass, in memory until they are written: all that a request waits for is an append.

Bounded in bytes and in number: where writing does not keep up, the oldest are forgotten, and counted.
Strangers without a good token are recorded, but a flood of them takes no place from partners.
"""

from collections import deque
from datetime import datetime
from itertools import count
from typing import Final

from ocpi.process.clock import Clock, SystemClock
from ocpi.process.witness import Left
from ocpi.recorder import notes
from ocpi.recorder.entries import Addressed, Heard, Message, Sent
from ocpi.wire.headers import MessageIds

AT_MOST: Final = 20_000
AT_MOST_BYTES: Final = 32 * 1024 * 1024
STRANGERS: Final = 100
"""As many are kept between two writes."""
_numbers: Final = count()


class Recorder:
    """What both doors tell; `take` is for whoever writes. `forgotten` counts what never will be."""

    def __init__(self, *, clock: Clock, at_most: int = AT_MOST, at_most_bytes: int = AT_MOST_BYTES) -> None:
        self.forgotten = 0
        self._clock = clock
        self._at_most = at_most
        self._at_most_bytes = at_most_bytes
        self._messages: deque[tuple[Message, int]] = deque()
        self._bytes = 0
        self._strangers = 0

    def hearing(self, method: str, url: str, ids: MessageIds, where: Addressed) -> Heard:
        """A request has come in; `url` is what was called."""
        return Heard(self, method, url, ids, where, notes.begin())

    def sending(self, left: Left) -> Sent:
        return Sent(self, left, notes.leaving())

    def begin(self) -> tuple[int, datetime, float]:
        """The number of a message in this process, and the time by both clocks."""
        return next(_numbers), self._clock.now(), self._clock.monotonic()

    def seconds_since(self, began_s: float) -> float:
        return self._clock.monotonic() - began_s

    def keep(self, message: Message, *, is_stranger: bool = False) -> None:
        if is_stranger:
            self._strangers += 1
            if self._strangers > STRANGERS:
                self.forgotten += 1
                return
        size = message.size
        self._messages.append((message, size))
        self._bytes += size
        while self._bytes > self._at_most_bytes or len(self._messages) > self._at_most:
            self._bytes -= self._messages.popleft()[1]
            self.forgotten += 1

    @property
    def holds_some(self) -> bool:
        return bool(self._messages)

    def lose(self, count: int) -> None:
        """So many were taken, and never written."""
        self.forgotten += count

    def take(self, at_most: int, at_most_bytes: int = AT_MOST_BYTES) -> list[Message]:
        """The oldest that are not yet written, at least one; they are the caller's from now on."""
        self._strangers = 0
        taken: list[Message] = []
        room = at_most_bytes
        while self._messages and len(taken) < at_most and room > 0:
            message, size = self._messages.popleft()
            taken.append(message)
            room -= size
            self._bytes -= size
        return taken


NOTHING_KEPT: Final = Recorder(clock=SystemClock(), at_most=0)
