"""What an eMSP adapter has of the lists of CPOs, and what is missing, at the command line."""

import json
from pathlib import Path

from ocpi.process.mongo import Mongo
from simulators.partner import SimulatedPartner
from tests.emsp_adapter.sync.square import Network, Square
from tests.fakes.clock import ManualClock
from tests.passerelle.commands import commands_to
from tests.platforms import CPO, agree, connect, running_emsp


async def test_lists_are_fetched_and_shown_and_what_is_missing_is_told(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with running_emsp(mongo, clock, tmp_path) as emsp, SimulatedPartner(("CPO", CPO)) as far:
        passerelle = commands_to(emsp, tmp_path, "EMSP")
        cpo = Network(CPO, far, Square(emsp, clock))
        cpo.lists("locations", {"id": "L1"})
        await connect(emsp, far, "the-cpo", "CPO")
        await agree(emsp)
        pull = await passerelle("emsp", "pull", "FR*CPO", "--module", "locations", "--all", "--json")
        told = {"cpo": "FR*CPO", "modules": ["locations"], "extent": "ALL"}
        assert json.loads(pull.stdout) == told, pull.stderr
        await cpo.settled("locations")
        sync = json.loads((await passerelle("emsp", "sync", "--json")).stdout)
        assert [(each["module"], each["last"]["new"]) for each in sync] == [("locations", 1)]
        gaps = await passerelle("emsp", "gaps", "--state", "OPEN", "--json")
        assert (gaps.returncode, json.loads(gaps.stdout)) == (0, [])
