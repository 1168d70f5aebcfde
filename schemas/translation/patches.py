"""Which partial update may go to another version as it is.

A PATCH has too little in it to be translated. One whose fields mean the same in both versions is sent on
unchanged; for any other the stored object is translated and sent whole.
Spec: transport_and_format, PATCH; 2.2.1 mod_locations, mod_sessions, mod_tokens, Request Body of PATCH.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from schemas.base import OcpiModel
from schemas.lists import is_listed
from schemas.translation.paths import stops
from schemas.translation.registry import Kind, form_of
from schemas.v2_3_0.enums import VersionNumber

_WRITTEN_DIFFERENTLY = frozenset({"country"})
"""The same field, but 2.1.1 partners fill it with another code."""


def crosses_unchanged(
    kind: Kind, patch: Mapping[str, Any], source: VersionNumber, target: VersionNumber
) -> bool:
    """Whether the body of a PATCH, as decoded, says in `target` what it says in `source`.

    What must be withheld as a whole (an unpublished Location) is not seen in a patch: ask the stored object.
    """
    versions = stops(source, target)
    forms = [form for version in versions if (form := form_of(kind, version))]
    if len(forms) < len(versions):
        return False
    return source == target or all(_crosses(name, value, forms, target) for name, value in patch.items())


def _crosses(name: str, value: object, forms: list[Kind], target: VersionNumber) -> bool:
    hints = [_hints(form).get(name) for form in forms]
    if any(hint != hints[0] for hint in hints) or name in _WRITTEN_DIFFERENTLY:
        return False
    return hints[0] is None or _reads_the_same(_reader(forms[0], name), value, target)


def _reads_the_same(reader: TypeAdapter[Any], value: object, target: VersionNumber) -> bool:
    try:
        read = reader.validate_python(value)
    except ValidationError:
        return False
    return all(_is_told_in(target, part) for part in _parts(read))


def _is_told_in(target: VersionNumber, part: object) -> bool:
    if isinstance(part, StrEnum):
        return is_listed(part, target)
    if isinstance(part, datetime):
        return target != VersionNumber.V2_1_1 or not part.microsecond
    return True


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, OcpiModel):
        for part in value.told().values():
            yield from _parts(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _parts(part)
    else:
        yield value


@cache
def _reader(form: Kind, name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_hints(form)[name])


@cache
def _hints(form: Kind) -> dict[str, Any]:
    return get_type_hints(form, include_extras=True)
