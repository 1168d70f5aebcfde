"""A message as the database keeps it. Its id tells when it ended, so that ids are in that order."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from ocpi.process.mongo import Document
from ocpi.recorder.cards import masking
from ocpi.recorder.facts import Facts
from ocpi.recorder.keys import about
from ocpi.recorder.redaction import kept_body, kept_url
from ocpi.wire.status import is_success
from schemas.kinds import PartyId

_LONGEST_TEXT: Final = 500
_PROCESS: Final = secrets.token_hex(2)


class Bodies(StrEnum):
    """How much of what was said is kept."""

    NONE = "none"
    REDACTED = "redacted"


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the operator chose."""

    bodies: Bodies = Bodies.REDACTED
    kept_for: timedelta = timedelta(days=30)


def document(facts: Facts, keeping: Keeping) -> Document:
    subject = about(facts)
    mask = masking(subject.cards)
    ended = facts.at + timedelta(seconds=facts.seconds)
    return {
        "_id": f"{_microseconds(ended):016x}{facts.number & 0xFFFFFF:06x}{_PROCESS}",
        "at": facts.at,
        "order": [_microseconds(facts.at), facts.number],
        "duration_ms": round(facts.seconds * 1000, 3),
        "expires_at": ended + keeping.kept_for,
        "direction": facts.direction,
        "correlation_id": facts.ids.correlation_id,
        "request_id": facts.ids.request_id,
        "partner": facts.partner,
        "from": _party(facts.routing.sender),
        "to": _party(facts.routing.to),
        "version": facts.version,
        "module": facts.module,
        "side": None if facts.side is None else str(facts.side),
        "method": facts.method,
        "url": kept_url(facts.url, subject.cards),
        "http": facts.http,
        "status": facts.status,
        "said": None if facts.said is None else mask(facts.said)[:_LONGEST_TEXT],
        "trouble": facts.trouble,
        "failed": has_failed(facts),
        "request_bytes": facts.request_bytes,
        "answer_bytes": facts.answer_bytes,
        "losses": [mask(loss)[:_LONGEST_TEXT] for loss in facts.losses],
        "keys": list(subject.keys),
        **_bodies(facts, subject.cards, keeping),
    }


def has_failed(facts: Facts) -> bool:
    if facts.trouble is not None or facts.http is None or facts.http >= HTTPStatus.BAD_REQUEST:
        return True
    return facts.status is None or not is_success(facts.status)


def _bodies(facts: Facts, cards: frozenset[str], keeping: Keeping) -> Document:
    if keeping.bodies is Bodies.NONE or not facts.has_readable_bodies:
        return {"request": None, "answer": None}
    return {"request": kept_body(facts.body, cards), "answer": kept_body(facts.data, cards)}


def _microseconds(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def _party(party: PartyId | None) -> str | None:
    return None if party is None else str(party)
