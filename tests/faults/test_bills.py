"""Scenarios 10 and 11: bills that nobody wants, and bills that come again and again.

In full, one bill in a hundred of 1000 is poison, and a hundred bills come ten times at once.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest

from ocpi.process.mongo import Document, Mongo
from ocpi.wire.interfaces import Side
from simulators.exchanged import Reply, Request
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.faults.ending import bills_in
from tests.faults.forms import form
from tests.faults.here import HubHere, hub_here
from tests.faults.invariants import Ending, broken
from tests.faults.load import bill
from tests.faults.oracle import Told
from tests.faults.partners import Cast, cast_of
from tests.faults.story import Story

pytestmark = pytest.mark.slow

BILLS, OF_EACH_POISON, REPEATED = form((60, 1, 1), (1000, 4, 100))
WELL = Reply(http=HTTPStatus.CREATED)
REFUSALS = (Reply(status_code=2001), Reply(http=HTTPStatus.BAD_REQUEST, raw=b"no"))
TROUBLE = Reply(http=HTTPStatus.INTERNAL_SERVER_ERROR, raw=b"oh")
POISON = {
    f"B{number}": reply
    for number, reply in enumerate((*REFUSALS, TROUBLE) * OF_EACH_POISON, start=BILLS // 10)
}
REFUSED = {name for name, reply in POISON.items() if reply is not TROUBLE}
A_DAY = timedelta(hours=23)
"""Nearly: refusals are spread over it."""


@pytest.fixture
async def hub(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[HubHere]:
    async with hub_here(mongo, clock, tmp_path) as here:
        yield here


@pytest.fixture
async def cast(hub: HubHere) -> AsyncIterator[Cast]:
    async with cast_of(hub, cpos=1, emsps=1) as players:
        yield players


def bill_of(cast: Cast, name: str, **changes: object) -> Told:
    (cpo,), (emsp,) = cast.cpos, cast.emsps
    return bill(cpo.party, emsp.party, name, f"S{name}", **changes)


async def tell(cast: Cast, told: Told) -> tuple[int, int]:
    """What it is answered with: the HTTP and the OCPI status."""
    (cpo,) = cast.cpos
    heard = await cpo.tell(told)
    if heard.is_success:
        cast.oracle.acknowledged(told)
    return heard.http, heard.status


async def test_a_bill_that_is_refused_is_parked_after_a_day_and_holds_up_no_other(
    hub: HubHere, cast: Cast, clock: ManualClock
) -> None:
    """Scenario 10: what is refused is parked with the reason, a receiver in trouble is asked again."""
    story, began = Story("poison"), clock.now()
    tried = picky(cast)
    for number in range(BILLS):
        assert await tell(cast, bill_of(cast, f"B{number}")) == (HTTPStatus.CREATED, 1000)
    await until_all_were_tried(hub, tried)
    assert {name_in(mark) for mark in await hub.marks()} == set(POISON)

    parked_at = await parked_within_a_day(hub, clock)
    assert set(parked_at) == REFUSED
    assert all(at - began >= A_DAY for at in parked_at.values())
    assert {tried[name] for name in REFUSED} == {3}
    reasons = [mark["parked"] for mark in await hub.operate("/outbox") if mark["parked"]]
    story.tell(f"{BILLS} acknowledged, {len(reasons)} parked: {dict(Counter(reasons))}")
    assert len(reasons) == len(REFUSED)

    await replay(hub, cast)
    assert {each.place[1].rpartition("/")[2] for each in cast.oracle.arrived} == set(POISON)
    assert await hub.marks() == []


def picky(cast: Cast) -> Counter[str]:
    """Has the receiver refuse some, and counts how often each was tried."""
    tried: Counter[str] = Counter()

    def answer(request: Request) -> Reply:
        name = request.json()["id"]
        tried[name] += 1
        return POISON.get(name, WELL)

    (emsp,) = cast.emsps
    emsp.partner.answer("POST", "cdrs", Side.RECEIVER, answer)
    return tried


async def until_all_were_tried(hub: HubHere, tried: Counter[str]) -> None:
    for _ in range(100):
        await hub.later(seconds=10)
        if len(tried) == BILLS:
            return
    raise AssertionError(f"{len(tried)} of {BILLS} were tried")


async def parked_within_a_day(hub: HubHere, clock: ManualClock) -> dict[str, datetime]:
    parked_at: dict[str, datetime] = {}
    for _ in range(30):
        await hub.much_later(hours=1)
        for mark in await hub.marks():
            if mark.get("parked"):
                parked_at.setdefault(name_in(mark), clock.now())
    return parked_at


async def replay(hub: HubHere, cast: Cast) -> None:
    """The receiver has been mended, and the operator says so."""
    (emsp,) = cast.emsps
    cast.oracle.listens(emsp.partner, emsp.party, lambda: 0)
    await hub.operate("/outbox/revive", {"to": str(emsp.party)})
    await hub.much_later(hours=1)
    await eventually_so(hub.nothing_due)


def name_in(mark: Document) -> str:
    """A bill's own id, of the object that a mark is about."""
    return str(mark["object_id"]).partition("|")[0].rpartition("/")[2].upper()


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
@pytest.mark.parametrize(
    ("body", "http"),
    [
        (b'{"id": "B1"', HTTPStatus.BAD_REQUEST),
        (b'{"id": "B1"}', HTTPStatus.OK),
        (b'{"id": "' + b"x" * 5_000_000 + b'"}', HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    ],
    ids=["malformed", "incomplete", "oversized"],
)
async def test_a_bill_that_is_none_is_refused_at_the_door_and_kept_nowhere(
    hub: HubHere, cast: Cast, mongo: Mongo, body: bytes, http: int
) -> None:
    """Scenario 10: from the side of whoever sends it."""
    (cpo,), (emsp,) = cast.cpos, cast.emsps
    broken_bill = Told("cdrs", cpo.party, "B1", emsp.party, "", body)
    told_http, told_status = await tell(cast, broken_bill)
    assert (told_http, told_status in range(2000, 3000)) == (http, True)
    assert await bills_in(mongo) == []
    assert await hub.marks() == []


async def test_the_same_bill_ten_times_at_once_is_one_bill(
    hub: HubHere, cast: Cast, mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """Scenario 11: over ten connections, to two hubs on one database; another content is refused."""
    story = Story("duplicate-CDR")
    async with hub_here(mongo, clock, tmp_path) as second:
        ports = [int(each.running.url.rpartition(":")[2]) for each in (hub, second)]
        for number in range(REPEATED):
            await tell_ten_times(cast, bill_of(cast, f"B{number}"), ports)
            await refuse(cast, bill_of(cast, f"B{number}", remark="altered"), ports)
        for _ in range(3):
            await hub.later(seconds=10)
        await eventually_so(hub.nothing_due)
    kept, arrived = await bills_in(mongo), cast.oracle.arrived
    story.tell(f"{REPEATED * 10} acknowledged, {len(kept)} kept, {len(arrived)} delivered")
    story.ends_well(broken(cast.oracle, Ending(kept)))


async def tell_ten_times(cast: Cast, told: Told, ports: Sequence[int]) -> None:
    (cpo,) = cast.cpos
    answers = await asyncio.gather(*(cpo.tell(told, ports[number % len(ports)]) for number in range(10)))
    assert [answer.status for answer in answers] == [1000] * 10
    assert sorted(answer.http for answer in answers) == [200] * 9 + [201]
    assert len({answer.headers["Location"] for answer in answers}) <= len(ports)
    cast.oracle.acknowledged(told)


async def refuse(cast: Cast, altered: Told, ports: Sequence[int]) -> None:
    (cpo,) = cast.cpos
    answers = await asyncio.gather(*(cpo.tell(altered, port) for port in ports))
    assert [answer.status for answer in answers] == [2001] * len(ports)
