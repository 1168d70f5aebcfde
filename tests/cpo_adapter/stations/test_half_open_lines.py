"""A network that goes silent between a station and its CPO: no FIN, no RST (B-18)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from yarl import URL

from cpo_adapter.stations import sight, status
from ocpi.process.mongo import Mongo
from simulators.lean import Identity, LeanStation
from tests.cpo_adapter.commands.ordering import BOOT_16, later
from tests.cpo_adapter.commands.test_held_stops import active, is_away
from tests.cpo_adapter.sessions.charging import KEY, UID
from tests.cpo_adapter.sessions.yard import Place, running_yard
from tests.fakes.eventually import eventually, eventually_so
from tests.fakes.silent_network import silent_network


@pytest.fixture
async def place(mongo: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """At a CPO that tries silent lines often, and soon says that it does not know."""
    for module in (sight, status):
        monkeypatch.setattr(module, "GRACE", timedelta(seconds=0.2))
    async with running_yard(mongo, tmp_path, stations_ping_s=0.6) as yard:
        yield yard.place()


async def test_a_line_that_goes_silent_is_given_up_and_its_session_goes_on(place: Place) -> None:
    """Its EVSE is UNKNOWN after the grace. The station comes by another line, and its charge is billed."""
    stations = URL(place.yard.cpo.urls["stations"])
    async with silent_network(str(stations.host), stations.port or 0) as network:
        station, begun = await charging(network.port, place)
        network.is_silent = True
        session = await active(place)
        await eventually_so(partial(is_away, place))
        await eventually(lambda: place.status() == "UNKNOWN")
        (transaction,) = await place.transactions()
        statuses = {each["status"] for each in place.sessions()}
        async with place.line() as again:
            ended = {"transactionId": begun, "meterStop": 5, "timestamp": later()}
            await again.call("StopTransaction", ended)
            bill = await place.bill()
        station.cut()

    assert statuses == {"ACTIVE"}
    assert transaction["outcome"] is None
    assert (bill["session_id"], bill["total_energy"]) == (session, 0.005)


async def charging(port: int, place: Place) -> tuple[LeanStation, int]:
    """With the number of a transaction that began a moment ago."""
    url = f"ws://127.0.0.1:{port}/ocpp"
    station = await LeanStation.connect(url, Identity(place.identity, bytes.fromhex(KEY)))
    await station.call("BootNotification", BOOT_16)
    told = {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": later()}
    await station.call("StatusNotification", told)
    begun = {"connectorId": 1, "idTag": UID, "meterStart": 0, "timestamp": later(seconds=-2)}
    return station, (await station.call("StartTransaction", begun))["transactionId"]
