"""How far back a list is asked for. Pure.

A window reaches back further than the last fetch, because an object may carry an older date than the moment
at which it could be fetched; taking the same object twice is harmless. Sessions are never asked for without a
window: their module alone demands one. All sessions and bills of a CPO are too many for every week, so after
the first time those of a quarter stand for all.
Spec: 2.3.0 mod_sessions, GET method (date_from); transport_and_format, Pagination.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from ocpi.client.crawl import Window
from ocpi.pulling.rhythm import Extent, Fetched
from schemas.kinds import ObjectKind

OVERLAPS: Final[Mapping[ObjectKind, timedelta]] = {
    ObjectKind.LOCATION: timedelta(days=1),
    ObjectKind.TARIFF: timedelta(days=1),
    ObjectKind.SESSION: timedelta(days=2),
    ObjectKind.CDR: timedelta(days=2),
}
QUARTER: Final = timedelta(days=90)


def window(kind: ObjectKind, extent: Extent, fetched: Fetched, now: datetime) -> Window:
    last = None if fetched.until is None else fetched.until - OVERLAPS[kind]
    if extent is Extent.CHANGED and last is not None:
        return Window(since=last)
    if kind is ObjectKind.SESSION or (kind is ObjectKind.CDR and last is not None):
        return Window(since=min(now - QUARTER, last or now))
    return Window()
