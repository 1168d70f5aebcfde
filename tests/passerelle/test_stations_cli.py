"""passerelle stations, against a CPO adapter at whose door somebody knocks."""

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from ocpi.process.mongo import Mongo
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.stations.authored_files import TOML
from tests.fakes.clock import ManualClock
from tests.passerelle.commands import commands_to
from tests.platforms import running_cpo

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}


async def test_an_operator_adds_adopts_and_changes_stations(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    inventory = tmp_path / "stations.toml"
    inventory.write_text(TOML)
    async with running_cpo(mongo, clock, tmp_path, inventory=inventory) as cpo, ClientSession() as session:
        passerelle = commands_to(cpo, tmp_path, "CPO")
        added = await passerelle("stations", "add", "CP-2")
        assert added.returncode == 0, added.stderr
        lines = dict(line.split(maxsplit=1) for line in added.stdout.splitlines()[:3])
        assert lines["URL"].endswith("/ocpp/CP-2")
        assert f"AuthorizationKey = {lines['password']}" in added.stdout

        again = await passerelle("stations", "add", "CP-2")
        assert (again.returncode, again.stdout, again.stderr.count("\n")) == (1, "", 1)

        url = cpo.urls["stations"] + "/ocpp"
        headers = basic(b"CP-2", lines["password"].encode())
        socket = await session.ws_connect(f"{url}/CP-2", protocols=("ocpp1.6",), headers=headers)
        async with socket:
            station = RawStation(socket)
            await station.call("BootNotification", BOOT)
            async with asyncio.TaskGroup() as tasks:
                rotated = tasks.create_task(passerelle("stations", "rotate-key", "CP-2"))
                frame = await station.hear(within_s=30)
                await station.say(json.dumps([3, frame[1], {"status": "Accepted"}]))
            assert "the station answered Accepted; the old key is void" in rotated.result().stdout

            lowered = await passerelle("stations", "raise-profile", "CP-2", "1")
            assert (lowered.returncode, lowered.stderr.count("\n")) == (1, 1)
            assert "never lowered" in lowered.stderr

        with pytest.raises(WSServerHandshakeError):
            await session.ws_connect(f"{url}/CP-77", headers=basic(b"CP-77", b"a password of theirs"))
        knocks = json.loads((await passerelle("stations", "knocks", "--json")).stdout)
        assert [(each["identity"], each["why"]) for each in knocks] == [("CP-77", "unknown")]
        adopted = await passerelle("stations", "adopt", "CP-77")
        assert adopted.stdout == "CP-77 may come in\n"

        listed = json.loads((await passerelle("stations", "list", "--json")).stdout)
        assert {each["identity"]: each["key"] for each in listed} == {
            "CP-1": "set",
            "CP-2": "set",
            "CP-77": "one-time",
        }
