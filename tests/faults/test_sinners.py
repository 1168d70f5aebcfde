"""A fleet in which every station sins, of all versions: no energy is lost, and nothing is held for ever.

In the full form 2 000 stations in this process, with two sins each. A day passes for the adapter while it
is down: whatever its stations have not told by then is billed without.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from ocpi.process.clock import SystemClock
from ocpi.process.tasks import Supervisor
from simulators.sins.fleet import charge_all
from simulators.sins.sinner import Sinner
from tests.faults.forms import chance, form
from tests.faults.sinners import books_of, fleet, lost, untold
from tests.faults.stations import AdapterProcess, adapter, now
from tests.faults.story import Story
from tests.faults.supervisor import Nursery

pytestmark = pytest.mark.slow

STATIONS = form(30, 2_000)
QUIET_S = 300.0
"""Longer than a correction waits for more."""
A_DAY = timedelta(hours=25)


async def test_a_fleet_of_sinners_loses_no_energy_and_nothing_is_held_for_what_never_comes(
    nursery: Nursery, mongo_url: str, tmp_path: Path
) -> None:
    story = Story("sinners")
    async with (
        adapter(nursery, mongo_url, tmp_path, STATIONS) as (process, issuer),
        books_of(process) as books,
    ):
        sinners = await charged(process, story)
        broken = lost(sinners, await books.settled(sinners, QUIET_S))
        story.tell(f"everything has an outcome; held: {dict(await books.held())}")
        await process.end()
        process.set_ahead(A_DAY.total_seconds())
        await process.begin()
        accounts = await books.settled(sinners, QUIET_S, lacking=False)
        story.tell(f"a day later, held: {dict(await books.held())}")
        waiting = [f"{name} waits for ever" for name, each in accounts.items() if each.lacking]
        unknown = await untold(accounts, issuer, QUIET_S)
        story.ends_well([*broken, *lost(sinners, accounts), *waiting, *unknown])


async def charged(process: AdapterProcess, story: Story) -> list[Sinner]:
    """All that they have to tell is answered, and they have left."""
    clock = SystemClock()
    async with Supervisor(name="sinners", clock=clock) as supervisor:
        sinners, began_s = fleet(process, STATIONS, chance("sinners"), supervisor), clock.monotonic()
        sinned = await charge_all(sinners, None, now())
        rate = sinned.messages / (clock.monotonic() - began_s)
        for each in sinners:
            each.leave()
    story.tell(f"{STATIONS} stations told {sinned.charges} charges, {rate:.0f} messages a second")
    return sinners
