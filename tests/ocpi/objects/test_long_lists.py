"""A page in the middle of a long list costs what the first one does. The lists are written once for all."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from ocpi.objects import selection as selections
from ocpi.objects.record import Record
from ocpi.objects.selection import Selection
from ocpi.objects.store import INDEXES, ObjectStore
from ocpi.process.mongo import Document, Mongo
from ocpi.wire.pagination import PageQuery
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from tests.fakes.clock import START, ManualClock
from tests.lent import lent
from tests.ocpi.objects.test_pages import BROADCAST, OTHER
from tests.ocpi.objects.test_store import ALL
from tests.platforms import CPO, EMSP

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = 200
SELECTIONS = [
    ALL,
    BROADCAST,
    Selection(ObjectKind.LOCATION, owners=[CPO, OTHER], audiences=[None]),
    Selection(ObjectKind.LOCATION, owners=[CPO]),
    Selection(ObjectKind.LOCATION, audiences=[EMSP]),
    Selection(ObjectKind.LOCATION, owners=[CPO], audiences=[EMSP]),
    Selection(ObjectKind.LOCATION, owners=[CPO], audiences=[None, EMSP]),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def locations(mongo_url: str) -> AsyncIterator[Mongo]:
    """Of two owners, half of them for one audience."""
    async with lent(mongo_url) as mongo:
        await mongo.declare(INDEXES)
        store = ObjectStore(mongo, ManualClock())
        for n in range(LONG):
            owner, audience = (CPO, OTHER)[n % 2], (None, EMSP)[n // 2 % 2]
            key = ObjectKey(ObjectKind.LOCATION, owner, f"{n}")
            await store.put(Record(key, START - timedelta(days=n % 7), b"0", audience))
        yield mongo


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bills(mongo_url: str) -> AsyncIterator[tuple[Mongo, ObjectStore]]:
    """Each party is at either end of some. With the store that wrote them: another would wait for it."""
    async with lent(mongo_url) as mongo:
        await mongo.declare(INDEXES)
        store = ObjectStore(mongo, ManualClock())
        for n in range(LONG):
            owner, audience = ((CPO, EMSP), (OTHER, EMSP), (EMSP, CPO), (OTHER, PartyId("AT", "ONE")))[n % 4]
            key = ObjectKey(ObjectKind.CDR, owner, f"{n}")
            await store.insert(Record(key, START - timedelta(days=n % 7), b"{}", audience))
        yield mongo, store


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize(
    "date_from", [None, START - timedelta(days=6), START - timedelta(days=40), START - timedelta(days=300)]
)
async def test_no_page_is_sorted_and_none_reads_more_than_it_shows(
    locations: Mongo, selection: Selection, date_from: datetime | None
) -> None:
    """Else page 10 000 would cost more than page 1."""
    explained = await explained_page(locations, selections.plan(selection, PageQuery(date_from), START))
    assert "SORT" not in stages(explained["queryPlanner"]["winningPlan"])
    assert explained["executionStats"]["nReturned"] == 5
    assert explained["executionStats"]["totalKeysExamined"] < 45


@pytest.mark.parametrize("reader", [CPO, EMSP])
@pytest.mark.parametrize("with_withheld", [False, True])
@pytest.mark.parametrize("date_from", [None, START - timedelta(days=6), START - timedelta(days=40)])
async def test_both_ends_of_a_charge_are_read_from_one_index(
    bills: tuple[Mongo, ObjectStore], reader: PartyId, *, with_withheld: bool, date_from: datetime | None
) -> None:
    """Whoever owns the station and whoever owns the card, unsorted and each bill once."""
    selection = Selection(ObjectKind.CDR, reader=reader, with_withheld=with_withheld)
    mongo, store = bills
    explained = await explained_page(mongo, selections.plan(selection, PageQuery(date_from), START))
    assert "SORT" not in stages(explained["queryPlanner"]["winningPlan"])
    assert explained["executionStats"]["nReturned"] == 5
    assert explained["executionStats"]["totalKeysExamined"] < 45
    ends = {CPO: 100, EMSP: 150}
    assert (await store.page(selection, PageQuery(limit=9))).total == ends[reader]


async def explained_page(mongo: Mongo, planned: selections.Plan) -> Document:
    """Of five objects somewhere in the middle."""
    found = mongo.collection("objects").find({**planned.wanted, "seq": {"$gt": 100}})
    explained: Document = await found.sort("seq").hint(planned.index.name).limit(5).explain()
    return explained


def stages(planned: Document) -> set[str]:
    below = [*planned.get("inputStages", []), *([planned["inputStage"]] if "inputStage" in planned else [])]
    return {planned["stage"]}.union(*(stages(each) for each in below))
