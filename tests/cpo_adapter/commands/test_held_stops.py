"""Stops for stations that are away, where the operator has them held (B-103).

`test_behaviours.py` has what comes of them where he has not.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from cpo_adapter.commands import stopping
from cpo_adapter.commands.store import PROMISES
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from simulators.lean import Identity, LeanStation
from tests.cpo_adapter.commands.ordering import BOOT_16, Ordering, later
from tests.cpo_adapter.commands.saying import Saying, hear_stop
from tests.cpo_adapter.sessions.charging import KEY, UID
from tests.cpo_adapter.sessions.yard import Place, Yard, running_yard
from tests.fakes.eventually import eventually, eventually_so
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP

FRAMES = {
    "1.6": "RemoteStopTransaction",
    "2.0.1": "RequestStopTransaction",
    "2.1": "RequestStopTransaction",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def yard(mongo_of_file: Mongo, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Yard]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stopping, "EVERY_S", 0.05)
        patched.setattr(stopping, "QUIET_S", 0.1)
        folder = tmp_path_factory.mktemp("cpo")
        async with running_yard(mongo_of_file, folder, stop_when_away="hold") as running:
            yield running


@pytest.fixture
def orders(yard: Yard) -> Ordering:
    return Ordering(yard.cpo, yard.emsp, {}, yard.session)


@pytest.fixture(params=list(FRAMES))
def ocpp(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@asynccontextmanager
async def line(place: Place, ocpp: str = "1.6") -> AsyncIterator[Saying]:
    async with place.line(f"ocpp{ocpp}") as station:
        yield Saying(station, ocpp)


async def away(place: Place, ocpp: str = "1.6") -> tuple[str, Any]:
    """A session that goes on at a station that has left: its id, and the station's own name of it."""
    async with line(place, ocpp) as station:
        name = await station.start(UID)
        session = await active(place)
    await eventually_so(partial(is_away, place))
    return session, name


async def answers(station: Saying, status: str) -> list[Any]:
    """The stop that it is sent."""
    asked = await hear_stop(station.station)
    await station.station.socket.send_json([3, asked[1], {"status": status}])
    return asked


async def active(place: Place) -> str:
    await eventually(lambda: [each for each in place.sessions() if each["status"] == "ACTIVE"])
    return str(place.sessions()[0]["id"])


async def is_away(place: Place) -> bool:
    listed = await asyncio.to_thread(place.yard.cpo.admin.get, "/stations")
    return not {each["identity"]: each["connected"] for each in listed}[place.identity]


async def stops(place: Place) -> list[Any]:
    """As the operator sees them."""
    listed = await asyncio.to_thread(place.yard.cpo.admin.get, "/orders")
    return [each for each in listed if each["station"] == place.identity]


async def until_released(place: Place) -> None:
    """Nothing is to be sent any more, and what there was to tell has been told."""

    async def are_released() -> bool:
        return not any(each["held_until"] or each["is_open"] for each in await stops(place))

    await eventually_so(are_released)


async def passes(place: Place, *instants: str) -> None:
    """As if they were now."""
    now = dict.fromkeys((f"held.{each}" for each in instants), SystemClock().now())
    await place.yard.mongo.collection(PROMISES).update_many({"station": place.identity}, {"$set": now})


async def test_a_station_that_is_back_in_time_is_sent_the_stop_and_its_answer_is_the_result(
    place: Place, orders: Ordering, ocpp: str
) -> None:
    """(B-103), also of one that ends the session before it answers (B-31)."""
    session_id, name = await away(place, ocpp)
    url = await orders.accepted("STOP_SESSION", session_id=session_id)
    (held,) = await stops(place)
    async with line(place, ocpp) as station:
        asked = await hear_stop(station.station)
        await station.stop(name)
        await eventually(lambda: place.sessions()[-1]["status"] == "COMPLETED")
        await station.station.socket.send_json([3, asked[1], {"status": "Accepted"}])
        assert await orders.result(url) == {"result": "ACCEPTED"}
        await until_released(place)
        assert await station.station.hears_nothing()

    assert asked[2:] == [FRAMES[ocpp], {"transactionId": name}]
    assert (held["outcome"], held["is_open"]) == (None, True)
    assert held["held_until"] > held["at"]


async def test_one_that_comes_too_late_is_stopped_and_the_partner_hears_timeout_alone(
    place: Place, orders: Ordering, ocpp: str
) -> None:
    session_id, name = await away(place, ocpp)
    url = await orders.accepted("STOP_SESSION", session_id=session_id)
    await passes(place, "answer_by")
    result = await orders.result(url)
    async with line(place, ocpp) as station:
        asked = await answers(station, "Accepted")
        await until_released(place)
        await station.stop(name)
        await place.bill()

    assert result["result"] == "TIMEOUT"
    assert asked[2:] == [FRAMES[ocpp], {"transactionId": name}]
    assert len(orders.told(url)) == 1
    (listed,) = await stops(place)
    assert (listed["outcome"], listed["said"]) == ("TIMEOUT", "ACCEPTED")


