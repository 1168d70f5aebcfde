"""What a CPO shows to whom it deals with directly follows from the terms."""

from pathlib import Path

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from simulators.partner import SimulatedPartner
from tests.cpo_adapter.tariffs.test_authored import GOOD
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, connect, operate, running_cpo

PAIR = {"cpo": str(CPO), "emsp": str(EMSP)}


async def test_the_tariffs_of_the_terms_are_told_and_listed_and_others_taken_back(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    file = tmp_path / "tariffs.toml"
    file.write_text(GOOD + GOOD.replace('"AC"', '"DC"'))
    async with (
        running_cpo(mongo, clock, tmp_path, tariffs=file) as service,
        SimulatedPartner(("EMSP", EMSP)) as emsp,
    ):
        await connect(service, emsp, "the-emsp", "EMSP")
        await operate(service, "/agreements", {**PAIR, "terms": {"tariffs": ["AC", "DC"]}})
        await eventually(lambda: len(emsp.heard("tariffs", "PUT")) == 2)
        await operate(service, "/agreements/change", {**PAIR, "terms": {"tariffs": ["AC"]}})
        await clock.advance(seconds=8)
        await eventually(lambda: [each.path for each in emsp.heard("tariffs", "DELETE")] == ["FR/CPO/DC"])
        listed = await emsp.call("GET", "tariffs", Side.SENDER, routing=Routing(to=CPO, sender=EMSP))
        assert [each["id"] for each in listed.data] == ["AC"]
