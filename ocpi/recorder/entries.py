"""A message while it is under way: filled in where it passes, and put into the ring as it ends.

Nothing is read or decoded here: somebody waits for the answer.
"""

from datetime import datetime
from typing import Final, NamedTuple, Protocol, TypeAlias

from ocpi.process.witness import Left
from ocpi.recorder.notes import Notes
from ocpi.server.call import Answer
from ocpi.wire.headers import NOWHERE, MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas.v2_3_0.enums import VersionNumber

LARGEST_BODY: Final = 256 * 1024
_END: Final = 512
_OVERHEAD: Final = 1024


class Ring(Protocol):
    def begin(self) -> tuple[int, datetime, float]: ...

    def seconds_since(self, began_s: float) -> float: ...

    def keep(self, message: "Message", *, is_stranger: bool = False) -> None: ...


class Addressed(NamedTuple):
    """Where a request came in: `rest` is what followed the address of the module."""

    version: VersionNumber
    module: str
    side: Side
    rest: tuple[str, ...]


class Body:
    """Of one that is larger than is ever read, `text` has both ends: the status may stand there."""

    __slots__ = ("size", "text")

    def __init__(self, text: bytes | None) -> None:
        text = text or b""
        self.size = size = len(text)
        self.text = text if size <= LARGEST_BODY else text[:_END] + text[-_END:]


_NONE: Final = Body(None)


class Heard:
    """A request of somebody else, and what it was answered with."""

    __slots__ = (
        "_began_s", "_ring", "answer", "answered_as", "at", "body", "http", "ids", "is_relayed", "method",
        "notes", "number", "partner", "routing", "said", "seconds", "status", "url", "where",
    )  # fmt: skip

    def __init__(
        self, ring: Ring, method: str, url: str, ids: MessageIds, where: Addressed, notes: Notes
    ) -> None:
        self._ring = ring
        self.number, self.at, self._began_s = ring.begin()
        self.method = method
        self.url = url
        self.ids = ids
        self.where = where
        self.notes = notes
        self.partner: str | None = None
        self.routing: Routing = NOWHERE
        self.body = _NONE

    @property
    def size(self) -> int:
        return _OVERHEAD + len(self.body.text) + len(self.answer.text)

    def answered(self, answer: Answer) -> None:
        self.http = int(answer.http)
        self.status = answer.status_code
        self.said = answer.message
        self.answered_as = answer.routing
        self.is_relayed = answer.relayed is not None
        self.answer = Body(answer.relayed or answer.data)
        self.seconds = self._ring.seconds_since(self._began_s)
        self._ring.keep(self, is_stranger=self.partner is None)


class Sent:
    """A request of ours. Of `headers`, which hold the partner's token, only ids and parties are ever read."""

    __slots__ = (
        "_began_s", "_ring", "answer", "at", "body", "headers", "http", "losses", "method", "number",
        "seconds", "trouble", "url",
    )  # fmt: skip

    def __init__(self, ring: Ring, left: Left, losses: list[str]) -> None:
        self._ring = ring
        self.number, self.at, self._began_s = ring.begin()
        self.method = left.method
        self.url = left.url
        self.headers = left.headers
        self.body = Body(left.body)
        self.losses = losses
        self.http: int | None = None
        self.answer = _NONE
        self.trouble: str | None = None

    @property
    def size(self) -> int:
        return _OVERHEAD + len(self.body.text) + len(self.answer.text)

    def answered(self, http: int, body: bytes) -> None:
        self.http, self.answer = http, Body(body)
        self._ended()

    def failed(self, error: BaseException) -> None:
        self.trouble = type(error).__name__
        self._ended()

    def _ended(self) -> None:
        self.seconds = self._ring.seconds_since(self._began_s)
        self._ring.keep(self)


Message: TypeAlias = Heard | Sent
