"""A mark: party P lacks the current state of object O. Here as a value, and as a document of the database.

Each time a mark is put it gets a revision that no mark had before, so that nothing that saw an earlier state
of it, or an earlier mark of the same name, can clear this one.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from ocpi.delivery.platforms import Address
from ocpi.delivery.refusals import NO_REFUSALS, Refusals
from ocpi.objects import documents
from ocpi.objects.record import Record
from ocpi.partners.keeping import Keeping
from ocpi.process.logs import current_correlation, pseudonym
from ocpi.process.mongo import ASCENDING, Document, Index
from schemas.kinds import ObjectKind, PartyId

COLLECTION: Final = "outbox"
HEAD_START: Final = timedelta(days=1)
INDEXES: Final = (
    Index(
        collection=COLLECTION,
        keys=(("kind", ASCENDING), ("to", ASCENDING), ("next_try", ASCENDING)),
        partial={"next_try": {"$exists": True}},
    ),
    Index(
        collection=COLLECTION,
        keys=(("to", ASCENDING), ("parked_at", ASCENDING)),
        partial={"parked_at": {"$exists": True}},
    ),
)
_party = lru_cache(maxsize=4096)(PartyId.parse)


@dataclass(frozen=True, slots=True)
class Due:
    """What to mark. `sender` and `to` become the routing headers; `to` receives in `role`.

    `behind` names a mark that must be gone first: the session before its bill. What `is_urgent` goes out
    before whatever else the party lacks. `is_farewell`: the party has the object, and if it may not see it
    any more it is told so. `correlation_id` is that of what is going on, and goes with the delivery unless
    several things brought it about. `state` is the object as it was told, for whoever is
    owed every state; `keeping` is what that partner chose. A bill that `is_retold` goes out although it has
    arrived before.
    """

    object_id: str
    kind: ObjectKind
    sender: PartyId
    to: PartyId
    role: str
    behind: str | None = None
    is_urgent: bool = False
    correlation_id: str | None = field(default_factory=current_correlation, compare=False)
    is_farewell: bool = False
    keeping: Keeping | None = None
    state: Record | None = field(default=None, repr=False)
    is_retold: bool = False

    @property
    def mark_id(self) -> str:
        whole = mark_id(self.to, self.object_id)
        if self.keeping is not Keeping.STORE_FORWARD or self.state is None:
            return whole
        return f"{whole}|{self.state.last_updated.isoformat()}|{self.state.digest[:16]}"

    @property
    def address(self) -> Address:
        return Address(self.kind, self.to)

    @property
    def label(self) -> str:
        """The object's name in a log: a card's uid is personal, so cards go by their pseudonym."""
        return f"token {pseudonym(self.object_id)}" if self.kind is ObjectKind.TOKEN else self.object_id

    @property
    def named(self) -> str:
        """The object without its audience: both forms of it are one thing at the far side."""
        return self.object_id.rpartition("|")[0] or self.object_id


@dataclass(frozen=True, slots=True)
class Mark:
    """`mark_id` is its name; `attempts` failed for any reason."""

    mark_id: str
    due: Due
    revision: int
    attempts: int
    refused: Refusals
    since: datetime

    @property
    def refusals(self) -> int:
        return self.refused.count


def mark_id(to: PartyId, object_id: str) -> str:
    return f"{to}|{object_id}"


def of_object(whole: str) -> Document:
    """Whatever bears this name: the mark of an object, or, where every state is owed, that of each state."""
    return {"_id": {"$gte": whole, "$lt": f"{whole}|~"}}


def is_of_object(name: str, whole: str) -> bool:
    return name == whole or name.startswith(f"{whole}|")


def as_told(document: Document) -> Document:
    """A mark for whoever looks at it: also what is parked has waited since some instant."""
    return {**document, "since": document.get("since", document.get("began"))}


def fresh(due: Due, now: datetime) -> Document:
    """All of a mark but its name and since when it waits; whatever was known of an earlier one is gone."""
    return {
        "object_id": due.object_id,
        "kind": due.kind,
        "sender": str(due.sender),
        "to": str(due.to),
        "role": due.role,
        "behind": due.behind,
        "correlation_id": due.correlation_id,
        "keeping": due.keeping,
        "urgent": due.is_urgent,
        "is_farewell": due.is_farewell,
        "is_retold": due.is_retold,
        "next_try": now - HEAD_START if due.is_urgent else now,
        "attempts": 0,
        "refusals": 0,
        "revision": revision(),
        **_state(due),
    }


GONE_WITH_NEWS: Final = ("parked", "parked_at", "last_error", "refused_as", "refused_since")
"""What a mark has had time for, and begins without when it is put again."""


def revision() -> int:
    return secrets.randbits(62)


def only(mark: Mark) -> Document:
    """One mark as it was seen."""
    return {"_id": mark.mark_id, "revision": mark.revision}


def exactly(marks: Sequence[Mark]) -> Document:
    """These marks as they were seen: each revision was given out once, so it needs no pairing with its id."""
    return {
        "_id": {"$in": [mark.mark_id for mark in marks]},
        "revision": {"$in": [mark.revision for mark in marks]},
    }


def new_mark(due: Due, document: Document) -> Mark:
    """As it has just been put."""
    return Mark(document["_id"], due, document["revision"], 0, NO_REFUSALS, document["since"])


def read_mark(document: Document) -> Mark:
    return Mark(
        mark_id=document["_id"],
        due=_due(document),
        revision=document["revision"],
        attempts=document["attempts"],
        refused=_refusals(document),
        since=document["since"],
    )


def _due(document: Document) -> Due:
    keeping, state = document.get("keeping"), document.get("state")
    return Due(
        object_id=document["object_id"],
        kind=ObjectKind(document["kind"]),
        sender=_party(document["sender"]),
        to=_party(document["to"]),
        role=document["role"],
        behind=document["behind"],
        is_urgent=document.get("urgent", False),
        correlation_id=document.get("correlation_id"),
        is_farewell=document.get("is_farewell", False),
        keeping=None if keeping is None else Keeping(keeping),
        state=None if state is None else documents.record(state),
        is_retold=document.get("is_retold", False),
    )


def _refusals(document: Document) -> Refusals:
    if not document["refusals"]:
        return NO_REFUSALS
    return Refusals(document["refusals"], document.get("refused_as"), document.get("refused_since"))


def _state(due: Due) -> Document:
    if due.keeping is not Keeping.STORE_FORWARD or due.state is None:
        return {}
    return {"state": documents.snapshot(due.state)}
