"""One roaming object as it is kept: who owns it, who may see it, and its own bytes.

`audience` is the party that a targeted push was meant for; None is for everybody with an agreement.
The same object may be kept once for all and once more for a single party, since an owner may tell
different parties different things. What came in an older version is kept in its own words too, and whoever
speaks that version gets those bytes back.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, cast

from ocpi.objects.holds import Hold, HoldState
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.enums import VersionNumber


class Outcome(StrEnum):
    """What became of an object that arrived.

    UNCHANGED: the same again. STALE: we hold a newer one. CONFLICT: the same bill with another content.
    """

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    STALE = "STALE"
    CONFLICT = "CONFLICT"


@dataclass(frozen=True, slots=True)
class Original:
    """An object as its owner wrote it, in a version that is not the canonical one."""

    version: VersionNumber
    body: bytes


@dataclass(frozen=True)
class Record:
    """`body` is canonical: 2.3.0, to the byte as it came if it came in that version.

    `original` says the same in the version it came in; who changes the one sets the other anew, or to None.
    `hold` is that of a bill. `absent_since`: the owner lists it no more, without having said that it is gone.
    """

    key: ObjectKey
    last_updated: datetime
    body: bytes
    audience: PartyId | None = None
    deleted: bool = False
    original: Original | None = None
    hold: Hold | None = None
    absent_since: datetime | None = None

    @property
    def is_withheld(self) -> bool:
        """Whether the party that it is meant for may not have it."""
        return self.hold is not None and self.hold.withholds

    @property
    def is_refused(self) -> bool:
        """By the operator, for good."""
        return self.hold is not None and self.hold.state is HoldState.REFUSED

    @cached_property
    def database_id(self) -> str:
        return database_id(self.key, self.audience)

    def value(self) -> dict[str, Any]:
        """The body, decoded; it was an object when it was kept."""
        return cast("dict[str, Any]", codec.decode(self.body))

    def in_version(self, version: VersionNumber) -> bytes | None:
        """The object in the owner's own words of that version; None where it would have to be translated."""
        if version == VersionNumber.V2_3_0:
            return self.body
        if self.original is not None and self.original.version == version:
            return self.original.body
        return None

    def says_same(self, other: "Record") -> bool:
        """Another order of keys, or 1.0 for 1, is no other content."""
        return self.digest == other.digest or self.value() == other.value()

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def database_id(key: ObjectKey, audience: PartyId | None) -> str:
    """A bill is one bill, whomever it is for: nobody is told another one under the same id."""
    if key.kind is ObjectKind.CDR:
        return f"{key}|*"
    return f"{key}|{audience or '*'}"
