"""A message as the database keeps it. Its id tells when it ended, so that ids are in that order."""

import secrets
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from ocpi.process.mongo import Document
from ocpi.recorder.cards import masking
from ocpi.recorder.facts import Facts, facts_of
from ocpi.recorder.keeping import Bodies, Keeping
from ocpi.recorder.keys import about
from ocpi.recorder.redaction import kept_body, kept_url
from ocpi.recorder.slips import Slip
from ocpi.wire.status import is_success

_LONGEST_TEXT: Final = 500
_PROCESS: Final = secrets.token_hex(2)


def document(slip: Slip, keeping: Keeping) -> Document:
    facts = facts_of(slip)
    subject = about(facts)
    mask = masking(subject.cards)
    began_us = _microseconds(slip.at)
    ended_us = began_us + round(slip.seconds * 1e6)
    return {
        "_id": f"{ended_us:016x}{slip.number & 0xFFFFFF:06x}{_PROCESS}",
        "at": slip.at,
        "order": [began_us, slip.number],
        "duration_ms": round(slip.seconds * 1000, 3),
        "expires_at": slip.at + timedelta(seconds=slip.seconds) + keeping.kept_for,
        "direction": slip.direction,
        "correlation_id": slip.correlation_id,
        "request_id": slip.request_id,
        "partner": slip.partner,
        "from": slip.sender,
        "to": slip.to,
        "version": slip.version,
        "module": slip.module,
        "side": slip.side,
        "method": slip.method,
        "url": kept_url(slip.url, subject.cards),
        "http": slip.http,
        "status": facts.status,
        "said": None if facts.said is None else mask(facts.said)[:_LONGEST_TEXT],
        "trouble": slip.trouble,
        "failed": has_failed(facts),
        "request_bytes": slip.request_bytes,
        "answer_bytes": slip.answer_bytes,
        "losses": [mask(loss)[:_LONGEST_TEXT] for loss in slip.losses],
        "keys": list(subject.keys),
        **_bodies(facts, subject.cards, keeping),
    }


def has_failed(facts: Facts) -> bool:
    http = facts.slip.http
    if facts.slip.trouble is not None or http is None or http >= HTTPStatus.BAD_REQUEST:
        return True
    return facts.status is None or not is_success(facts.status)


def _bodies(facts: Facts, cards: frozenset[str], keeping: Keeping) -> Document:
    if keeping.bodies is Bodies.NONE or not facts.has_readable_bodies:
        return {"request": None, "answer": None}
    return {"request": kept_body(facts.slip.body, cards), "answer": kept_body(facts.data, cards)}


def _microseconds(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000 + at.microsecond
