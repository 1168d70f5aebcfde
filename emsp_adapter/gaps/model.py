"""What is missing of a charge, and when that is to be said. Pure.

A session that is COMPLETED has a bill after a while, and a bill has a session, unless its CPO tells none. In
2.1.1 a bill names no session: there the two belong together that are of one card and began at one time.
Spec: 2.3.0 mod_cdrs, CDR object (session_id); mod_sessions, SessionStatus; 2.1.1 mod_cdrs, CDR object.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from ocpi.objects.record import Record
from schemas.kinds import ObjectKind, PartyId
from schemas.times import parse
from schemas.v2_3_0.enums import SessionStatus

SAME_START: Final = timedelta(minutes=1)
LOOKED_AT_AGAIN: Final = timedelta(hours=1)


class GapKind(StrEnum):
    SESSION_WITHOUT_CDR = "SESSION_WITHOUT_CDR"
    CDR_WITHOUT_SESSION = "CDR_WITHOUT_SESSION"
    OLD_CDR = "OLD_CDR"

    @property
    def lacks(self) -> ObjectKind:
        """What has to come, or came too late."""
        return ObjectKind.SESSION if self is GapKind.CDR_WITHOUT_SESSION else ObjectKind.CDR


class GapState(StrEnum):
    """EXPECTED: the other half may yet come in time. MATCHED: it did. ACKNOWLEDGED: somebody knows."""

    EXPECTED = "EXPECTED"
    MATCHED = "MATCHED"
    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited: for a bill after the session, a session after the bill, an answer when it is asked
    for. A bill is old that comes later than `old_after`; of what began before `forgotten_after` nothing is
    missed.
    """

    bill_within: timedelta = timedelta(hours=24)
    session_within: timedelta = timedelta(hours=1)
    answer_within: timedelta = timedelta(hours=24)
    old_after: timedelta = timedelta(days=14)
    forgotten_after: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Charge:
    """One half of a charge, and what the other half is found by. Names are in lower case."""

    cpo: PartyId
    id: str
    session_id: str | None
    card: str
    started_at: datetime

    @classmethod
    def of_session(cls, record: Record) -> "Charge":
        name = str(record.key.id)
        return cls(record.key.owner, name, name.lower(), *_whose(record.value()))

    @classmethod
    def of_bill(cls, record: Record) -> "Charge":
        value = record.value()
        session_id = value.get("session_id")
        folded = session_id.lower() if isinstance(session_id, str) else None
        return cls(record.key.owner, str(record.key.id), folded, *_whose(value))


@dataclass(frozen=True, slots=True)
class Later:
    at: datetime


class Verdict(StrEnum):
    MISSING = "MISSING"
    NOTHING = "NOTHING"


def bill_missing(session: Record | None, now: datetime, patience: Patience) -> Verdict | Later:
    """Of a session without a bill."""
    if session is None or session.deleted:
        return Verdict.NOTHING
    status = session.value()["status"]
    if status == SessionStatus.COMPLETED:
        due_at = session.last_updated + patience.bill_within
        return Verdict.MISSING if due_at <= now else Later(due_at)
    is_forgotten = Charge.of_session(session).started_at < now - patience.forgotten_after
    return (
        Verdict.NOTHING if status == SessionStatus.INVALID or is_forgotten else Later(now + LOOKED_AT_AGAIN)
    )


def is_old(bill: Mapping[str, Any], received_at: datetime, dealt_since: datetime, patience: Patience) -> bool:
    """Whether it comes long after its date, or after the charge, from the time when we dealt already."""
    ended_at, dated = parse(bill["end_date_time"]), parse(bill["last_updated"])
    return ended_at >= dealt_since and received_at - min(ended_at, dated) > patience.old_after


def _whose(value: Mapping[str, Any]) -> tuple[str, datetime]:
    return str(value["cdr_token"]["uid"]).lower(), parse(value["start_date_time"])
