"""Which events follow from what an object is and what was told of it."""

from dataclasses import replace
from typing import Any

from emsp_adapter.webhooks.event import Event
from emsp_adapter.webhooks.news import Doubts, events, marked, marked_token, told_of
from ocpi.objects.record import Record
from schemas import codec
from schemas.base import OcpiModel
from schemas.kinds import ObjectKey, ObjectKind
from schemas.times import parse
from tests.build import LAST_UPDATED, cdr, session, token
from tests.platforms import CPO

NOW = parse(LAST_UPDATED)
NONE = Doubts(())


def _record(kind: ObjectKind, model: OcpiModel) -> Record:
    return Record(ObjectKey(kind, CPO, "X1"), NOW, codec.encode(model.to_wire()))


def _session(**changes: Any) -> Record:
    return _record(ObjectKind.SESSION, session(**changes))


def _types(record: Record, before: Record | None = None) -> list[str]:
    told = None if before is None else told_of(before)
    return [str(each.type) for each in events(record, told, NONE, NOW)]


def test_a_session_starts_goes_on_and_is_completed() -> None:
    active, more = _session(status="ACTIVE", kwh=1), _session(status="ACTIVE", kwh=2)
    over = _session(status="COMPLETED", kwh=3)
    assert _types(active) == ["session.started"]
    assert _types(more, active) == ["session.updated"]
    assert _types(over, more) == ["session.completed"]
    assert _types(_session(status="COMPLETED", kwh=4), over) == ["session.updated"]


def test_what_became_one_change_is_told_as_start_and_end() -> None:
    assert _types(_session(status="COMPLETED")) == ["session.started", "session.completed"]


def test_a_session_that_was_pending_starts_when_it_is_active() -> None:
    pending = _session(status="PENDING")
    assert _types(pending) == ["session.updated"]
    assert _types(_session(status="ACTIVE"), pending) == ["session.started"]


def test_the_same_again_is_no_news() -> None:
    assert _types(_session(), _session()) == []


def test_a_bill_is_told_once_with_what_was_found_in_it() -> None:
    bill = _record(ObjectKind.CDR, cdr())
    assert _types(bill) == ["cdr.received"]
    assert _types(bill, bill) == []
    found = events(bill, None, Doubts(("total_cost_differs",)), NOW)
    assert [str(each.type) for each in found] == ["cdr.received", "cdr.findings"]
    assert found[1].data["findings"] == ["total_cost_differs"]


def test_a_credit_is_told_as_one() -> None:
    credit = _record(ObjectKind.CDR, cdr(credit=True, credit_reference_id="CDR0"))
    assert _types(credit) == ["cdr.credited"]


def test_only_blocked_tokens_are_news_and_again_after_they_were_good() -> None:
    blocked, good = (
        _record(ObjectKind.TOKEN, token(valid=False)),
        _record(ObjectKind.TOKEN, token(valid=True)),
    )
    assert marked_token(good) == {"news": False, "told": None}
    assert marked_token(blocked) == {"news": True}
    assert _types(blocked) == ["token.blocked"]
    assert _types(_record(ObjectKind.TOKEN, token(valid=False, language="fr")), blocked) == []


def test_uids_of_cards_are_never_told() -> None:
    blocked = _record(ObjectKind.TOKEN, token(valid=False, uid="SECRET-UID"))
    (event,) = events(blocked, None, NONE, NOW)
    assert b"SECRET-UID" not in event.body()


def test_the_same_happening_has_the_same_message_whoever_tells_it() -> None:
    one, other = _only(_session(kwh=1)), _only(_session(kwh=1))
    assert one.id == other.id
    assert one.id != _only(_session(id="X2", kwh=1), "X2").id


def _only(record: Record, name: str = "X1") -> Event:
    named = replace(record, key=ObjectKey(record.key.kind, CPO, name))
    (event,) = events(named, None, NONE, NOW)
    return event


def test_what_was_deleted_is_no_news() -> None:
    assert marked(replace(_session(), deleted=True)) == {"news": False}
