"""A push arrived: is it whole, is it its owner's, is it newer than what we hold?

PUT replaces, PATCH changes fields, DELETE leaves a tombstone; a bill is taken once and for ever. Each may
arrive again, because its answer was lost, and is then accepted again without harm.
What is kept of a PUT are the bytes that came.
Spec: 2.3.0 transport_and_format, Client Owned Object push; mod_cdrs, POST method.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from ocpi.errors import InvalidParameters, PlatformFailed, UnknownObject
from ocpi.objects import parts
from ocpi.objects.address import Address
from ocpi.objects.kinds import Json, key_of
from ocpi.objects.record import Outcome, Record
from ocpi.objects.splice import spliced
from ocpi.objects.store import ObjectStore
from ocpi.objects.verdicts import Verdicts
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.times import parse

MAX_OBJECT_BYTES: Final = 4 * 1024 * 1024
_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class Accepted:
    """`record` is what is held now."""

    outcome: Outcome
    record: Record


class Intake:
    def __init__(self, store: ObjectStore, verdicts: Verdicts) -> None:
        self._store = store
        self._verdicts = verdicts

    async def put(self, address: Address, body: bytes, value: Json) -> Accepted:
        """`value` is the parsed body. Raises ValidationError, InvalidParameters, also for an older object."""
        if address.part:
            return await self._change(address, lambda whole: parts.replace(whole, address.part, value))
        _check_named(address.key, value)
        record = Record(address.key, parse(value["last_updated"]), body, address.audience)
        outcome = await self._store.put(record)
        if outcome is Outcome.STALE:
            raise InvalidParameters("this is older than what is held here", pointer="/last_updated")
        return Accepted(outcome, record)

    async def patch(self, address: Address, change: Json) -> Accepted:
        """Raises UnknownObject where there is nothing to change."""

        def patched(whole: Json) -> Json:
            value = parts.patch(whole, address.part, change)
            if not address.part:
                _check_named(address.key, value)
                parts.refuse_older(value, whole)
            return value

        return await self._change(address, patched)

    async def delete(self, address: Address) -> Accepted:
        """Also when it is deleted already: whoever asks again may have missed the answer."""
        for _ in range(_ATTEMPTS):
            held = await self._store.get(address.key, address.audience)
            if held is None:
                raise _unknown(address.key)
            gone = replace(held, deleted=True)
            if held.deleted:
                return Accepted(Outcome.UNCHANGED, held)
            if await self._store.replace(gone, held):
                return Accepted(Outcome.UPDATED, gone)
        raise _too_fast(address.key)

    async def bill(
        self, body: bytes, value: Json, key: ObjectKey, audience: PartyId | None = None
    ) -> Accepted:
        """A CDR, with the key that it names. The same again is welcome; another content is refused."""
        record = Record(key, parse(value["last_updated"]), body, audience)
        outcome = await self._store.insert(record)
        if outcome is Outcome.CONFLICT:
            raise InvalidParameters(f"the CDR {key.id!r} exists with another content", pointer="/id")
        await self._verdicts.judge(record)
        return Accepted(outcome, record)

    async def _change(self, address: Address, change: Callable[[Json], Json]) -> Accepted:
        """Read, change, write; anew when somebody else wrote in between."""
        for _ in range(_ATTEMPTS):
            held = await self._store.get(address.key, address.audience)
            if held is None or held.deleted:
                raise _unknown(address.key)
            record = _changed(held, change)
            if await self._store.replace(record, held):
                return Accepted(Outcome.UPDATED, record)
        raise _too_fast(address.key)


def _changed(held: Record, change: Callable[[Json], Json]) -> Record:
    whole = held.value()
    value = change(whole)
    body = spliced(held.body, whole, value)
    if len(body) > MAX_OBJECT_BYTES:
        raise InvalidParameters(f"the whole would be larger than {MAX_OBJECT_BYTES} bytes")
    return replace(held, last_updated=parse(value["last_updated"]), body=body)


def _check_named(key: ObjectKey, value: Json) -> None:
    """Raises ValidationError, or InvalidParameters when the body is not what the URL names."""
    named = key_of(key.kind, value)
    if named.owner != key.owner:
        raise InvalidParameters(f"the URL names {key.owner}, the body {named.owner}", pointer="/country_code")
    if named != key:
        pointer = "/uid" if key.kind is ObjectKind.TOKEN else "/id"
        raise InvalidParameters(f"the URL names {key.id!r}, the body {named.id!r}", pointer=pointer)


def _unknown(key: ObjectKey) -> UnknownObject:
    return UnknownObject(f"there is no {key.kind.lower()} {key.id!r}: PUT it first")


def _too_fast(key: ObjectKey) -> PlatformFailed:
    return PlatformFailed(f"{key} changes faster than it can be written")
