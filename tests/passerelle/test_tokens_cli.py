"""passerelle tokens, against a hub that knows a card and a CPO that does not."""

import json
from pathlib import Path

from ocpi.process.mongo import Mongo
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.hub.authorization.issuers import SECOND, THIRD, authorize, issuers_at, says, tell_token
from tests.passerelle.commands import commands_to
from tests.platforms import CPO, EMSP
from tests.roaming import roaming_on


async def test_the_operator_sees_who_does_not_know_of_a_card(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with roaming_on(mongo, clock, tmp_path) as roaming:
        roaming.cpo.is_online = False
        await tell_token(roaming.emsp, EMSP, "04 AA", valid=False)
        passerelle = commands_to(roaming.hub, tmp_path)
        shown = await passerelle("tokens", "known", str(EMSP), "04 aa", "--json")
        assert shown.returncode == 0, shown.stderr
        told = json.loads(shown.stdout)
        assert told["valid"] is False
        assert [(each["cpo"], each["state"]) for each in told["cpos"]] == [(str(CPO), "WAITS")]

        table = await passerelle("tokens", "known", str(EMSP), "04 aa")
        assert "valid: False" in table.stdout
        assert str(CPO) in table.stdout

        for words, code in ((("known", str(EMSP), "04EE"), 1), (("known", "NLMSP", "04 AA"), 2)):
            refused = await passerelle("tokens", *words)
            assert (refused.returncode, refused.stdout) == (code, "")
            assert refused.stderr.count("\n") == 1


async def test_the_operator_sees_which_cards_are_odd(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with roaming_on(mongo, clock, tmp_path) as roaming, issuers_at(roaming, [SECOND, THIRD]) as issuers:
        for each in issuers:
            says(each, "ALLOWED")
        assert (await authorize(roaming)).status == 4000

        async def is_recorded() -> bool:
            return await mongo.collection("card_alarms").count_documents({}) == 1

        await eventually_so(is_recorded)
        passerelle = commands_to(roaming.hub, tmp_path)
        shown = await passerelle("tokens", "alarms", "--json")
        assert [each["kind"] for each in json.loads(shown.stdout)] == ["TWO_CLAIMANTS"]
