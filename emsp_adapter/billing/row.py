"""What is known of a bill beside its own words: the facts that it is found, chained and summed up by.

The bill itself is an object of its CPO and never changes; all of this is ours, and can be made anew from it.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from emsp_adapter.billing.amounts import Amount, figures_of
from emsp_adapter.billing.chain import Link, Place
from emsp_adapter.billing.dispute import Dispute, DisputeState, Step
from ocpi.objects.pages import Numbered
from ocpi.process.mongo import Document
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.times import parse


class AuditState(StrEnum):
    """FAILED: tried, and to be tried again."""

    WAITING = "WAITING"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Row:
    """`is_compensation`: a driver is paid for charging at home. `codes` are of the bill itself, `chain_codes`
    follow from the others of its session; `errors` are those
    of both that cannot be right.
    """

    object_id: str
    key: ObjectKey
    seq: int
    received_at: datetime
    chain: str
    link: Link
    start: datetime
    end: datetime
    currency: str
    contract: str
    is_compensation: bool
    audit: AuditState
    attempts: int
    clean: bool | None
    codes: tuple[str, ...]
    errors: tuple[str, ...]
    chain_codes: tuple[str, ...]
    place: Place | None
    energy_kwh: Decimal | None
    theirs: Amount | None
    ours: Amount | None
    dispute: Dispute | None
    dispute_version: int

    @property
    def difference(self) -> Amount | None:
        """What is asked for beyond what we come to."""
        return None if self.theirs is None or self.ours is None else self.theirs.minus(self.ours)

    @property
    def all_codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.codes, *self.chain_codes)))

    @property
    def dispute_state(self) -> DisputeState | None:
        return None if self.dispute is None else self.dispute.state


def new(bill: Numbered, due_at: datetime) -> Document:
    """As it is when the bill has come and nothing else has happened."""
    record, value = bill.record, bill.record.value()
    figures = figures_of(value)
    token, place, owner = value["cdr_token"], value["cdr_location"], record.key.owner
    link = _link(bill, value)
    return {
        "seq": bill.seq,
        "received_at": bill.received_at or due_at,
        "cpo": str(owner),
        "cdr": str(record.key.id),
        "folded": link.id,
        "chain": chain_of(owner, link, value.get("session_id")),
        "session": _folded(value.get("session_id")),
        "credit": link.is_credit,
        "credits": link.credits,
        "start": parse(value["start_date_time"]),
        "end": parse(value["end_date_time"]),
        "currency": value["currency"].upper(),
        "contract": token["contract_id"].lower(),
        "compensation": bool(value.get("home_charging_compensation")),
        "uid": token["uid"].lower(),
        "evse": place["evse_uid"].lower(),
        "location": place["id"].lower(),
        "energy_kwh": figures.energy_kwh,
        **amount_fields("theirs", figures.theirs),
        "audit": AuditState.WAITING,
        "attempts": 0,
        "due_at": due_at,
    }


def chain_of(owner: PartyId, link: Link, session_id: str | None) -> str:
    """By the session; a bill without one is a chain by itself, a credit goes to the bill that it names."""
    if session_id:
        return f"{owner}|S|{session_id.lower()}"
    return f"{owner}|B|{link.credits or link.id}"


def read(document: Document) -> Row:
    owner = PartyId.parse(document["cpo"])
    return Row(
        object_id=document["_id"],
        key=ObjectKey(ObjectKind.CDR, owner, document["cdr"]),
        seq=document["seq"],
        received_at=document["received_at"],
        chain=document["chain"],
        link=Link(document["folded"], document["seq"], document["credit"], document["credits"]),
        start=document["start"],
        end=document["end"],
        currency=document["currency"],
        contract=document["contract"],
        is_compensation=document["compensation"],
        audit=AuditState(document["audit"]),
        attempts=document["attempts"],
        clean=document.get("clean"),
        codes=tuple(document.get("codes", ())),
        errors=(*document.get("errors", ()), *document.get("chain_codes", ())),
        chain_codes=tuple(document.get("chain_codes", ())),
        place=Place(document["place"]) if document.get("place") else None,
        energy_kwh=document.get("energy_kwh"),
        theirs=_amount(document, "theirs"),
        ours=_amount(document, "ours"),
        dispute=read_dispute(document.get("dispute")),
        dispute_version=(document.get("dispute") or {}).get("version", 0),
    )


def amount_fields(name: str, amount: Amount | None) -> Document:
    if amount is None:
        return {f"{name}_net": None, f"{name}_gross": None}
    return {f"{name}_net": amount.net, f"{name}_gross": amount.gross}


def read_dispute(document: Document | None) -> Dispute | None:
    return None if not document else Dispute(tuple(_step(each) for each in document["history"]))


def step_document(step: Step) -> Document:
    return {
        "state": step.state,
        "at": step.at,
        "by": step.by,
        "reason": step.reason,
        "note": step.note,
        "codes": list(step.codes),
    }


def _step(document: Document) -> Step:
    return Step(
        state=DisputeState(document["state"]),
        at=document["at"],
        by=document["by"],
        reason=document["reason"],
        note=document["note"],
        codes=tuple(document["codes"]),
    )


def _amount(document: Document, name: str) -> Amount | None:
    net = document.get(f"{name}_net")
    return None if net is None else Amount(net, document.get(f"{name}_gross"))


def _link(bill: Numbered, value: dict[str, Any]) -> Link:
    is_credit = bool(value.get("credit"))
    credited = _folded(value.get("credit_reference_id")) if is_credit else None
    return Link(bill.record.key.id.lower(), bill.seq, is_credit, credited)


def _folded(name: str | None) -> str | None:
    return name.lower() if name else None
