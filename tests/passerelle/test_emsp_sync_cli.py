"""What an eMSP adapter has of the lists of CPOs, and what is missing, at the command line."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ocpi.process.mongo import Mongo
from passerelle.emsp_cli import app
from simulators.partner import SimulatedPartner
from tests.emsp_adapter.sync.square import Network, Square
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, agree, connect, running_emsp


async def test_lists_are_fetched_and_shown_and_what_is_missing_is_told(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_emsp(mongo, clock, tmp_path) as emsp, SimulatedPartner(("CPO", CPO)) as far:
        monkeypatch.setenv("PASSERELLE_DATA_FOLDER", str(tmp_path))
        monkeypatch.setenv("EMSP_ADMIN_PORT", emsp.admin.url.rpartition(":")[2])
        monkeypatch.setattr("passerelle.services.SystemClock", lambda: clock)
        cpo = Network(CPO, far, Square(emsp, clock))
        cpo.lists("locations", {"id": "L1"})
        await connect(emsp, far, "the-cpo", "CPO")
        await agree(emsp)
        told = await says("pull", "FR*CPO", "--module", "locations", "--all")
        assert told == {"cpo": "FR*CPO", "modules": ["locations"], "extent": "ALL"}
        await cpo.settled("locations")
        assert [(each["module"], each["last"]["new"]) for each in await says("sync")] == [("locations", 1)]
        assert await says("absent") == await says("gaps", "--state", "OPEN") == []


async def says(*words: str) -> Any:
    found = await asyncio.to_thread(CliRunner().invoke, app, [*words, "--json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)
