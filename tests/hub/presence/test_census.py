"""Several processes count alike, whichever of them heard of something first; and none does nothing else."""

import asyncio

from hub.presence.census import Census
from hub.presence.infos import Infos
from hub.presence.reach import Presences
from hub.presence.views import View
from ocpi.partners.directory import Directory
from schemas.v2_3_0.enums import ConnectionStatus
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.hub.presence.test_presence import another_cpo, hears, shown, told
from tests.roaming import Roaming


async def test_whoever_has_not_heard_of_a_newcomer_does_not_take_it_for_gone(roaming: Roaming) -> None:
    foundation = roaming.hub.foundation
    directory = Directory(
        partners=foundation.partners, agreements=foundation.agreements, clock=foundation.clock
    )
    await directory.refresh()
    late = Census(
        directory=directory,
        presences=Presences(foundation.mongo, foundation.clock),
        infos=Infos(foundation.mongo, foundation.clock),
        clock=foundation.clock,
        changed=asyncio.Event(),
    )
    async with another_cpo(roaming) as another:
        await hears(roaming.emsp, "CPO BE*CPO", "PLANNED")
        assert directory.partner("another") is None
        await late.up_to_date()
        assert (await shown(roaming.emsp))["CPO BE*CPO"] == "PLANNED"
        assert await shown(another) == {"CPO FR*CPO": "PLANNED", "EMSP NL*MSP": "PLANNED"}
        assert told(roaming.emsp).count(("CPO BE*CPO", "PLANNED")) == 1


async def test_after_a_count_that_took_long_there_is_a_rest(roaming: Roaming) -> None:
    """All pairs of partners are counted: with many of them, one after the other comes and goes meanwhile."""
    foundation, clock, counts = roaming.hub.foundation, ManualClock(), list[int]()

    class SlowInfos(Infos):
        async def shown(self) -> dict[View, ConnectionStatus]:
            counts.append(1)
            await clock.advance(seconds=5)
            return await super().shown()

    census = Census(
        directory=foundation.directory,
        presences=Presences(foundation.mongo, foundation.clock),
        infos=SlowInfos(foundation.mongo, foundation.clock),
        clock=clock,
        changed=asyncio.Event(),
    )
    async with asyncio.TaskGroup() as group:
        counting = group.create_task(census.run())
        await eventually(lambda: clock.monotonic() == 5)
        async with another_cpo(roaming):
            await clock.advance(seconds=19)
            assert len(counts) == 1
            await clock.advance(seconds=1)
            await eventually(lambda: len(counts) == 2)
        counting.cancel()
