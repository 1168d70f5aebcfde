"""How far back lists are asked for, what goes before what, and when a list is doubted: pure rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emsp_adapter.sync.taking import ON_ITS_WAY, goes_before
from emsp_adapter.sync.tally import SAMPLES, Bad, Tally
from emsp_adapter.sync.unlisted import is_doubtful
from emsp_adapter.sync.windows import OVERLAPS, QUARTER, window
from ocpi.objects.record import Record
from ocpi.pulling.rhythm import NOTHING, Extent, Fetched
from schemas.kinds import ObjectKey, ObjectKind
from tests.platforms import CPO

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
CHARGES = (ObjectKind.SESSION, ObjectKind.CDR)
KNOWN = Fetched(all_at=YESTERDAY, until=YESTERDAY)


@pytest.mark.parametrize("kind", OVERLAPS)
def test_what_has_changed_is_asked_for_from_before_the_last_fetch(kind: ObjectKind) -> None:
    assert window(kind, Extent.CHANGED, KNOWN, NOW).since == YESTERDAY - OVERLAPS[kind]


@pytest.mark.parametrize("kind", OVERLAPS)
def test_all_is_asked_for_the_first_time_and_of_sessions_a_quarter(kind: ObjectKind) -> None:
    is_session = kind is ObjectKind.SESSION
    assert window(kind, Extent.ALL, NOTHING, NOW).since == (NOW - QUARTER if is_session else None)


@pytest.mark.parametrize("kind", OVERLAPS)
def test_later_a_quarter_of_charges_stands_for_all(kind: ObjectKind) -> None:
    assert window(kind, Extent.ALL, KNOWN, NOW).since == (NOW - QUARTER if kind in CHARGES else None)


@pytest.mark.parametrize("kind", CHARGES)
def test_after_a_long_absence_nothing_is_left_out(kind: ObjectKind) -> None:
    long_ago = NOW - timedelta(days=200)
    known = Fetched(all_at=long_ago, until=long_ago)
    assert window(kind, Extent.ALL, known, NOW).since == long_ago - OVERLAPS[kind]


def record(last_updated: datetime, **changes: Any) -> Record:
    return Record(ObjectKey(ObjectKind.LOCATION, CPO, "L1"), last_updated, b"{}", **changes)


OLD = NOW - ON_ITS_WAY - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("listed", "held", "expected"),
    [
        (record(NOW), record(OLD), True),
        (record(OLD), record(NOW), False),
        (record(NOW), record(NOW), False),
        (record(OLD), record(OLD), True),
        (record(OLD), record(OLD, deleted=True), False),
        (record(NOW), record(OLD, deleted=True), True),
    ],
)
def test_the_newest_counts_and_of_equals_what_may_just_have_been_pushed(
    listed: Record, held: Record, *, expected: bool
) -> None:
    assert goes_before(listed, held, NOW) is expected


def test_bad_objects_are_counted_and_some_of_them_kept() -> None:
    tally = Tally().plus(["a"], 1, [Bad(f"B{number}", "no") for number in range(SAMPLES)])
    tally = tally.plus([], 0, [Bad(None, "no")])
    assert tally.counts() == {"seen": SAMPLES + 2, "new": 1, "bad": SAMPLES + 1}
    assert (len(tally.samples), tally.nameless, "b3" in tally.names) == (SAMPLES, 1, True)


@pytest.mark.parametrize(
    ("missing", "there", "expected"), [(3, 3, False), (4, 8, False), (5, 8, True), (40, 1000, False)]
)
def test_few_and_less_than_half_are_no_reason_for_doubt(missing: int, there: int, *, expected: bool) -> None:
    every = [str(number) for number in range(there)]
    assert is_doubtful(every[:missing], every) is expected
