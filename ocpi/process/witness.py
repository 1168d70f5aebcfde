"""Whoever wants to see what the egress sends: told as a request leaves, and once more as it ends."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

from yarl import URL


class Left(NamedTuple):
    """A request on its way. `headers` hold the partner's token: they are to be picked from, never kept."""

    method: str
    url: str | URL
    headers: Mapping[str, str]
    body: bytes | None


class Sending(Protocol):
    def answered(self, http: int, body: bytes) -> None: ...

    def failed(self, error: BaseException) -> None: ...


class Witness(Protocol):
    """May neither wait nor fail: somebody waits for what it is shown."""

    def sending(self, left: Left) -> Sending: ...


class _Blind:
    def sending(self, _: Left) -> "_Blind":
        return self

    def answered(self, *_: Any) -> None: ...

    def failed(self, *_: Any) -> None: ...


NOBODY: Final[Witness] = _Blind()
