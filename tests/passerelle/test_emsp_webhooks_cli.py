"""Webhooks and places, at the command line."""

import json
from pathlib import Path

from ocpi.process.mongo import Mongo
from tests.fakes.clock import ManualClock
from tests.passerelle.commands import commands_to
from tests.platforms import running_emsp


async def test_an_operator_looks_after_webhooks_and_places(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with running_emsp(mongo, clock, tmp_path) as emsp:
        run = commands_to(emsp, tmp_path, "EMSP")
        added = await run("emsp", "webhooks", "add", "https://hooks.example/in", "--event", "cdr.received")
        assert added.returncode == 0, added.stderr
        assert "whsec_" in added.stdout
        (listed,) = json.loads((await run("emsp", "webhooks", "list", "--json")).stdout)
        assert (listed["url"], listed["events"]) == ("https://hooks.example/in", ["cdr.received"])
        assert (await run("emsp", "webhooks", "disable", listed["id"])).returncode == 0
        refused = await run("emsp", "webhooks", "test", listed["id"])
        assert (refused.returncode, "enable it first" in refused.stderr) == (1, True)
        checked = await run("emsp", "places", "check", "--json")
        assert json.loads(checked.stdout) == {"seen": 0, "differing": 0, "examples": []}
