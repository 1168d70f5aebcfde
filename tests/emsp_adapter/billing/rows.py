"""Rows of bills for tests that need no database."""

from datetime import UTC, datetime, timedelta

from emsp_adapter.billing.chain import Link
from emsp_adapter.billing.row import AuditState, Row
from schemas.kinds import ObjectKey, ObjectKind
from tests.platforms import CPO

END = datetime(2026, 3, 1, 8, tzinfo=UTC)


def row(cdr_id: str, seq: int = 1) -> Row:
    """Of a charge that ended in March 2026; judged, and without findings."""
    key = ObjectKey(ObjectKind.CDR, CPO, cdr_id)
    return Row(
        object_id=f"{key}|*",
        key=key,
        seq=seq,
        received_at=END,
        chain="FR*CPO|S|s1",
        link=Link(cdr_id.lower(), seq),
        start=END - timedelta(hours=1),
        end=END,
        currency="EUR",
        contract="nl-msp-c1",
        is_compensation=False,
        audit=AuditState.DONE,
        attempts=1,
        clean=True,
        codes=(),
        errors=(),
        chain_codes=(),
        place=None,
        energy_kwh=None,
        theirs=None,
        ours=None,
        dispute=None,
        dispute_version=0,
    )
