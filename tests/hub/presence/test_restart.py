"""What is known of partners, and what they have not been told, outlives the process."""

from pathlib import Path

from ocpi.process.mongo import Mongo
from simulators.partner import SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.hub.presence.test_presence import hears, shown, told
from tests.platforms import CPO, EMSP, Running, agree, connect, operate, running_hub


async def meet(hub: Running, cpo: SimulatedPartner, emsp: SimulatedPartner) -> None:
    await connect(hub, cpo, "the-cpo", "CPO")
    await connect(hub, emsp, "the-emsp", "EMSP")
    await agree(hub)
    await hears(emsp, "CPO FR*CPO", "CONNECTED")


async def test_what_was_not_told_before_a_restart_is_told_after_it(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with SimulatedPartner(("CPO", CPO)) as cpo, SimulatedPartner(("EMSP", EMSP)) as emsp:
        async with running_hub(mongo, clock, tmp_path) as hub:
            await meet(hub, cpo, emsp)
            emsp.is_online = False
            await operate(hub, "/partners/the-cpo/suspend", {})

            async def kept() -> bool:
                return await mongo.collection("client_infos").find_one({"attempts": 1}) is not None

            await eventually_so(kept)
        emsp.announced.clear()
        emsp.is_online = True
        async with running_hub(mongo, clock, tmp_path):
            await clock.advance(seconds=5)
            await hears(emsp, "CPO FR*CPO", "SUSPENDED")
            await clock.stroll(minutes=1)
            assert told(emsp) == [("CPO FR*CPO", "SUSPENDED")]


async def test_whoever_was_away_before_a_restart_is_away_after_it(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """Nobody is told anything for it, and the next sign of life counts."""
    async with SimulatedPartner(("CPO", CPO)) as cpo, SimulatedPartner(("EMSP", EMSP)) as emsp:
        async with running_hub(mongo, clock, tmp_path) as hub:
            await meet(hub, cpo, emsp)
            cpo.is_online = False
            await clock.stroll(minutes=6)
            await hears(emsp, "CPO FR*CPO", "OFFLINE")
        emsp.announced.clear()
        async with running_hub(mongo, clock, tmp_path) as again:
            emsp.endpoints = {at: url.replace(hub.url, again.url) for at, url in emsp.endpoints.items()}
            assert await shown(emsp) == {"CPO FR*CPO": "OFFLINE"}
            await clock.advance(seconds=50)
            assert told(emsp) == []
            cpo.is_online = True
            await clock.stroll(minutes=1)
            await hears(emsp, "CPO FR*CPO", "CONNECTED")
