"""A request as the interfaces see it, and what they answer. No HTTP library in sight."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any

from yarl import URL

from ocpi.partners.directory import Admitted
from ocpi.wire.body import parse_object
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.status import SUCCESS


@dataclass(frozen=True)
class Call:
    """`url` is the public address that was called.

    `rest` is what followed the address of the module, segment by segment, unquoted; `path` holds those
    segments that the route names.
    """

    admitted: Admitted
    ids: MessageIds
    routing: Routing
    version: str
    module: str
    side: Side
    method: str
    url: URL
    rest: tuple[str, ...]
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    deadline: datetime

    def json_object(self) -> dict[str, Any]:
        """The body, parsed once. Raises MalformedBody, InvalidParameters."""
        return self._object

    @cached_property
    def _object(self) -> dict[str, Any]:
        return parse_object(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` is JSON already. `relayed` is a whole envelope from elsewhere, passed on byte for byte."""

    data: bytes | None = None
    http: HTTPStatus | int = HTTPStatus.OK
    status_code: int = SUCCESS
    message: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    routing: Routing | None = None
    relayed: bytes | None = None


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Route:
    """`path` is what follows the module's URL: nothing, `/{country_code}/{party_id}/{id}`, `/**`."""

    method: str
    path: str
    handler: Handler


@dataclass(frozen=True, slots=True)
class Interface:
    """One side of one module, as it is mounted and therefore advertised."""

    module: str
    side: Side
    routes: tuple[Route, ...]
