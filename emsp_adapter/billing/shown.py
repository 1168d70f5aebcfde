"""Bills as JSON for the back office."""

from typing import Any

from emsp_adapter.billing.amounts import Amount
from emsp_adapter.billing.dispute import Dispute
from emsp_adapter.billing.row import Row

Json = dict[str, Any]


def facts(row: Row) -> Json:
    """What stands in a list, without the bill's own words."""
    return {
        "seq": row.seq,
        "received_at": row.received_at,
        "cpo": str(row.key.owner),
        "id": str(row.key.id),
        "start": row.start,
        "end": row.end,
        "contract": row.contract,
        "currency": row.currency,
        "energy_kwh": row.energy_kwh,
        "theirs": amount(row.theirs),
        "ours": amount(row.ours),
        "difference": amount(row.difference),
        "place": row.place,
        "credit": row.link.is_credit,
        "audit": row.audit,
        "clean": None if row.clean is None else row.clean and not row.chain_codes,
        "findings": list(row.all_codes),
        "dispute": row.dispute_state,
    }


def amount(told: Amount | None) -> Json | None:
    return None if told is None else {"excl_tax": told.net, "incl_tax": told.gross}


def dispute(told: Dispute | None, version: int) -> Json | None:
    """`version` is what whoever changes it says to have seen."""
    if told is None:
        return None
    history = [
        {"state": step.state, "at": step.at, "by": step.by, "reason": step.reason, "note": step.note}
        for step in told.history
    ]
    return {"state": told.state, "version": version, "history": history}


def member(row: Row) -> Json:
    """One bill of a chain."""
    return {
        "id": str(row.key.id),
        "seq": row.seq,
        "place": row.place,
        "credit": row.link.is_credit,
        "credits": row.link.credits,
        "theirs": amount(row.theirs),
        "findings": list(row.chain_codes),
    }
