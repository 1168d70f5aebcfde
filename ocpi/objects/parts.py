"""What a push changes in a stored object: the whole of it, an EVSE, or a connector.

EVSEs and connectors have addresses of their own inside a Location. A change of a part is a change of the
whole, so the parents take over its last_updated, unless theirs is later already. A part is judged by its own
age: an EVSE's status is not stale because the Location's name changed meanwhile. What is wrong is told with
the pointer into the body that came.
Spec: 2.3.0 mod_locations, PUT method; PATCH method; transport_and_format, PATCH.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ocpi.errors import InvalidParameters, UnknownObject
from ocpi.wire.merge_patch import merge
from schemas.base import OcpiModel
from schemas.times import parse
from schemas.translation.registry import form_of
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.evses import EVSE, Connector

Json = dict[str, Any]
_LATEST: Final = VersionNumber.V2_3_0

_LEVELS: Final[tuple[tuple[str, str, type[OcpiModel]], ...]] = (
    ("evses", "uid", EVSE),
    ("connectors", "id", Connector),
)


def find(whole: Json, path: Sequence[str]) -> Json:
    """The part that `path` (evse_uid, connector_id) names. Raises UnknownObject."""
    part = whole
    for (members, identity, _), wanted in zip(_LEVELS, path, strict=False):
        found = _member(part, members, identity, wanted)
        if found is None:
            raise _unknown(members, wanted)
        part = found
    return part


def replace(whole: Json, path: Sequence[str], part: Json, version: VersionNumber = _LATEST) -> Json:
    """`whole` with the part in its place, or added; both are of `version`.

    Raises ValidationError, InvalidParameters (also for a part older than the one in place), and UnknownObject
    where the parent is unknown.
    """
    _check(part, path, version)
    return _placed(whole, path, 0, part)


def patch(
    whole: Json, path: Sequence[str], change: Mapping[str, Any], version: VersionNumber = _LATEST
) -> Json:
    """`whole` with the change laid over it, or over a part of it. Raises as `replace`.

    The charging periods in a change are further ones, but in 2.1.1 they are all.
    """
    appends = version != VersionNumber.V2_1_1
    if path:
        return replace(whole, path, merge(find(whole, path), change, appends=appends), version)
    return merge(whole, change, appends=appends)


def refuse_older(new: Json, old: Json) -> None:
    """Both have been validated. Raises InvalidParameters."""
    if parse(new["last_updated"]) < parse(old["last_updated"]):
        raise InvalidParameters("this is older than what is held here", pointer="/last_updated")


def _check(part: Json, path: Sequence[str], version: VersionNumber) -> None:
    _, identity, model = _LEVELS[len(path) - 1]
    (form_of(model, version) or model).model_validate(part)
    if _fold(part[identity]) != _fold(path[-1]):
        raise InvalidParameters(f"the URL names {path[-1]!r}", pointer=f"/{identity}")


def _placed(parent: Json, path: Sequence[str], level: int, part: Json) -> Json:
    members, identity, _ = _LEVELS[level]
    wanted = path[level]
    old = _member(parent, members, identity, wanted)
    new = _replacement(old, path, level, part)
    listed = parent.get(members) or []
    kept = [*listed, new] if old is None else [new if each is old else each for each in listed]
    return {**parent, members: kept, "last_updated": _later(parent["last_updated"], part["last_updated"])}


def _replacement(old: Json | None, path: Sequence[str], level: int, part: Json) -> Json:
    """What stands in the place of `old`: the part itself on the last level, above it a changed parent."""
    if level == len(path) - 1:
        if old is not None:
            refuse_older(part, old)
        return part
    if old is None:
        raise _unknown(_LEVELS[level][0], path[level])
    return _placed(old, path, level + 1, part)


def _member(parent: Json, members: str, identity: str, wanted: str) -> Json | None:
    listed: list[Json] = parent.get(members) or []
    return next((each for each in listed if _fold(each[identity]) == _fold(wanted)), None)


def _later(one: str, other: str) -> str:
    return one if parse(one) >= parse(other) else other


def _unknown(members: str, wanted: str) -> UnknownObject:
    return UnknownObject(f"there is no {wanted!r} among the {members}")


def _fold(text: str) -> str:
    return text.lower()
