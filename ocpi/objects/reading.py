"""What arrived in an older version, as it is kept: told in 2.3.0, with its very bytes beside it.

Spec: the modules of each version; transport_and_format, PATCH (2.1.1 needs no last_updated there).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from ocpi.objects.kinds import MODELS, Json
from ocpi.objects.record import Original, Record
from ocpi.objects.splice import spliced
from ocpi.versions import messages
from ocpi.versions.known import CANONICAL, OLDEST
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.times import datetime_text, parse
from schemas.translation.context import Context
from schemas.v2_3_0.enums import VersionNumber


@dataclass(frozen=True, slots=True)
class Older:
    """The version that something was said in, and what its translation has to be told."""

    version: VersionNumber
    context: Context


@dataclass(frozen=True, slots=True)
class Read:
    """`value` and `body` are of 2.3.0; `original` is what came, where that was another version."""

    value: Json
    body: bytes
    original: Original | None = None

    def record(self, key: ObjectKey, audience: PartyId | None = None) -> Record:
        return Record(key, parse(self.value["last_updated"]), self.body, audience, original=self.original)


def version_of(older: Older | None) -> VersionNumber:
    return older.version if older else CANONICAL


def read(kind: ObjectKind, body: bytes, value: Json, older: Older | None) -> Read:
    """`value` is the parsed body. Raises ValidationError, NotSpeakable; 2.3.0 itself is not judged here."""
    if older is None:
        return Read(value, body)
    model = messages.up(MODELS[kind], value, older.version, older.context)
    told = codec.dump(model)
    return Read(cast("Json", codec.decode(told)), told, Original(older.version, body))


def changed(held: Record, change: Callable[[Json], Json], older: Older | None) -> Record:
    """`held` with a change made to it in the version of whoever changes it. Raises as `read`."""
    if older is None:
        whole = held.value()
        value = change(whole)
        body = spliced(held.body, whole, value)
        return replace(held, last_updated=parse(value["last_updated"]), body=body, original=None)
    before = held.in_version(older.version) or written(held, older)
    whole = cast("Json", codec.decode(before))
    value = change(whole)
    found = read(held.key.kind, spliced(before, whole, value), value, older)
    return found.record(held.key, held.audience)


def written(record: Record, older: Older) -> bytes:
    """The object in an older version. Raises NotSpeakable where that would say something else."""
    model = MODELS[record.key.kind]
    return messages.down(model, model.model_validate(record.value()), older.version, older.context)


def dated(change: Json, older: Older | None, now: datetime) -> Json:
    """A PATCH of 2.1.1 need not tell when the object changed: then it changed now."""
    if version_of(older) == OLDEST and not change.get("last_updated"):
        return {**change, "last_updated": datetime_text(now)}
    return change
