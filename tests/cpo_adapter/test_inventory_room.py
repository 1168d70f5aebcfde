"""Sites that are put while the adapter runs: partners, stations and held charges see them at once."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from cpo_adapter import inventory_room
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from simulators.partner import SimulatedPartner
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.sessions.charging import KEY, STATIONS, TARIFFS, Charging, answers
from tests.cpo_adapter.sessions.test_unplaced import told_in_16
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import EMSP, Running, agree, connect, operate, running_cpo

WITHOUT_KEY = STATIONS.replace(f'key = "{KEY}"\n', "")


async def listed(cpo: Running) -> list[Any]:
    return list(await asyncio.to_thread(cpo.admin.get, "/inventory"))


def shown(emsp: SimulatedPartner) -> list[Any]:
    return [put.json() for put in emsp.heard("locations", "PUT")]


async def test_a_site_that_is_put_is_told_bills_what_waited_and_outlives_a_restart(
    mongo: Mongo, tmp_path: Path
) -> None:
    (tmp_path / "tariffs.toml").write_text(TARIFFS)
    settings = {"tariffs": tmp_path / "tariffs.toml"}
    async with SimulatedPartner(("EMSP", EMSP)) as emsp, ClientSession() as session:
        emsp.answer("POST", "tokens", Side.SENDER, answers("ALLOWED"))
        async with running_cpo(mongo, SystemClock(), tmp_path, **settings) as cpo:
            await connect(cpo, emsp, "the-emsp", "EMSP")
            await agree(cpo)
            charging = Charging(cpo, emsp, session)
            await charging.push_token(whitelist="ALWAYS")
            added = await operate(cpo, "/stations/add", {"identity": "CP-1"})
            headers = basic(b"CP-1", bytes.fromhex(added["password"]))
            url = f"{cpo.urls['stations']}/ocpp/CP-1"
            async with session.ws_connect(url, protocols=("ocpp1.6",), headers=headers) as socket:
                await told_in_16(RawStation(socket))
                await operate(cpo, "/inventory", {"text": WITHOUT_KEY})
                await eventually(lambda: bool(charging.bills()))
            assert charging.bills()[0]["cdr_location"]["id"] == "GARE"
            assert shown(emsp)[0]["evses"][0]["uid"] == "CP-1-1"
            (station,) = await asyncio.to_thread(cpo.admin.get, "/stations")
            assert (station["identity"], station["in_service"]) == ("CP-1", True)
        async with running_cpo(mongo, SystemClock(), tmp_path, **settings) as again:
            assert [(each["id"], each["written"]) for each in await listed(again)] == [("GARE", "here")]
            await operate(again, "/inventory/remove", {"site": "GARE"})
            await eventually(lambda: shown(emsp)[-1]["evses"][0]["status"] == "REMOVED")
            assert await listed(again) == []


async def test_what_cannot_be_put_is_refused_and_changes_nothing(mongo: Mongo, tmp_path: Path) -> None:
    file = tmp_path / "stations.toml"
    file.write_text(STATIONS)
    async with running_cpo(mongo, SystemClock(), tmp_path, inventory=file) as cpo:
        other = WITHOUT_KEY.replace('"GARE"', '"PORT"')
        for text, complaint in (
            (WITHOUT_KEY, "is written in the file"),
            (other, "CP-1 is there already"),
            (other.replace("CP-1", "CP-9").replace("number = 1", 'number = "one"'), "number"),
            (STATIONS.replace('"GARE"', '"PORT"').replace("CP-1", "CP-9"), "key: add CP-9"),
        ):
            with pytest.raises(AdminRefused, match=complaint):
                await operate(cpo, "/inventory", {"text": text})
        assert [each["id"] for each in await listed(cpo)] == ["GARE"]


async def test_another_process_sees_a_site_that_is_put(
    mongo: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory_room, "READ_EVERY_S", 0.1)
    async with (
        running_cpo(mongo, SystemClock(), tmp_path / "one") as one,
        running_cpo(mongo, SystemClock(), tmp_path / "one") as other,
    ):
        await operate(one, "/inventory", {"text": WITHOUT_KEY})
        await eventually_so(lambda: listed(other))
