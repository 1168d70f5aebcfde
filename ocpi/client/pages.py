"""The pages of a list, followed to their end, as the raw JSON of their members.

A Link is called as it stands. What was read may be taken for the whole only when this ends by itself: pages
that lead away, in a circle, or on and on without anything new end in Unreadable. A total that shrinks means
that members moved up over the edge of the page before, so the page is read again from so much earlier; a
Link without an offset is a place that does not move. Neighbouring pages may overlap: a member that came
with the page before, to the byte, does not come again.
Spec: 2.3.0 transport_and_format, Pagination.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from yarl import URL

from ocpi.client.http import Received, accepted
from ocpi.client.line import Line
from ocpi.errors import Unreadable
from ocpi.wire import envelope, pagination
from ocpi.wire.quirks import Quirk

MAX_PAGES: Final = 100_000
MAX_FRUITLESS: Final = 10
PAGE_WITHIN: Final = timedelta(seconds=30)
_COUNT: Final = re.compile(r"\d{1,18}", re.ASCII)
_OFFSET: Final = re.compile(r"(?<![^&])offset=(\d{1,18})(?![^&])", re.ASCII)


async def pages(line: Line, url: URL) -> AsyncIterator[list[bytes]]:
    """The deadline of `line` is for all pages together; each has 30 seconds of its own.

    Raises the DeliveryError that kept the list from being read to its end.
    """
    walk = _Walk(line)
    yield await walk.first(url)
    while (page := await walk.next()) is not None:
        yield page


@dataclass(frozen=True, slots=True)
class _Read:
    """`total` is None where it was not told."""

    url: URL
    members: list[bytes]
    total: int | None
    received: Received


class _Walk:
    def __init__(self, line: Line) -> None:
        self._line = line
        self._seen: set[URL] = set()
        self._pages = 0
        self._total: int | None = None
        self._before: frozenset[bytes] = frozenset()
        self._found = 0
        self._fruitless = 0
        self._following: URL | None = None

    async def first(self, url: URL) -> list[bytes]:
        self._seen.add(url)
        return self._taken(await self._read(url, is_verbatim=False))

    async def next(self) -> list[bytes] | None:
        """None after the last page."""
        url = self._following
        if url is None or self._is_whole(url):
            return None
        if url in self._seen or self._fruitless >= MAX_FRUITLESS:
            raise self._endless(url)
        self._seen.add(url)
        read = await self._read(url, is_verbatim=Quirk.PAGES_BY_OFFSET not in self._line.connection.quirks)
        earlier = _earlier(url, self._shrunk_by(read.total))
        if earlier is not None:
            self._seen.clear()
            read = await self._read(earlier, is_verbatim=True)
        return self._taken(read)

    def _is_whole(self, following: URL) -> bool:
        """Some link on after the end: nothing new comes, and as much is here as there is said to be."""
        is_complete = self._total is not None and self._found >= self._total
        return is_complete and (self._fruitless > 0 or following in self._seen)

    def _shrunk_by(self, total: int | None) -> int:
        return 0 if total is None or self._total is None else max(0, self._total - total)

    async def _read(self, url: URL, *, is_verbatim: bool) -> _Read:
        self._pages += 1
        if self._pages > MAX_PAGES:
            raise self._endless(url)
        line = self._line.until(self._line.clock.now() + PAGE_WITHIN)
        received = await line.send("GET", url, is_verbatim=is_verbatim)
        members = _members(accepted(received).data)
        return _Read(url, members, _number(received.headers.get(pagination.TOTAL)), received)

    def _taken(self, read: _Read) -> list[bytes]:
        fresh = [member for member in dict.fromkeys(read.members) if member not in self._before]
        self._before = frozenset(read.members)
        self._found += len(fresh)
        self._fruitless = 0 if fresh else self._fruitless + 1
        self._total = self._total if read.total is None else read.total
        self._following = self._after(read)
        return fresh

    def _after(self, read: _Read) -> URL | None:
        quirks = self._line.connection.quirks
        if Quirk.PAGES_BY_OFFSET not in quirks:
            return pagination.next_page(read.received.headers, read.url, quirks)
        offset = int(read.url.query.get("offset", "0")) + len(read.members)
        is_last = not read.members or (read.total is not None and offset >= read.total)
        return None if is_last else read.url.update_query(offset=str(offset))

    def _endless(self, url: URL) -> Unreadable:
        return Unreadable(f"the pages of {url.host} do not end")


def _members(data: bytes | None) -> list[bytes]:
    """A list may stand in a list of its own; nothing is an empty one."""
    members = envelope.members(data)
    is_wrapped = len(members) == 1 and members[0].startswith(b"[")
    return envelope.members(members[0]) if is_wrapped else members


def _earlier(url: URL, by: int) -> URL | None:
    """The same page from so many members earlier; None where that is nowhere, or is not said by an offset."""
    found = _OFFSET.search(url.raw_query_string)
    if not by or found is None or int(found.group(1)) == 0:
        return None
    offset = max(0, int(found.group(1)) - by)
    query = _OFFSET.sub(f"offset={offset}", url.raw_query_string, count=1)
    return URL(f"{url.with_query(None)}?{query}", encoded=True)


def _number(written: str | None) -> int | None:
    return int(written) if written and _COUNT.fullmatch(written) else None
