"""One roaming object as it is kept: who owns it, who may see it, and its own bytes.

`audience` is the party that a targeted push was meant for; None is for everybody with an agreement.
The same object may be kept once for all and once more for a single party, since an owner may tell
different parties different things.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from schemas import codec
from schemas.kinds import ObjectKey, PartyId


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
class Record:
    key: ObjectKey
    last_updated: datetime
    body: bytes
    audience: PartyId | None = None
    deleted: bool = False

    @property
    def database_id(self) -> str:
        return database_id(self.key, self.audience)

    def value(self) -> dict[str, Any]:
        """The body, decoded; it was an object when it was kept."""
        return cast("dict[str, Any]", codec.decode(self.body))

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def database_id(key: ObjectKey, audience: PartyId | None) -> str:
    return f"{key}|{audience or '*'}"
