"""Objects that an operator writes into a file: what of them is new, and since when.

Reading the same file at every start must change nothing, or every partner would be told everything each
time; so an object keeps its last_updated until something else in it changes.
"""

from collections.abc import Iterable
from typing import Any

from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore


async def changed(store: ObjectStore, records: Iterable[Record]) -> list[Record]:
    """Those that are not stored, or stored with another content than last_updated."""
    return [record for record in records if await _differs(store, record)]


async def _differs(store: ObjectStore, record: Record) -> bool:
    held = await store.get(record.key, record.audience)
    return held is None or held.deleted or _content(held) != _content(record)


def _content(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.value().items() if name != "last_updated"}
