"""passerelle tokens and tariffs, against a CPO adapter."""

import json
from pathlib import Path

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from simulators.partner import SimulatedPartner
from tests.cpo_adapter.sessions.charging import TARIFFS
from tests.fakes.eventually import eventually
from tests.passerelle.commands import commands_to
from tests.platforms import EMSP, agree, connect, running_cpo


async def test_an_operator_fetches_tokens_and_puts_tariffs(mongo: Mongo, tmp_path: Path) -> None:
    async with (
        running_cpo(mongo, SystemClock(), tmp_path) as cpo,
        SimulatedPartner(("EMSP", EMSP)) as emsp,
    ):
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        await eventually(lambda: len(emsp.heard("tokens", "GET")) == 1)
        passerelle = commands_to(cpo, tmp_path, "CPO")
        fetched = await passerelle("tokens", "fetch", str(EMSP), "--all")
        assert fetched.stdout == "tokens of NL*MSP are being fetched\n"
        await eventually(lambda: len(emsp.heard("tokens", "GET")) == 2)
        stranger = await passerelle("tokens", "fetch", "XX*YYY")
        assert (stranger.returncode, stranger.stderr.count("\n")) == (1, 1)
        assert json.loads((await passerelle("tokens", "lists", "--json")).stdout) == []

        file = tmp_path / "own.toml"
        file.write_text(TARIFFS.replace('"AC"', '"AC"\nemsp = "NL*MSP"'))
        put = await passerelle("tariffs", "put", str(file), "--json")
        assert [(each["id"], each["emsp"]) for each in json.loads(put.stdout)] == [("AC", "NL*MSP")]
        await eventually(lambda: len(emsp.heard("tariffs", "PUT")) == 1)
        file.write_text("[[tariffs]]\nid = 7")
        broken = await passerelle("tariffs", "put", str(file))
        assert (broken.returncode, broken.stdout) == (1, "")
        assert "own.toml:" in broken.stderr
        removed = await passerelle("tariffs", "remove", "AC", "--emsp", "NL*MSP")
        assert removed.stdout == "AC is removed for NL*MSP\n"
        await eventually(lambda: len(emsp.heard("tariffs", "DELETE")) == 1)
