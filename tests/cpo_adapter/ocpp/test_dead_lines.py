"""Lines that are dead, or only look so; and the end of ours, which answers what it has heard."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp.helpers import calculate_timeout_when

from cpo_adapter.ocpp.events import Authorizing
from cpo_adapter.ocpp.intents import StationGone
from cpo_adapter.ocpp.rooms import CardAnswer
from cpo_adapter.ocpp.server import heartbeat_s
from cpo_adapter.ocpp.tally import Why
from simulators.lean import Identity, LeanStation
from tests.cpo_adapter.door import Door, running_door
from tests.cpo_adapter.rooms import KEY, STATION, Cards, Sessions, Stations
from tests.fakes.eventually import eventually

PING_S = 0.2


@pytest.fixture
async def quick() -> AsyncIterator[Door]:
    """A door that tries a silent line five times a second."""
    async with running_door(Stations(), Cards(), Sessions(), ping_s=PING_S) as door:
        door.stations.accepted.add(STATION)
        yield door


async def silent(door: Door) -> LeanStation:
    """One that reads nothing, so that it answers no ping: its line has no end that anybody sees."""
    line = await LeanStation.connect(door.url, Identity(STATION, bytes.fromhex(KEY)))
    await eventually(lambda: door.registry.is_connected(STATION))
    return line


async def test_a_line_without_an_end_is_given_up(quick: Door) -> None:
    """(B-18): no FIN, no RST, nothing at all. It has said nothing that could be refused."""
    line = await silent(quick)
    await eventually(lambda: not quick.registry.is_connected(STATION))
    assert quick.counted(Why.NO_WEBSOCKET) == 0
    line.cut()


@pytest.mark.parametrize("ping_s", [0.2, 5, 5.1, 9, 11.5, 30, 60, 240])
@pytest.mark.parametrize("at_s", [100, 100.001, 100.5, 100.999])
def test_a_dead_line_is_given_up_within_one_and_a_half_intervals(ping_s: float, at_s: float) -> None:
    """(B-18), at whatever moment it said its last: as aiohttp counts, which rounds up."""
    wait_s = heartbeat_s(ping_s)
    tried_s = calculate_timeout_when(at_s, wait_s, 5)
    given_up_s = calculate_timeout_when(tried_s, wait_s / 2, 5)
    assert given_up_s - at_s <= 1.5 * ping_s + 1e-9
    assert tried_s - at_s > 0.7 * ping_s


async def test_whoever_waits_for_a_dead_line_hears_when_it_is_given_up(quick: Door) -> None:
    """(B-18), although what he asks does not even fit into the line."""
    line = await silent(quick)
    connection = quick.registry.connection(STATION)
    assert connection is not None
    with pytest.raises(StationGone):
        await connection.call("DataTransfer", {"vendorId": "V", "data": "x" * 20_000_000})
    line.cut()


async def test_a_station_that_answers_no_ping_and_goes_on_talking_is_not_cut(quick: Door) -> None:
    """(B-19): whatever it sends is a sign of life."""
    line = await silent(quick)
    for number in range(20):
        line.send(f'[2,"{number}","Heartbeat",{{}}]'.encode())
        await asyncio.sleep(PING_S / 4)
        assert quick.registry.is_connected(STATION)
    line.cut()


@dataclass
class SlowCards(Cards):
    """Answer a moment after they were asked."""

    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def authorize(self, event: Authorizing) -> CardAnswer:
        self.heard.set()
        await asyncio.sleep(0.1)
        return await super().authorize(event)


async def test_a_restart_answers_what_it_has_heard_before_it_closes() -> None:
    """(B-22): the answer first, then the close with 1001."""
    cards = SlowCards()
    async with running_door(Stations(), cards, Sessions()) as door, door.booted() as station:
        await station.say('[2,"1","Authorize",{"idTag":"A"}]')
        async with asyncio.timeout(30):
            await cards.heard.wait()
        async with asyncio.TaskGroup() as group:
            group.create_task(door.registry.close_all())
            answer = await station.hear()
            assert answer == [3, "1", {"idTagInfo": {"status": "Accepted"}}]
            assert await station.close_code() == 1001
