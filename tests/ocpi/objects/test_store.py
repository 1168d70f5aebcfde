"""What is kept under which name, and who sees it. C-024, C-029."""

from ocpi.objects.record import Record
from ocpi.objects.store import Change, ObjectStore, Selection
from ocpi.wire.pagination import PageQuery
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.times import parse
from tests.fakes.clock import ManualClock
from tests.ocpi.objects.conftest import Keeping, at
from tests.platforms import CPO, EMSP

ALL = Selection(ObjectKind.LOCATION)


def record(
    name: str, hour: int = 8, owner: PartyId = CPO, audience: PartyId | None = None, body: bytes | None = None
) -> Record:
    key = ObjectKey(ObjectKind.LOCATION, owner, name)
    return Record(key, parse(at(hour)), body or codec.encode(name), audience)


async def names(store: ObjectStore, query: PageQuery, selection: Selection = ALL) -> list[object]:
    return [codec.decode(body) for body in (await store.page(selection, query)).bodies]


async def test_pages_come_in_the_order_of_creation_whatever_changes(
    keeping: Keeping, clock: ManualClock
) -> None:
    """C-029."""
    for name in ("C", "A", "B"):
        await keeping.store.put(record(name))
        await clock.advance(seconds=1)
    await keeping.store.put(record("C", hour=12))
    assert await names(keeping.store, PageQuery()) == ["C", "A", "B"]
    assert await names(keeping.store, PageQuery(offset=1, limit=1)) == ["A"]


async def test_a_window_holds_its_first_instant_and_not_its_last(keeping: Keeping) -> None:
    """C-024."""
    for hour in (8, 9, 10):
        await keeping.store.put(record(f"{hour}", hour=hour))
    query = PageQuery(date_from=parse(at(8)), date_to=parse(at(10)))
    page = await keeping.store.page(ALL, query)
    assert (sorted(page.bodies), page.total) == ([b'"8"', b'"9"'], 2)


async def test_a_selection_shows_its_owners_and_audiences_alone(keeping: Keeping) -> None:
    other = PartyId("DE", "XYZ")
    await keeping.store.put(record("for all"))
    await keeping.store.put(record("for one", audience=EMSP))
    await keeping.store.put(record("for another", audience=other))
    await keeping.store.put(record("of another", owner=other))
    kind = ObjectKind.LOCATION
    for selection, expected in (
        (Selection(kind, owners=[CPO], audiences=[None]), {"for all"}),
        (Selection(kind, owners=[CPO], audiences=[None, EMSP]), {"for all", "for one"}),
        (Selection(kind, audiences=[EMSP]), {"for one"}),
        (Selection(kind, owners=[]), set()),
        (Selection(kind, audiences=[]), set()),
        (Selection(ObjectKind.TARIFF), set()),
    ):
        page = await keeping.store.page(selection, PageQuery())
        assert {codec.decode(body) for body in page.bodies} == expected
        assert page.total == len(expected)


async def test_the_same_object_may_say_different_things_to_different_parties(keeping: Keeping) -> None:
    await keeping.store.put(record("L", body=b'"public"'))
    await keeping.store.put(record("L", audience=EMSP, body=b'"private"'))
    key = ObjectKey(ObjectKind.LOCATION, CPO, "L")
    public, private = await keeping.store.get(key), await keeping.store.get(key, EMSP)
    assert public is not None
    assert private is not None
    assert (public.body, private.body) == (b'"public"', b'"private"')


async def test_ids_that_look_like_an_audience_do_not_collide(keeping: Keeping) -> None:
    """A party cannot write into another's copy by the name of its object."""
    await keeping.store.put(record("L", audience=EMSP, body=b'"private"'))
    await keeping.store.put(record(f"L|{EMSP}", body=b'"forged"'))
    private = await keeping.store.get(ObjectKey(ObjectKind.LOCATION, CPO, "L"), EMSP)
    assert private is not None
    assert private.body == b'"private"'
    assert await names(keeping.store, PageQuery(), Selection(ObjectKind.LOCATION, audiences=[None])) == [
        "forged"
    ]


async def test_many_are_written_over_exactly_what_was_read(keeping: Keeping) -> None:
    """One that somebody wrote meanwhile takes nothing along."""
    first, second = record("A"), record("B")
    assert await keeping.store.replace_each([Change(first, None), Change(second, None)]) == [True, True]
    overtaking = record("B", hour=9)
    await keeping.store.put(overtaking)
    later = [record(name, hour=10, body=b'"new"') for name in ("A", "B", "C")]
    changes = [Change(later[0], first), Change(later[1], second), Change(later[2], None)]
    assert await keeping.store.replace_each(changes) == [True, False, True]
    assert await keeping.store.replace_each([Change(later[2], None)]) == [False]
    assert await names(keeping.store, PageQuery()) == ["new", "B", "new"]


async def test_of_many_those_that_won_become_versions(keeping: Keeping) -> None:
    key = ObjectKey.of_token(EMSP, "04AA")
    body = codec.encode({"contract_id": "C1"})
    first, lost = Record(key, parse(at(8)), body), Record(key, parse(at(9)), body)
    await keeping.store.replace_each([Change(first, None)])
    await keeping.store.replace_each([Change(lost, None)])
    assert [each.last_updated async for each in keeping.store.versions(key)] == [first.last_updated]