async def test_a_station_is_let_tell_first_that_the_session_has_ended_and_is_sent_nothing(
    place: Place, orders: Ordering, ocpp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id, name = await away(place, ocpp)
    url = await orders.accepted("STOP_SESSION", session_id=session_id)
    monkeypatch.setattr(stopping, "QUIET_S", 600)
    monkeypatch.setattr(stopping, "SETTLED_S", 600)
    async with line(place, ocpp) as station:
        assert await station.station.hears_nothing()
        await station.stop(name)
        result = await orders.result(url)
        await until_released(place)
        assert await station.station.hears_nothing()

    assert result["result"] == "REJECTED"
    assert result["message"][0]["text"] == "this session has ended"


async def test_a_station_that_goes_on_talking_is_waited_for_so_long_only(
    place: Place, orders: Ordering, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id, _ = await away(place)
    await orders.accepted("STOP_SESSION", session_id=session_id)
    monkeypatch.setattr(stopping, "QUIET_S", 600)
    monkeypatch.setattr(stopping, "SETTLED_S", 0.1)
    async with line(place) as station:
        assert (await answers(station, "Accepted"))[2] == "RemoteStopTransaction"
        await until_released(place)


async def test_nothing_is_sent_once_the_time_is_over(place: Place, orders: Ordering) -> None:
    session_id, _ = await away(place)
    url = await orders.accepted("STOP_SESSION", session_id=session_id)
    await passes(place, "answer_by", "until")
    assert (await orders.result(url))["result"] == "TIMEOUT"
    await until_released(place)
    async with line(place) as station:
        assert await station.station.hears_nothing(0.3)
    assert len(orders.told(url)) == 1


async def test_a_stop_is_sent_once_by_each_line_until_it_is_answered(
    place: Place, orders: Ordering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the first line it is silent; the partner hears what it says by the next one."""
    session_id, name = await away(place)
    url = await orders.accepted("STOP_SESSION", session_id=session_id)
    with monkeypatch.context() as patched:
        patched.setattr(stopping, "ANSWERED_WITHIN_S", 0.05)
        async with line(place) as station:
            first = await hear_stop(station.station)
            assert await station.station.hears_nothing(0.3)
    await eventually_so(partial(is_away, place))
    async with line(place) as station:
        second = await answers(station, "Rejected")
        result = await orders.result(url)
        await until_released(place)
        assert await station.station.hears_nothing()

    assert first[2:] == second[2:] == ["RemoteStopTransaction", {"transactionId": name}]
    assert result == {"result": "REJECTED"}
    assert len(orders.told(url)) == 1


async def test_a_session_that_ended_after_the_stop_was_sent_is_a_station_that_did_not_answer(
    place: Place, orders: Ordering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it did so because of the stop nobody knows."""
    session_id, name = await away(place)
    url = await orders.accepted("STOP_SESSION", session_id=session_id)
    async with line(place) as station:
        await hear_stop(station.station)
    await eventually_so(partial(is_away, place))
    monkeypatch.setattr(stopping, "QUIET_S", 600)
    async with line(place) as station:
        await station.stop(name)
        assert (await orders.result(url))["result"] == "TIMEOUT"
        await until_released(place)


async def test_a_stop_that_went_down_a_dead_line_is_sent_by_the_next(place: Place, orders: Ordering) -> None:
    """Nobody knew that it was dead (B-18)."""
    url = f"{place.yard.cpo.urls['stations']}/ocpp"
    dead = await LeanStation.connect(url, Identity(place.identity, bytes.fromhex(KEY)))
    await dead.call("BootNotification", BOOT_16)
    begun = {"connectorId": 1, "idTag": UID, "meterStart": 0, "timestamp": later(seconds=-2)}
    name = (await dead.call("StartTransaction", begun))["transactionId"]
    result = await orders.accepted("STOP_SESSION", session_id=await active(place))
    lost = await dead.hear()
    async with line(place) as station:
        asked = await answers(station, "Accepted")
        assert await orders.result(result) == {"result": "ACCEPTED"}
    dead.cut()

    assert lost[2:] == asked[2:] == ["RemoteStopTransaction", {"transactionId": name}]


async def test_two_stops_of_one_session_are_one_at_the_station(place: Place, orders: Ordering) -> None:
    session_id, _ = await away(place)
    urls = [await orders.accepted("STOP_SESSION", session_id=session_id) for _ in range(2)]
    async with line(place) as station:
        await answers(station, "Accepted")
        results = [await orders.result(url) for url in urls]
        await until_released(place)
        assert await station.station.hears_nothing()

    assert results == [{"result": "ACCEPTED"}] * 2


async def test_a_station_that_is_there_is_asked_at_once_and_may_refuse(
    place: Place, orders: Ordering
) -> None:
    async with line(place) as station:
        await station.start(UID)
        url = await orders.accepted("STOP_SESSION", session_id=await active(place))
        asked = await hear_stop(station.station)
        await station.station.socket.send_json([4, asked[1], "NotImplemented", "", {}])
        result = await orders.result(url)
        await until_released(place)
        assert await station.station.hears_nothing()

    assert result["result"] == "NOT_SUPPORTED"
