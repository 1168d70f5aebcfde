"""What stands in one line of an export: facts of the hub, and the object to the byte as its owner sent it.

Of a bill that is withheld its receiver is told that, and why, and not the bill.
"""

from dataclasses import dataclass
from typing import Any

from hub.ledger.shown import summary
from hub.ledger.state import Line
from ocpi.objects.pages import Numbered
from schemas.kinds import ObjectKind, PartyId


@dataclass(frozen=True, slots=True)
class ExportLine:
    """`body` is JSON; None where it is withheld."""

    kind: ObjectKind
    facts: dict[str, Any]
    body: bytes | None


def of_bill(line: Line, reader: PartyId) -> ExportLine:
    bill = line.row.record
    may_read = reader == bill.key.owner or not bill.is_withheld
    return ExportLine(ObjectKind.CDR, summary(line), bill.body if may_read else None)


def of_session(row: Numbered) -> ExportLine:
    session = row.record
    facts = {
        "seq": row.seq,
        "received_at": row.received_at,
        "owner": str(session.key.owner),
        "to": str(session.audience),
        "id": str(session.key.id),
        "hash": session.digest,
    }
    return ExportLine(ObjectKind.SESSION, facts, session.body)
