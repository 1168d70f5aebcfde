"""The eMSP's part of the command line: what a CPO is asked, and what is printed of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.interfaces import Side
from simulators.partner import Reply, SimulatedPartner
from tests.command_line import passerelle
from tests.emsp_adapter.conftest import CARDS, Issuing
from tests.emsp_adapter.obeying import Obeying
from tests.fakes.clock import ManualClock
from tests.passerelle.test_cli import OK, USAGE
from tests.platforms import CPO, agree, connect, running_emsp


@dataclass(frozen=True, slots=True)
class AtTheShell:
    obeying: Obeying
    environ: dict[str, str]

    async def says(self, *words: str) -> Any:
        found = await asyncio.to_thread(passerelle, "emsp", *words, "--json", **self.environ)
        assert found.returncode == OK, found.stderr
        return json.loads(found.stdout)


@pytest.fixture
async def shell(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[AtTheShell]:
    cards = tmp_path / "cards.csv"
    cards.write_text(CARDS)
    async with running_emsp(mongo, clock, tmp_path, cards) as emsp, SimulatedPartner(("CPO", CPO)) as cpo:
        await connect(emsp, cpo, "the-cpo", "CPO")
        await agree(emsp)
        port = emsp.admin.url.rpartition(":")[2]
        environ = {"PASSERELLE_DATA_FOLDER": str(tmp_path), "EMSP_ADMIN_PORT": port}
        yield AtTheShell(Obeying(Issuing(emsp, cpo)), environ)


async def test_a_command_waits_for_its_result(shell: AtTheShell) -> None:
    shell.obeying.answers("ACCEPTED")
    words = ("command", "START_SESSION", "--cpo", "FR*CPO", "--location", "LOC1", "--token", "04AA")
    waiting = asyncio.gather(shell.says(*words), _tell_result(shell.obeying))
    told, _ = await waiting
    assert (told["state"], told["result"]["result"]) == ("DONE", "EVSE_OCCUPIED")
    assert shell.obeying.asked().json()["token"]["uid"] == "04AA"
    assert [each["id"] for each in await shell.says("commands")] == [told["id"]]


async def _tell_result(obeying: Obeying) -> None:
    async with asyncio.timeout(30):
        while not obeying.cpo.heard("commands"):  # noqa: ASYNC110 - the far side sets no event of ours
            await asyncio.sleep(0.05)
    await obeying.tell(obeying.asked(), "EVSE_OCCUPIED")


async def test_limits_and_wishes_reach_the_cpo(shell: AtTheShell) -> None:
    shell.obeying.answers("TOO_OFTEN", module="chargingprofiles", timeout=0)
    to_cpo = ("--cpo", "FR*CPO")
    told = await shell.says("profile", "set", "S1", "--limit", "0:16.1", "--limit", "600:8", *to_cpo)
    assert told["state"] == "REFUSED"
    periods = shell.obeying.asked("chargingprofiles").json()["charging_profile"]["charging_profile_period"]
    assert periods == [{"start_period": 0, "limit": 16.1}, {"start_period": 600, "limit": 8}]
    await shell.says("profile", "get", "S1", "--duration", "60", *to_cpo)
    await shell.says("profile", "clear", "S1", *to_cpo)
    assert [each.method for each in shell.obeying.cpo.heard("chargingprofiles")] == ["PUT", "GET", "DELETE"]
    shell.obeying.cpo.answer("PUT", "sessions", Side.SENDER, lambda _: Reply("ACCEPTED"))
    assert await shell.says("prefer", "S1", "GREEN", "--energy", "20.5", *to_cpo) == {
        "session_id": "S1",
        "result": "ACCEPTED",
    }


def test_a_limit_that_is_none_is_wrong_usage() -> None:
    assert passerelle("emsp", "profile", "set", "S1", "--limit", "16").returncode == USAGE


async def test_answers_and_warnings_are_listed_and_counted(shell: AtTheShell) -> None:
    for uid in ("04AA", "04CC"):
        await shell.obeying.issuing.authorize(uid)
    counted = {each["what"]: each["times"] for each in await shell.says("authorizations")}
    assert counted == {"ALLOWED": 1, "BLOCKED": 1}
    (blocked,) = await shell.says("answers", "--allowed", "BLOCKED")
    assert (blocked["uid"], blocked["reason"], blocked["warnings"]) == ("04CC", "CARD_BLOCKED", [])
    assert await shell.says("answers", "--warned") == []
