"""Leafing through lists. C-024 … C-029, J-46."""

from datetime import datetime, timedelta

import pytest

from ocpi.errors import InvalidParameters
from ocpi.objects.record import Record
from ocpi.objects.selection import Selection
from ocpi.objects.store import ObjectStore
from ocpi.objects.totals import CHEAP, LIFETIME
from ocpi.process.mongo import Mongo
from ocpi.wire.pagination import PageQuery
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.times import parse
from tests.fakes.clock import START, ManualClock
from tests.ocpi.objects.conftest import Keeping, at
from tests.ocpi.objects.test_store import ALL, record
from tests.platforms import CPO, EMSP

OTHER = PartyId("DE", "XYZ")
BROADCAST = Selection(ObjectKind.LOCATION, owners=[CPO], audiences=[None])


async def leaf(store: ObjectStore, query: PageQuery, cursor: str | None) -> tuple[list[object], str | None]:
    page = await store.page(ALL, PageQuery(query.date_from, query.date_to, 0, query.limit, cursor))
    return [codec.decode(body) for body in page.bodies], page.following


async def crawl(store: ObjectStore, query: PageQuery, selection: Selection = ALL) -> list[object]:
    """Everything that following the links leads to."""
    found: list[object] = []
    cursor: str | None = None
    while True:
        page = await store.page(
            selection, PageQuery(query.date_from, query.date_to, query.offset, query.limit, cursor)
        )
        found += [codec.decode(body) for body in page.bodies]
        cursor = page.following
        if cursor is None:
            return found


async def test_whoever_leafs_while_objects_come_and_change_sees_each_once(keeping: Keeping) -> None:
    """C-029: what is new comes at the end; what changed stays where it was."""
    store = keeping.store
    for n in range(4):
        await store.put(record(f"{n}"))
    first, cursor = await leaf(store, PageQuery(limit=2), None)
    await store.put(record("0", hour=9))
    await store.put(record("3", hour=9))
    await store.put(record("4"))
    second, cursor = await leaf(store, PageQuery(limit=2), cursor)
    await store.put(record("5"))
    third, cursor = await leaf(store, PageQuery(limit=2), cursor)
    assert [*first, *second, *third] == ["0", "1", "2", "3", "4", "5"]
    assert cursor is None


async def test_what_vanishes_while_somebody_leafs_leaves_no_gap(keeping: Keeping) -> None:
    """By offset, the page after a deletion would begin one object too late."""
    for n in range(5):
        await keeping.store.put(record(f"{n}"))
    first, cursor = await leaf(keeping.store, PageQuery(limit=2), None)
    held = await keeping.store.get(record("0").key)
    assert held is not None
    await keeping.store.replace(Record(held.key, held.last_updated, held.body, deleted=True), held)
    second, _ = await leaf(keeping.store, PageQuery(limit=2), cursor)
    assert [*first, *second] == ["0", "1", "2", "3"]


async def test_the_last_page_leads_nowhere_also_when_it_is_full(keeping: Keeping) -> None:
    """C-025."""
    for n in range(4):
        await keeping.store.put(record(f"{n}"))
    _, cursor = await leaf(keeping.store, PageQuery(limit=2), None)
    assert await leaf(keeping.store, PageQuery(limit=2), cursor) == (["2", "3"], None)
    assert await leaf(keeping.store, PageQuery(limit=4), None) == (["0", "1", "2", "3"], None)


async def test_an_offset_of_the_clients_own_is_where_its_links_go_on(keeping: Keeping) -> None:
    for n in range(5):
        await keeping.store.put(record(f"{n}"))
    assert await crawl(keeping.store, PageQuery(offset=1, limit=2)) == ["1", "2", "3", "4"]
    beyond = await keeping.store.page(ALL, PageQuery(offset=9, limit=2))
    assert (beyond.bodies, beyond.total, beyond.following) == ([], 5, None)


async def test_a_cursor_is_good_for_the_list_that_it_came_from(keeping: Keeping) -> None:
    for n in range(3):
        await keeping.store.put(record(f"{n}"))
    _, cursor = await leaf(keeping.store, PageQuery(limit=1), None)
    for selection, query in (
        (ALL, PageQuery(cursor="made-up")),
        (ALL, PageQuery(cursor=cursor, date_from=START)),
        (ALL, PageQuery(cursor=cursor, date_to=START)),
        (Selection(ObjectKind.TARIFF), PageQuery(cursor=cursor)),
        (Selection(ObjectKind.LOCATION, audiences=[EMSP]), PageQuery(cursor=cursor)),
    ):
        with pytest.raises(InvalidParameters, match="cursor"):
            await keeping.store.page(selection, query)


