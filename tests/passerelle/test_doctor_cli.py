"""passerelle doctor, as an operator and as a script see it."""

import json
from functools import partial
from pathlib import Path

from ocpi.process.mongo import Mongo
from ocpi.wire.interfaces import Side
from simulators.partner import Reply, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.passerelle.commands import commands_to
from tests.platforms import CPO, connect, running_hub


async def test_what_is_red_makes_the_exit_code_one_and_says_what_helps(mongo: Mongo, tmp_path: Path) -> None:
    clock = ManualClock()
    async with running_hub(mongo, clock, tmp_path) as hub, SimulatedPartner(("CPO", CPO)) as cpo:
        doctor = partial(commands_to(hub, tmp_path), "doctor")
        await connect(hub, cpo, "the-cpo", "CPO")
        now = {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"}
        versions = [{"version": "2.3.0", "url": f"{cpo.base}/2.3.0"}]
        cpo.answer("GET", "versions", Side.SENDER, lambda _: Reply(versions, headers=now))
        cpo.answer("GET", "locations", Side.SENDER, lambda _: Reply([]))
        well = await doctor("the-cpo")
        cpo.answer("GET", "versions", Side.SENDER, lambda _: Reply(http=401))
        ill, told = await doctor("the-cpo"), await doctor("the-cpo", "--json")
        nobody = await doctor("nobody")

    assert well.returncode == 0, well.stdout + well.stderr
    assert "✗" not in well.stdout
    assert "✓ token" in well.stdout
    assert "! tls         PLAIN HTTP" in well.stdout
    assert ill.returncode == 1
    assert "✗ token       the one that we show is not accepted" in ill.stdout
    assert "leave, and register anew" in ill.stdout
    assert told.returncode == 1
    assert {each["colour"] for each in json.loads(told.stdout)["findings"]} == {"green", "yellow", "red"}
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "no partner named 'nobody'" in nobody.stderr
