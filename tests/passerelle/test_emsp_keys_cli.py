"""Keys of the API, at the command line."""

import json
from pathlib import Path

from ocpi.process.mongo import Mongo
from tests.fakes.clock import ManualClock
from tests.passerelle.commands import commands_to
from tests.platforms import running_emsp


async def test_a_key_is_made_listed_and_revoked(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> None:
    async with running_emsp(mongo, clock, tmp_path) as emsp:
        run = commands_to(emsp, tmp_path, "EMSP")
        words = ("emsp", "keys", "create", "my-app", "--scopes", "sessions:read, cdrs:read")
        made = await run(*words, "--contract", "NL-MSP-C1", "--per-minute", "60")
        assert made.returncode == 0, made.stderr
        assert "passerelle-api-" in made.stdout
        assert (await run("emsp", "keys", "revoke", "my-app")).returncode == 0
        (listed,) = json.loads((await run("emsp", "keys", "list", "--json")).stdout)
        assert (listed["scopes"], listed["contracts"]) == (["cdrs:read", "sessions:read"], ["NL-MSP-C1"])
        assert listed["revoked_by"] == "command line"
        refused = await run("emsp", "keys", "create", "other", "--scopes", "support")
        assert (refused.returncode, "an app never has support" in refused.stderr) == (1, True)
