"""Pages: the query of a list, and the headers that lead on.

Spec: 2.3.0 transport_and_format, Pagination.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from yarl import URL

from ocpi.errors import InvalidParameters, Unreadable
from ocpi.wire import urls
from ocpi.wire.quirks import NONE, Quirk, Quirks
from schemas.times import parse

TOTAL: Final = "X-Total-Count"
LIMIT: Final = "X-Limit"
LINK: Final = "Link"
MAX_LIMIT: Final = 200
DEFAULT_LIMIT: Final = 50
_NEXT: Final = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?', re.IGNORECASE)
_OURS: Final = frozenset({"offset", "limit", "cursor"})
_PORT_OF_HTTP: Final = 80
_LARGEST: Final = 10**18
MAX_OFFSET: Final = 100_000
"""Skipping costs time for every object skipped; who follows Link goes as far as there is."""


@dataclass(frozen=True, slots=True)
class PageQuery:
    """`date_from` inclusive, `date_to` exclusive, both on last_updated.

    `cursor` is ours, out of a Link, and says where the page begins: an offset beside it is not read.
    """

    date_from: datetime | None = None
    date_to: datetime | None = None
    offset: int = 0
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Raises InvalidParameters for what is no date or number; a limit above ours is lowered."""
        cursor = query.get("cursor")
        return cls(
            date_from=_date(query, "date_from"),
            date_to=_date(query, "date_to"),
            offset=0 if cursor else _offset(query),
            limit=min(number(query, "limit", DEFAULT_LIMIT, least=1), MAX_LIMIT),
            cursor=cursor or None,
        )


def headers(url: URL, query: PageQuery, *, total: int, following: str | None) -> dict[str, str]:
    """X-Total-Count and X-Limit always; Link, with every filter kept, unless this page is the last.

    `following` is the cursor of the next page.
    """
    fields = {TOTAL: str(total), LIMIT: str(MAX_LIMIT)}
    if following is not None:
        fields[LINK] = next_link(_following(url, query.limit, following))
    return fields


def _following(url: URL, limit: int, cursor: str) -> str:
    """The filters to the byte as they came; what is ours is told anew."""
    address, _, query = str(url).partition("?")
    filters = [each for each in query.split("&") if each and each.partition("=")[0] not in _OURS]
    return f"{address}?{'&'.join([*filters, f'limit={limit}', f'cursor={cursor}'])}"


def next_link(url: URL | str) -> str:
    return f'<{url}>; rel="next"'


def next_page(fields: Mapping[str, str], this_page: URL, quirks: Quirks = NONE) -> URL | None:
    """Where the next page is, to be followed as it stands; None on the last page.

    Whoever is reached by TLS and links without it stands behind a proxy that ends TLS: it is asked by TLS.
    Raises Unreadable for a Link that cannot be followed, or leads to a host other than that of `this_page`:
    our token goes nowhere else.
    """
    found = _NEXT.search(fields.get(LINK, ""))
    if found is None:
        return None
    following = _absolute(found.group(1), this_page)
    if Quirk.INNER_LINKS in quirks or _lacks_tls_only(following, this_page):
        return URL(f"{this_page.origin()}{following.raw_path_qs}", encoded=True)
    if not urls.share_origin(following, this_page):
        raise Unreadable(f"the Link header leads away from {this_page.host}")
    return following


def _lacks_tls_only(following: URL, this_page: URL) -> bool:
    return (
        (following.scheme, this_page.scheme) == ("http", "https")
        and following.host == this_page.host
        and following.port in (_PORT_OF_HTTP, this_page.port)
    )


def _absolute(written: str, base: URL) -> URL:
    try:
        following = base.join(URL(written, encoded=True))
        urls.callable_url(str(following))
    except ValueError as error:
        raise Unreadable(f"the Link header holds nothing to follow: {written[:80]!r}") from error
    return following


def _date(query: Mapping[str, str], name: str) -> datetime | None:
    written = query.get(name)
    if not written:
        return None
    try:
        return parse(written)
    except (ValueError, OverflowError) as error:
        raise InvalidParameters(f"{name} is no date and time: {written[:40]!r}") from error


def _offset(query: Mapping[str, str]) -> int:
    offset = number(query, "offset", 0, least=0)
    if offset > MAX_OFFSET:
        raise InvalidParameters(f"offset goes no further than {MAX_OFFSET}: follow the Link header instead")
    return offset


def number(query: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    """Of a query. Raises InvalidParameters."""
    written = query.get(name)
    if not written:
        return default
    whole = _whole(written)
    if whole is None or whole < least:
        raise InvalidParameters(f"{name} is no whole number from {least} up: {written[:40]!r}")
    return whole


def _whole(written: str) -> int | None:
    """Digits as a number that a database can hold; absurdly many digits are the largest of them."""
    if not (written.isascii() and written.isdigit()):
        return None
    return int(written) if len(written) < len(str(_LARGEST)) else _LARGEST
