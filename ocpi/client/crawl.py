"""A list of a partner, as objects of 2.3.0.

An object that cannot be read does not cost the others: it is logged and given back as it came, with the
reason. Beside each other object stands what was sent, to the byte.
Spec: 2.3.0 transport_and_format, GET (process the correct objects) and Pagination.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, Self, TypeVar

from yarl import URL

from ocpi.client.line import Line
from ocpi.client.pages import pages
from ocpi.errors import OcpiError
from ocpi.process.logs import logger
from ocpi.wire.body import parse_object
from schemas.base import OcpiModel
from schemas.times import datetime_text
from schemas.translation.context import Context

log = logger(__name__)

Model = TypeVar("Model", bound=OcpiModel)
LIMIT: Final = 100

Facts = Context | Callable[[Mapping[str, Any]], Awaitable[Context]]
"""The same for all objects, or found for each one as its owner's version tells it."""


@dataclass(frozen=True, slots=True)
class Window:
    """Objects that were updated from `since` on and before `until`; all of them unless told otherwise."""

    since: datetime | None = None
    until: datetime | None = None
    limit: int = LIMIT

    @classmethod
    def after(cls, last: datetime | None, overlap: timedelta) -> Self:
        """What is new after a crawl that began at `last`, and what may have come too late for that one."""
        return cls(since=None if last is None else last - overlap)

    def of(self, url: URL) -> URL:
        bounds = {"date_from": self.since, "date_to": self.until}
        told = {name: datetime_text(instant) for name, instant in bounds.items() if instant is not None}
        return url.update_query({**told, "limit": str(self.limit)})


EVERYTHING: Final = Window()


@dataclass(frozen=True, slots=True)
class Found(Generic[Model]):
    model: Model
    body: bytes


@dataclass(frozen=True, slots=True)
class Bad:
    body: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Page(Generic[Model]):
    found: tuple[Found[Model], ...]
    bad: tuple[Bad, ...]


async def crawl(
    line: Line, kind: type[Model], url: URL, facts: Facts, window: Window = EVERYTHING
) -> AsyncIterator[Page[Model]]:
    """Page by page. Raises NotSpeakable before anything is sent, and as `pages`."""
    line.requires(kind)
    async for members in pages(line, window.of(url)):
        read = [await _read(line, kind, body, facts) for body in members]
        yield Page(
            found=tuple(each for each in read if isinstance(each, Found)),
            bad=tuple(each for each in read if isinstance(each, Bad)),
        )


async def _read(line: Line, kind: type[Model], body: bytes, facts: Facts) -> Found[Model] | Bad:
    try:
        value = parse_object(body)
        context = facts if isinstance(facts, Context) else await facts(value)
        return Found(line.read(kind, value, context), body)
    except OcpiError as error:
        log.warning("bad object in a list", partner=line.partner.name, kind=kind.__name__, error=error.text)
        return Bad(body, error.text)
