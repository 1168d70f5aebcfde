"""Lines that are dead, or only look so; and the end of ours, which answers what it has heard."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from cpo_adapter.ocpp.events import Authorizing
from cpo_adapter.ocpp.rooms import CardAnswer
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


async def test_a_line_without_an_end_is_given_up_soon_after_its_first_ping(quick: Door) -> None:
    """(B-18): no FIN, no RST, nothing at all."""
    line = await silent(quick)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await eventually(lambda: not quick.registry.is_connected(STATION))
    assert loop.time() - began < 10 * PING_S
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
