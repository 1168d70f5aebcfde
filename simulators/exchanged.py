"""What a simulated partner hears and says: requests that reach it, its replies, answers to its own calls."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from multidict import CIMultiDict

from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas import codec

STAMP: Final = "2026-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Place:
    """What an address of the partner stands for: `path` is what follows the module's own."""

    version: str
    module: str
    side: Side
    path: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived: `path` is what followed the module's address, `version` that of the address."""

    method: str
    version: str
    module: str
    side: Side
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
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

    def body(self, *, null_data: bool = False) -> bytes:
        if self.raw is not None:
            return self.raw
        told: dict[str, Any] = {"status_code": self.status_code, "timestamp": STAMP}
        without = self.data is None and not null_data
        return codec.encode(told if without else {"data": self.data, **told})


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

    @property
    def is_success(self) -> bool:
        return self.http < 300 and self.status == 1000  # noqa: PLR2004 - HTTP success