async def test_an_agreement_that_ends_while_somebody_leafs_ends_what_he_sees(keeping: Keeping) -> None:
    """A cursor is a place in the list and no right to see it."""
    kind = ObjectKind.LOCATION
    for n, owner in enumerate((CPO, OTHER, CPO, OTHER)):
        await keeping.store.put(record(f"{n}", owner=owner))
    both = Selection(kind, owners=[CPO, OTHER], audiences=[None])
    cursor = (await keeping.store.page(both, PageQuery(limit=1))).following
    rest = await keeping.store.page(BROADCAST, PageQuery(cursor=cursor))
    assert rest.bodies == [b'"2"']


async def test_the_same_page_is_had_as_records(keeping: Keeping) -> None:
    for n in range(3):
        await keeping.store.put(record(f"{n}"))
    bodies = await keeping.store.page(ALL, PageQuery(limit=2))
    records = await keeping.store.page_of_records(ALL, PageQuery(limit=2))
    assert records.records == [record("0"), record("1")]
    assert [each.body for each in records.records] == bodies.bodies
    assert (records.total, records.following) == (bodies.total, bodies.following)


async def test_the_total_of_the_first_page_goes_along_with_the_links(keeping: Keeping) -> None:
    """C-026."""
    for n in range(3):
        await keeping.store.put(record(f"{n}"))
    first = await keeping.store.page(ALL, PageQuery(limit=1))
    await keeping.store.put(record("3"))
    second = await keeping.store.page(ALL, PageQuery(limit=1, cursor=first.following))
    anew = await keeping.store.page(ALL, PageQuery(limit=1))
    assert (first.total, second.total, anew.total) == (3, 3, 4)


async def test_a_long_list_is_counted_once_a_minute(
    keeping: Keeping, mongo: Mongo, clock: ManualClock
) -> None:
    rows = [
        {"_id": n, "kind": "location", "deleted": False, "seq": n, "body": b"0"} for n in range(1, CHEAP + 3)
    ]
    rows = [{**row, "kind": ObjectKind.LOCATION} for row in rows]
    await mongo.collection("objects").insert_many(rows)
    await mongo.collection("sequences").insert_one({"_id": "objects", "next": CHEAP + 3, "held": []})
    for expected in (CHEAP + 2, CHEAP + 2):
        assert (await keeping.store.page(ALL, PageQuery(limit=1))).total == expected
        await keeping.store.put(record("one more"))
    await clock.advance(seconds=LIFETIME.total_seconds())
    assert (await keeping.store.page(ALL, PageQuery(limit=1))).total == CHEAP + 3


CHANGES_ON = [START + timedelta(days=n) for n in (-400, -90, -60, -30, -29, -7, -2, -1, 0, 1, 2, 30, 400)]
WINDOWS = [
    (START - timedelta(days=60), START),
    (START - timedelta(days=29), None),
    (START - timedelta(days=7), START - timedelta(days=1)),
    (START - timedelta(days=3), None),
    (START, None),
    (START + timedelta(days=1), START + timedelta(days=2)),
    (START - timedelta(days=400), START),
    (START - timedelta(days=400), None),
    (None, START - timedelta(days=1)),
    (START + timedelta(days=30), START + timedelta(days=500)),
    (START, START),
]


@pytest.mark.parametrize(("date_from", "date_to"), WINDOWS)
@pytest.mark.parametrize("selection", [ALL, BROADCAST])
async def test_a_window_shows_what_changed_in_it_whatever_its_length(
    keeping: Keeping, date_from: datetime | None, date_to: datetime | None, selection: Selection
) -> None:
    """C-024. Also what claims to have changed in the future."""
    for changed in reversed(CHANGES_ON):
        key = ObjectKey(ObjectKind.LOCATION, CPO, changed.isoformat())
        await keeping.store.put(Record(key, changed, codec.encode(changed.isoformat())))
    expected = [
        changed.isoformat()
        for changed in reversed(CHANGES_ON)
        if (date_from is None or changed >= date_from) and (date_to is None or changed < date_to)
    ]
    for limit in (2, 50):
        query = PageQuery(date_from, date_to, limit=limit)
        assert await crawl(keeping.store, query, selection) == expected
        assert (await keeping.store.page(selection, query)).total == len(expected)


async def test_what_changes_again_is_found_where_it_changed_last(
    keeping: Keeping, clock: ManualClock
) -> None:
    await clock.advance(hours=24 * 59)  # to the day of these changes, 1 March
    await keeping.store.put(record("L", hour=8))
    later = parse("2026-03-20T08:00:00Z")
    await clock.advance(hours=24 * 20)
    await keeping.store.put(Record(record("L").key, later, b'"moved"'))
    old = PageQuery(parse(at(0)), parse(at(23)))
    assert await crawl(keeping.store, old, BROADCAST) == []
    assert await crawl(keeping.store, PageQuery(later), BROADCAST) == ["moved"]
