"""What a bill refers to, marked once more for whoever answered that it knows no such location.

Its session goes after the location, and the bill after both.
Spec: 2.3.0 status_codes, 2003; mod_cdrs, CdrLocation.
"""

from dataclasses import replace
from typing import Any

from ocpi.delivery.marks import Due, Mark, mark_id
from ocpi.objects.record import Record, database_id
from ocpi.objects.store import ObjectStore
from schemas.kinds import ObjectKey, ObjectKind


class Dependencies:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def of(self, bill: Mark, record: Record) -> list[Due]:
        """Only what is kept here."""
        value, to = record.value(), bill.due.to
        place = _key(record, ObjectKind.LOCATION, _inner(value, "cdr_location").get("id"))
        session = _key(record, ObjectKind.SESSION, value.get("session_id"))
        places = [database_id(place, audience) for audience in (to, None)] if place else []
        sessions = [database_id(session, to)] if session else []
        kept = await self._store.digests([*places, *sessions])
        location = next((each for each in places if each in kept), None)
        after = None if location is None else mark_id(to, location)
        found: list[tuple[str, ObjectKind, str | None]] = []
        found += [(location, ObjectKind.LOCATION, None)] if location else []
        found += [(each, ObjectKind.SESSION, after) for each in sessions if each in kept]
        return [
            replace(bill.due, object_id=each, kind=kind, behind=behind, keeping=None, state=None)
            for each, kind, behind in found
        ]


def _key(bill: Record, kind: ObjectKind, written_id: Any) -> ObjectKey | None:
    return ObjectKey(kind, bill.key.owner, written_id) if isinstance(written_id, str) and written_id else None


def _inner(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}
