"""Several processes count alike, whichever of them heard of something first."""

import asyncio

from hub.presence.census import Census
from hub.presence.infos import Infos
from hub.presence.reach import Presences
from ocpi.partners.directory import Directory
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
