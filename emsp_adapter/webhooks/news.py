"""What there is to tell of an object, by what it is now and what was told of it before. Pure.

Each object that may be news is marked in the write that accepts it, so nothing is missed, whatever way it
came and whoever is killed when. Several changes may have become one by the time that they are told; that a
session began and that it ended are told all the same, each once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from emsp_adapter.webhooks.event import Event, EventType
from ocpi.objects.record import Record
from ocpi.process.mongo import Document
from schemas.kinds import ObjectKind
from schemas.numbers import number_text

NEWS: Final = "news"
TOLD: Final = "told"
_BEGUN: Final = frozenset({"ACTIVE", "COMPLETED"})
_OVER: Final = frozenset({"COMPLETED", "INVALID"})
_SESSION_TEXTS: Final = ("status", "location_id", "evse_uid", "connector_id", "last_updated")
_CDR_TEXTS: Final = ("session_id", "credit_reference_id", "currency", "start_date_time", "end_date_time")
_TOKEN_TEXTS: Final = ("contract_id", "type", "last_updated")


@dataclass(frozen=True, slots=True)
class Doubts:
    """What an audit found in a bill: codes of its findings."""

    codes: tuple[str, ...]


def marked(record: Record) -> Document:
    """What is written with a session or a bill."""
    return {NEWS: not record.deleted}


def marked_token(record: Record) -> Document:
    """Of tokens only a block is news, and one that is good may be blocked anew."""
    if record.deleted or record.value().get("valid") is not False:
        return {NEWS: False, TOLD: None}
    return {NEWS: True}


def told_of(record: Record) -> Document:
    """What is remembered once all of it was told."""
    if record.key.kind is not ObjectKind.SESSION:
        return {"digest": record.digest}
    status = record.value().get("status")
    return {"digest": record.digest, "status": status if isinstance(status, str) else None}


def events(record: Record, told: Mapping[str, Any] | None, doubts: Doubts, at: datetime) -> list[Event]:
    if told is not None and told.get("digest") == record.digest:
        return []
    match record.key.kind:
        case ObjectKind.SESSION:
            return list(_of_session(record, told, at))
        case ObjectKind.CDR:
            return [] if told else list(_of_bill(record, doubts, at))
        case ObjectKind.TOKEN:
            return [] if told else [_of_token(record, at)]
        case _:
            return []


def _of_session(record: Record, told: Mapping[str, Any] | None, at: datetime) -> Iterator[Event]:
    value = record.value()
    status, before = value.get("status"), None if told is None else told.get("status")
    data = _data("session", record, value, _SESSION_TEXTS)
    data["kwh"] = _exact(value.get("kwh"))
    data["contract_id"] = _contract_of(value)
    begins = status in _BEGUN and before not in _BEGUN
    ends = status in _OVER and before not in _OVER
    if begins:
        yield Event(EventType.SESSION_STARTED, str(record.key), at, data)
    if ends:
        yield Event(EventType.SESSION_COMPLETED, str(record.key), at, data)
    if not (begins or ends):
        yield Event(EventType.SESSION_UPDATED, f"{record.key}|{record.digest}", at, data)


def _of_bill(record: Record, doubts: Doubts, at: datetime) -> Iterator[Event]:
    value = record.value()
    data = _data("cdr", record, value, _CDR_TEXTS)
    data["contract_id"] = _contract_of(value)
    kind = EventType.CDR_CREDITED if value.get("credit") is True else EventType.CDR_RECEIVED
    yield Event(kind, str(record.key), at, data)
    if doubts.codes:
        yield Event(EventType.CDR_FINDINGS, str(record.key), at, {**data, "findings": list(doubts.codes)})


def _of_token(record: Record, at: datetime) -> Event:
    """Without its uid, which opens stations."""
    value = record.value()
    texts = {name: value.get(name) for name in _TOKEN_TEXTS}
    data = {"object": "token", "visual_number": value.get("visual_number"), **texts}
    return Event(EventType.TOKEN_BLOCKED, f"{record.key}|{record.digest}", at, data)


def _data(kind: str, record: Record, value: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    texts = {name: text for name in names if isinstance(text := value.get(name), str)}
    return {"object": kind, "cpo": str(record.key.owner), "id": str(record.key.id), **texts}


def _contract_of(value: Mapping[str, Any]) -> str | None:
    card = value.get("cdr_token")
    contract = card.get("contract_id") if isinstance(card, dict) else None
    return contract if isinstance(contract, str) else None


def _exact(number: Any) -> str | None:
    """A text: who reads JSON numbers as binary fractions would round it."""
    return number_text(Decimal(number)) if isinstance(number, int | Decimal) else None
