"""Lines of the ledger as JSON: for the operator, and for the two parties of a bill."""

from typing import Any

from hub.ledger.state import Line, State, history
from ocpi.objects.holds import Hold
from ocpi.process.mongo import Document

Json = dict[str, Any]


def summary(line: Line) -> Json:
    """What stands in a list, without the body."""
    row, bill = line.row, line.row.record
    return {
        "seq": row.seq,
        "received_at": row.received_at,
        "state": line.state,
        "owner": str(bill.key.owner),
        "to": str(bill.audience),
        "id": str(bill.key.id),
        "hash": bill.digest,
        "clean": None if line.verdict is None else line.verdict["clean"],
        "findings": [] if line.verdict is None else line.verdict["findings"],
        "reason": line.reason,
    }


def whole(line: Line) -> Json:
    """With the verdict, its way to the receiver, and what happened when."""
    return {
        **summary(line),
        "verdict": None if line.verdict is None else _without_ids(line.verdict),
        "hold": None if line.hold is None else _hold(line.hold),
        "receipt": line.fate.receipt and _without_ids(line.fate.receipt),
        "delivery": line.fate.mark and _mark(line.fate.mark),
        "credited_by": str(line.credit.record.key.id) if line.credit else None,
        "history": [{"at": step.at, "state": step.state, "about": step.about} for step in history(line)],
    }


def quarantined(document: Document) -> Json:
    """What was refused; the body too, which nobody else is shown."""
    named = ("owner", "to", "id", "hash", "kept_hash", "code", "pointer", "text", "at", "last_at", "times")
    return {"state": State.QUARANTINED, **{name: document[name] for name in named}}


def with_body(document: Document) -> Json:
    return {**quarantined(document), "body": document["body"].decode(errors="replace")}


def _hold(hold: Hold) -> Json:
    return {
        "state": hold.state,
        "codes": list(hold.codes),
        "at": hold.at,
        "decided_at": hold.decided_at,
        "by": hold.by,
        "reason": hold.reason,
    }


def _mark(document: Document) -> Json:
    named = ("since", "attempts", "refusals", "next_try", "last_error", "parked", "parked_at")
    return {name: document.get(name) for name in named}


def _without_ids(document: Document) -> Json:
    return {name: value for name, value in document.items() if name != "_id"}
