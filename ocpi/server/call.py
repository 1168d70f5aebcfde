"""A request as the interfaces see it, and what they answer. No HTTP library in sight.

Interfaces know 2.3.0. A route that names what it `asks` and `answers` is called in that version whatever the
caller speaks; one that names neither keeps the bytes of others, and looks at `Call.version` itself.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final

from yarl import URL

from ocpi.partners.directory import Admitted
from ocpi.wire.body import parse_object
from ocpi.wire.envelope import CONTENT_TYPE
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.status import SUCCESS
from schemas.base import OcpiModel
from schemas.v2_3_0.enums import VersionNumber


@dataclass(frozen=True)
class Call:
    """`url` is the public address that was called.

    `rest` is what followed the address of the module, segment by segment, unquoted; `path` holds those
    segments that the route names.
    """

    admitted: Admitted
    ids: MessageIds
    routing: Routing
    version: VersionNumber
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
    """`data` is JSON already. `relayed` is a whole body, passed on byte for byte: an envelope from elsewhere,
    or what is no OCPI and says so in its `content_type`.
    """

    data: bytes | None = None
    http: HTTPStatus | int = HTTPStatus.OK
    status_code: int = SUCCESS
    message: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    routing: Routing | None = None
    relayed: bytes | None = None
    content_type: str = CONTENT_TYPE


Handler = Callable[[Call], Awaitable[Answer]]
_FIRST: Final = VersionNumber.V2_1_1
_LAST: Final = VersionNumber.V2_3_0


@dataclass(frozen=True, slots=True)
class Route:
    """`path` is what follows the module's URL: nothing, `/{country_code}/{party_id}/{id}`, `/**`.

    `asks` is the class of the body and `answers` that of the data, or of its members where it is a list.
    """

    method: str
    path: str
    handler: Handler
    asks: type[OcpiModel] | None = None
    answers: type[OcpiModel] | None = None
    since: VersionNumber = _FIRST
    until: VersionNumber = _LAST


@dataclass(frozen=True, slots=True)
class Interface:
    """One side of one module, as it is mounted, and therefore advertised, in every version that has it."""

    module: str
    side: Side
    routes: tuple[Route, ...]
    since: VersionNumber = _FIRST

    def routes_in(self, version: VersionNumber) -> tuple[Route, ...]:
        if version < self.since:
            return ()
        return tuple(each for each in self.routes if each.since <= version <= each.until)
