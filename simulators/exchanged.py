"""What a simulated partner hears and says: requests that reach it, its replies, answers to its own calls."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from multidict import CIMultiDict

from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas import codec

STAMP: Final = "2026-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived: `path` is what followed the module's address."""

    method: str
    module: str
    side: Side
    path: str
    query: dict[str, str]
    routing: Routing
    ids: MessageIds
    body: bytes
    token: str

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the simulated platform answers: a whole envelope is made of it, unless `raw` is given."""

    data: Any = None
    http: int = 200
    status_code: int = 1000
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        told: dict[str, Any] = {"status_code": self.status_code, "timestamp": STAMP}
        return codec.encode(told if self.data is None else {"data": self.data, **told})


@dataclass(frozen=True, slots=True)
class Heard:
    """What a call of ours was answered with."""

    http: int
    headers: CIMultiDict[str]
    body: bytes

    @property
    def envelope(self) -> Any:
        return json.loads(self.body)

    @property
    def status(self) -> int:
        return int(self.envelope["status_code"])

    @property
    def data(self) -> Any:
        return self.envelope.get("data")
