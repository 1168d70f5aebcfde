"""Whose list is read, and each member of it as it is kept: in 2.3.0, with what came beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pydantic

from emsp_adapter.sync.tally import Bad
from ocpi.client.line import Line
from ocpi.errors import OcpiError, UnknownReceiver
from ocpi.objects.facts import Facts
from ocpi.objects.kinds import Json, key_of
from ocpi.objects.reading import Older, read
from ocpi.objects.record import Record
from ocpi.versions.known import CANONICAL, OLDEST
from ocpi.wire.body import parse_object
from schemas.kinds import ObjectKind, PartyId
from schemas.translation.context import Context

_CHARGES = frozenset({ObjectKind.SESSION, ObjectKind.CDR})


@dataclass(frozen=True, slots=True)
class Source:
    """`line` leads to the CPO, or to the hub before it; `to` is us."""

    cpo: PartyId
    to: PartyId
    kind: ObjectKind
    line: Line


async def member(body: bytes, source: Source, facts: Facts) -> Record | Bad:
    """Of a list."""
    value: Mapping[str, Any] = {}
    try:
        value = parse_object(body)
        found = read(source.kind, body, value, await _older(value, source, facts))
        key = key_of(source.kind, found.value)
        if key.owner != source.cpo:
            raise UnknownReceiver(f"this {source.kind.lower()} is of {key.owner}")
        return found.record(key)
    except (OcpiError, pydantic.ValidationError) as error:
        return Bad(_id_in(value), str(error).splitlines()[0])


async def _older(value: Json, source: Source, facts: Facts) -> Older | None:
    version = source.line.version
    if version == CANONICAL:
        return None
    context = Context(owner=source.cpo)
    if version == OLDEST and source.kind in _CHARGES:
        context = await facts.charged(value, None, source.cpo, source.to)
    return Older(version, replace(context, policy=source.line.partner.translation))


def _id_in(value: Mapping[str, Any]) -> str | None:
    written = value.get("id")
    return written[:255] if isinstance(written, str) and written else None
