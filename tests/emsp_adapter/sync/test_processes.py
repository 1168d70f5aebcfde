"""Several processes on one database fetch a list once, and one that ends in between leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from ocpi.process.mongo import Mongo
from ocpi.wire.interfaces import Side
from schemas.kinds import ObjectKey, ObjectKind
from simulators.partner import Reply, Request, SimulatedPartner
from tests.emsp_adapter.sync.square import MODULES, Network, Square
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import CPO, Running, agree, connect, running_emsp


@asynccontextmanager
async def known(mongo: Mongo, clock: ManualClock, folder: Path) -> AsyncIterator[Network]:
    """A CPO of one running eMSP, whose lists were fetched once."""
    async with running_emsp(mongo, clock, folder, sync=True) as emsp, SimulatedPartner(("CPO", CPO)) as far:
        cpo = Network(CPO, far, Square(emsp, clock))
        for module in MODULES:
            cpo.lists(module)
        await connect(emsp, far, "the-cpo", "CPO")
        await agree(emsp)
        await cpo.settled()
        yield cpo


@asynccontextmanager
async def another(cpo: Network, mongo: Mongo, clock: ManualClock, folder: Path) -> AsyncIterator[Running]:
    """Process of the same service, behind the same address."""
    url = cpo.square.emsp.url
    async with running_emsp(mongo, clock, folder, sync=True, public_url=url) as running:
        yield running


async def test_of_two_processes_one_fetches(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> None:
    async with known(mongo, clock, tmp_path) as cpo, another(cpo, mongo, clock, tmp_path):
        await clock.leap(hours=24)
        await clock.leap(minutes=1)
        await cpo.settled(times=2)
        await clock.leap(minutes=1)
        assert [len(cpo.asked(module)) for module in MODULES] == [2, 2, 2, 2]


async def test_both_may_be_told_to_fetch_and_do_so_one_after_the_other(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    at_once, most = 0, 0

    async def slow(_: Request) -> Reply:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.1)
        at_once -= 1
        return Reply([])

    async with known(mongo, clock, tmp_path) as cpo, another(cpo, mongo, clock, tmp_path) as other:
        for module in MODULES:
            cpo.far.answer("GET", module, Side.SENDER, slow)
        both = (cpo.square.emsp.admin, other.admin)
        await asyncio.gather(*(asyncio.to_thread(each.post, "/sync", {"cpo": str(CPO)}) for each in both))
        await clock.leap(minutes=1)
        await cpo.settled(times=2)
        assert most == 1


async def test_a_fetch_that_was_killed_is_begun_anew_and_loses_nothing(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """Another process goes on as soon as the dead one's turn is over."""
    is_hanging, never = asyncio.Event(), asyncio.Event()
    async with SimulatedPartner(("CPO", CPO)) as far:
        async with running_emsp(mongo, clock, tmp_path, sync=True) as emsp:
            cpo = Network(CPO, far, Square(emsp, clock))
            shelf = cpo.lists("cdrs", *({"id": f"CDR{number}"} for number in range(4)))

            async def hang(request: Request) -> Reply:
                if "offset" in request.query:
                    is_hanging.set()
                    await never.wait()
                return shelf.reply(request)

            far.answer("GET", "cdrs", Side.SENDER, hang)
            await connect(emsp, far, "the-cpo", "CPO")
            await agree(emsp)
            await is_hanging.wait()
            assert await cpo.holds("cdrs", "CDR1")
        far.answer("GET", "cdrs", Side.SENDER, shelf.reply)
        await of_a_dead_process(mongo, clock)
        async with running_emsp(mongo, clock, tmp_path, sync=True) as again:
            key = ObjectKey(ObjectKind.CDR, CPO, "CDR3")
            await clock.leap(minutes=1)
            await clock.leap(minutes=1)
            await eventually_so(lambda: again.foundation.store.get(key))
            assert [each.query.get("date_from") for each in cpo.asked("cdrs")] == [None, None]
            await eventually(lambda: len(far.heard("cdrs", "GET")) == 4)


async def of_a_dead_process(mongo: Mongo, clock: ManualClock) -> None:
    """The turn that it had when it died."""
    told = {"holder": "elsewhere:1", "until": clock.now() + timedelta(seconds=10)}
    await mongo.collection("duties").update_one({"_id": f"lists of {CPO}"}, {"$set": told}, upsert=True)


async def test_nothing_is_fetched_by_itself_where_that_is_switched_off(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with (
        running_emsp(mongo, clock, tmp_path, sync=False) as emsp,
        SimulatedPartner(("CPO", CPO)) as far,
    ):
        await connect(emsp, far, "the-cpo", "CPO")
        await agree(emsp)
        await clock.leap(hours=24)
        assert [each.module for each in far.received if each.side is Side.SENDER] == []
