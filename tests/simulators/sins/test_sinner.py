"""A sinning station against a real door."""

import asyncio
from datetime import timedelta

from cpo_adapter.ocpp.events import Booted
from cpo_adapter.ocpp.rooms import Registration
from ocpi.process.clock import SystemClock
from simulators.sins.catalogue import named
from simulators.sins.sinner import Sinner, SinnerSettings
from tests.cpo_adapter.door import Door
from tests.cpo_adapter.rooms import KEY, STATION
from tests.fakes.eventually import eventually


async def test_one_that_waits_to_be_asked_boots_again_where_its_line_is_lost(door: Door) -> None:
    """(B-42): nobody would ask it on a line that is gone."""
    door.stations.registration = Registration.PENDING
    settings = SinnerSettings(
        identity=STATION, key=KEY.encode(), card="CARD", sins=named(["waits-to-be-asked"], "1.6")
    )
    sinner = Sinner(settings, url=door.url, supervisor=door.supervisor, clock=SystemClock())
    charging = asyncio.gather(sinner.charge(SystemClock().now() - timedelta(hours=1)))
    await eventually(lambda: door.stations.events)
    await door.stop()
    door.stations.registration = Registration.ACCEPTED
    await door.come_back()
    (script,) = await charging

    assert sum(isinstance(event, Booted) for event in door.stations.events) == 2
    assert sinner.counted_wh == script.counted_wh
    assert len(door.sessions.events) == sinner.answered - 2
    sinner.leave()
