"""Which values a version lists.

Fields read the lists of 2.3.0 whatever the version, so that an object is not refused for a value which we
understand. What may be *sent* in an older version, and what `conformance` reports, is decided here.
Spec: types, OpenEnum (2.3.0; before it every list was closed).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from schemas.open_enum import OpenEnum
from schemas.v2_1_1 import enums as enums_2_1_1
from schemas.v2_2_1 import enums as enums_2_2_1
from schemas.v2_3_0 import enums as enums_2_3_0
from schemas.v2_3_0.enums import VersionNumber

Lists = Mapping[str, type[StrEnum]]


def lists_of(version: VersionNumber) -> Lists:
    """The lists of a version by name. Raises KeyError for a version that has no models here."""
    return _LISTS[version]


def is_listed(value: StrEnum, version: VersionNumber) -> bool:
    """Whether the version's list of that name holds the value; an open list holds everything."""
    name = type(value).__name__
    if version == VersionNumber.V2_3_0 and isinstance(value, OpenEnum):
        return True
    return value.value in _LISTS[version].get(name, type(value))._value2member_map_


def _own(module: object) -> Lists:
    found = (item for item in vars(module).values() if isinstance(item, type) and issubclass(item, StrEnum))
    return {item.__name__: item for item in found if item.__module__ == getattr(module, "__name__", None)}


_LISTS: Mapping[VersionNumber, Lists] = MappingProxyType(
    {
        VersionNumber.V2_3_0: _own(enums_2_3_0),
        VersionNumber.V2_2_1: {**_own(enums_2_3_0), **_own(enums_2_2_1)},
        VersionNumber.V2_1_1: {**_own(enums_2_3_0), **_own(enums_2_1_1)},
    }
)
