"""A roaming object as a document of the database, and back.

`seq` and what names the object are written once, when it is created; the rest with every change. Only a bill
that was held gets another number, once that is decided: to its receiver it is news then.
"""

from datetime import datetime
from typing import Final

from ocpi.objects.holds import hold_document, read_hold
from ocpi.objects.record import Original, Record
from ocpi.objects.selection import audience_name, periods_of, seen_by
from ocpi.process.mongo import Document
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.enums import VersionNumber

_LINKS: Final = {ObjectKind.TOKEN: "contract_id", ObjectKind.CDR: "session_id"}
"""By what else an object is looked for: a token by its contract, as in 2.1.1, and bills by their session."""


def created(record: Record, seq: int, now: datetime) -> Document:
    """What never changes; the id stands beside it."""
    return {
        **seen_by(record),
        **({"hold": hold_document(record.hold)} if record.hold else {}),
        "received_at": now,
        "kind": record.key.kind,
        "owner": str(record.key.owner),
        "id": record.key.id,
        "folded_id": record.key.id.lower(),
        "audience": audience_name(record.audience),
        "seq": seq,
    }


def changed(record: Record, now: datetime) -> Document:
    """Whatever the owner tells of it: then it is there."""
    return {
        **_linked(record),
        "last_updated": record.last_updated,
        **periods_of(record.last_updated, now),
        "body": record.body,
        "digest": record.digest,
        "deleted": record.deleted,
        "original": _original_document(record.original),
        "absent_since": None,
    }


def snapshot(record: Record) -> Document:
    """The object as it is now, inside another document."""
    return {
        "kind": record.key.kind,
        "owner": str(record.key.owner),
        "id": record.key.id,
        "audience": audience_name(record.audience),
        "last_updated": record.last_updated,
        "body": record.body,
        "deleted": record.deleted,
        "original": _original_document(record.original),
    }


def record(document: Document) -> Record:
    audience = document["audience"]
    return Record(
        key=ObjectKey(ObjectKind(document["kind"]), PartyId.parse(document["owner"]), document["id"]),
        last_updated=document["last_updated"],
        body=document["body"],
        audience=None if audience == audience_name(None) else PartyId.parse(audience),
        deleted=document["deleted"],
        original=_original(document.get("original")),
        hold=read_hold(document.get("hold")),
        absent_since=document.get("absent_since"),
    )


def _linked(record: Record) -> Document:
    field = _LINKS.get(record.key.kind)
    if field is None:
        return {}
    value = record.value()
    return {"linked": _folded(value.get(field)), **_credited(record.key.kind, value)}


def _credited(kind: ObjectKind, value: Document) -> Document:
    """The bill that a credit takes back."""
    if kind is not ObjectKind.CDR or not value.get("credit"):
        return {}
    return {"credits": _folded(value.get("credit_reference_id"))}


def _folded(link: object) -> str | None:
    return link.lower() if isinstance(link, str) else None


def _original_document(original: Original | None) -> Document | None:
    return None if original is None else {"version": original.version, "body": original.body}


def _original(document: Document | None) -> Original | None:
    return None if document is None else Original(VersionNumber(document["version"]), document["body"])
