"""`passerelle conformance` finds nothing red at our own platforms, and leaves nothing behind."""

import asyncio

from passerelle.conformance.session import Wanted, run
from passerelle.conformance.verdict import Colour
from schemas.kinds import PartyId
from tests.conformance.stages import SHARED_LOOP, Stage, on
from tests.platforms import agree, invited

pytestmark = SHARED_LOOP

CHECKER = PartyId("AT", "CHK")


@on("hub", "cpo", "emsp")
async def test_a_whole_run_is_without_red_and_ends_with_leaving(stage: Stage) -> None:
    plays = "CPO" if stage.kind == "emsp" else "EMSP"
    if stage.kind == "emsp":
        await agree(stage.platform, cpo=CHECKER)
    else:
        await agree(stage.platform, emsp=CHECKER)
    name = f"checker-{stage.version}"
    token_a = await invited(stage.platform, name, plays)
    wanted = Wanted(
        stage.platform.versions_url,
        token_a,
        CHECKER,
        role=stage.target.role,
        version=stage.version,
        plays=plays,
        may_write=True,
        registers=True,
    )
    target, verdicts = await run(wanted)
    assert target.version == stage.version
    red = {each.number: each.text for each in verdicts if each.colour is Colour.RED}
    assert red == {}
    assert sum(each.colour is Colour.GREEN for each in verdicts) > 20
    partners = await asyncio.to_thread(stage.platform.admin.get, "/partners")
    assert [each["state"] for each in partners if each["name"] == name] in ([], ["LEFT"])
