"""All stations come back at once: some are at work, some wait, the rest hears when to come again."""

import asyncio
from dataclasses import dataclass, field

import pytest
from aiohttp import WSServerHandshakeError

from cpo_adapter.ocpp.admission import LATEST_S, SOONEST_S, Admission
from cpo_adapter.ocpp.credentials import Profile
from ocpi.process.metrics import Metrics
from tests.cpo_adapter.door import Door, Entrance, running_door
from tests.cpo_adapter.rooms import KEY, Cards, Sessions, Stations
from tests.fakes.eventually import eventually


@dataclass
class SlowStations(Stations):
    """Let nobody in until `go_on`."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def came_in(self, station: str, profile: Profile, digest: bytes | None) -> None:
        await super().came_in(station, profile, digest)
        await self.go_on.wait()


async def boot(door: Door, station: str) -> str:
    async with door.connect(station, key=KEY) as line:
        answer = await line.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
        return str(answer[2]["status"])


async def test_who_comes_beyond_those_that_wait_is_told_when_to_come_again() -> None:
    """B-20: nobody is kept waiting by thousands, and nobody is lost."""
    metrics = Metrics()
    stations = SlowStations()
    stations.digests = dict.fromkeys(("CP-1", "CP-2", "CP-3"), stations.digests["CP-1"])
    entrance = Entrance(metrics=metrics, admission=Admission(metrics, at_work=1, waiting=1))
    async with (
        running_door(stations, Cards(), Sessions(), entrance=entrance) as door,
        asyncio.TaskGroup() as group,
    ):
        at_work = group.create_task(boot(door, "CP-1"))
        await eventually(lambda: stations.entries)
        waits = group.create_task(boot(door, "CP-2"))
        await eventually(lambda: b"passerelle_station_handshakes_waiting 1.0" in metrics.exposition()[0])

        with pytest.raises(WSServerHandshakeError) as refused:
            await boot(door, "CP-3")
        assert refused.value.status == 503
        assert refused.value.headers is not None
        assert SOONEST_S <= int(refused.value.headers["Retry-After"]) < LATEST_S
        assert b"passerelle_station_handshakes_deferred_total 1.0" in metrics.exposition()[0]
        assert [name for name, *_ in stations.entries] == ["CP-1"]

        stations.go_on.set()
        assert {await at_work, await waits, await boot(door, "CP-3")} == {"Accepted"}
