"""A push arrived: is it whole, is it its owner's, is it newer than what we hold?

PUT replaces, PATCH changes fields, DELETE leaves a tombstone; a bill is taken once and for ever. Each may
arrive again, because its answer was lost, and is then accepted again without harm.
What is kept of a PUT are the bytes that came. What is said in an older version is kept in 2.3.0 too, and a
change is made in the version that it is told in.
Spec: 2.3.0 transport_and_format, Client Owned Object push; mod_cdrs, POST method.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from ocpi.errors import InvalidParameters, PlatformFailed, UnknownObject
from ocpi.objects import parts
from ocpi.objects.address import Address
from ocpi.objects.kinds import Json, key_of
from ocpi.objects.reading import Older, changed, dated, read, version_of
from ocpi.objects.record import Outcome, Record
from ocpi.objects.store import ObjectStore
from ocpi.objects.verdicts import Verdicts
from ocpi.process.clock import Clock
from schemas.kinds import ObjectKey, ObjectKind

Judge = Callable[[Record], Awaitable[None]]

MAX_OBJECT_BYTES: Final = 4 * 1024 * 1024
_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class Accepted:
    """`record` is what is held now."""

    outcome: Outcome
    record: Record


class Intake:
    def __init__(self, store: ObjectStore, verdicts: Verdicts, clock: Clock) -> None:
        self._store = store
        self._judge: Judge = verdicts.judge
        self._clock = clock

    def judged_by(self, judge: Judge) -> None:
        """Bills are judged by this from now on, once they are kept and before they are answered."""
        self._judge = judge

    async def put(self, address: Address, body: bytes, value: Json, older: Older | None = None) -> Accepted:
        """`value` is the parsed body, `older` what it is said in unless that is 2.3.0.

        Raises ValidationError, NotSpeakable, InvalidParameters, also for an object that is out of date.
        """
        if address.part:
            placed = partial(parts.replace, path=address.part, part=value, version=version_of(older))
            return await self._change(address, placed, older)
        found = read(address.key.kind, body, value, older)
        _check_named(address.key, found.value)
        record = found.record(address.key, address.audience)
        outcome = await self._store.put(record)
        if outcome is Outcome.STALE:
            raise InvalidParameters("this is older than what is held here", pointer="/last_updated")
        return Accepted(outcome, record)

    async def patch(self, address: Address, change: Json, older: Older | None = None) -> Accepted:
        """Raises as `put`, and UnknownObject where there is nothing to change."""
        told = dated(change, older, self._clock.now())

        def patched(whole: Json) -> Json:
            value = parts.patch(whole, address.part, told, version_of(older))
            if not address.part:
                if older is None:
                    _check_named(address.key, value)
                parts.refuse_older(value, whole)
            return value

        return await self._change(address, patched, older)

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

    async def bill(self, record: Record) -> Accepted:
        """A CDR. The same again is welcome; another content is refused."""
        outcome = await self._store.insert(record)
        if outcome is Outcome.CONFLICT:
            raise InvalidParameters(f"the CDR {record.key.id!r} exists with another content", pointer="/id")
        await self._judge(record)
        return Accepted(outcome, record)

    async def _change(
        self, address: Address, change: Callable[[Json], Json], older: Older | None
    ) -> Accepted:
        """Read, change, write; anew when somebody else wrote in between."""
        for _ in range(_ATTEMPTS):
            held = await self._store.get(address.key, address.audience)
            if held is None or held.deleted:
                raise _unknown(address.key)
            record = _small_enough(changed(held, change, older))
            if older is not None:
                _check_named(address.key, record.value())
            if await self._store.replace(record, held):
                return Accepted(Outcome.UPDATED, record)
        raise _too_fast(address.key)


def _small_enough(record: Record) -> Record:
    if len(record.body) > MAX_OBJECT_BYTES:
        raise InvalidParameters(f"the whole would be larger than {MAX_OBJECT_BYTES} bytes")
    return record


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
