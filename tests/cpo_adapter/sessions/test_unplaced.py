"""A station that was adopted before the inventory names it: what it tells is kept, and billed afterwards."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.interfaces import Side
from simulators.partner import SimulatedPartner
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.sessions.charging import STATIONS, TARIFFS, UID, Charging, answers, until_settled
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago, start, stop
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, agree, connect, operate, running_cpo


def event(kind: str, seq: int, minutes: float, register_wh: int, **more: Any) -> Any:
    reading = {"value": register_wh, "unitOfMeasure": {"unit": "Wh"}}
    return {
        "eventType": kind,
        "timestamp": ago(minutes),
        "triggerReason": "Authorized",
        "seqNo": seq,
        "transactionInfo": {"transactionId": "T-1"},
        "idToken": {"idToken": UID, "type": "ISO14443"},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [{"timestamp": ago(minutes), "sampledValue": [reading]}],
        **more,
    }


async def told_in_16(station: RawStation) -> None:
    begun = await station.call("StartTransaction", start(ago(60)))
    assert begun[2]["idTagInfo"]["status"] == "Accepted"
    assert (await station.call("StopTransaction", stop(begun[2]["transactionId"], ago(0), 12_000)))[0] == 3


async def told_in_2(station: RawStation) -> None:
    begun = await station.call("TransactionEvent", event("Started", 0, 60, 1000))
    assert begun[2]["idTokenInfo"]["status"] == "Accepted"
    assert (await station.call("TransactionEvent", event("Ended", 1, 0, 12_000)))[0] == 3


@pytest.mark.parametrize(("protocol", "tell"), [("ocpp1.6", told_in_16), ("ocpp2.0.1", told_in_2)])
async def test_a_station_without_a_location_is_billed_once_the_inventory_names_it(
    mongo: Mongo, tmp_path: Path, protocol: str, tell: Any
) -> None:
    """Until then the charge is held, and nobody is told of a session at no place."""
    (tmp_path / "tariffs.toml").write_text(TARIFFS)
    (tmp_path / "stations.toml").write_text("sites = []")
    files = {"inventory": tmp_path / "stations.toml", "tariffs": tmp_path / "tariffs.toml"}
    async with (
        SimulatedPartner(("EMSP", EMSP)) as emsp,
        ClientSession() as session,
        AsyncExitStack() as first,
    ):
        emsp.answer("POST", "tokens", Side.SENDER, answers("ALLOWED"))
        cpo = await first.enter_async_context(running_cpo(mongo, SystemClock(), tmp_path, **files))
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        charging = Charging(cpo, emsp, session)
        await charging.push_token(whitelist="ALWAYS")
        added = await operate(cpo, "/stations/add", {"identity": "CP-1"})
        headers = basic(b"CP-1", bytes.fromhex(added["password"]))
        url = f"{cpo.urls['stations']}/ocpp/CP-1"
        async with session.ws_connect(url, protocols=(protocol,), headers=headers) as socket:
            await tell(RawStation(socket))
            await until_settled(charging)
        (held,) = await charging.transactions()
        assert (held["outcome"], held["reason"]) == ("HELD", "station without a location")
        assert charging.sessions() == charging.bills() == []
        await first.aclose()

        (tmp_path / "stations.toml").write_text(STATIONS)
        async with running_cpo(mongo, SystemClock(), tmp_path, **files) as again:
            await eventually(lambda: bool(charging.bills()))
            (billed,) = await asyncio.to_thread(again.admin.get, "/transactions")
        (bill,) = charging.bills()
        assert billed["outcome"] == "BILLED"
        assert (bill["cdr_location"]["id"], bill["total_energy"]) == ("GARE", 11)
        assert bill["total_cost"]["before_taxes"] == 4.4
        assert [bill["country_code"], bill["party_id"]] == [CPO.country_code, CPO.party_id]
