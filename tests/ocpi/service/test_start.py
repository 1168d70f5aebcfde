"""A service that comes back: with everything it knew, or with one line that says why not."""

import shutil
from pathlib import Path

import pytest

from ocpi.delivery.leases import LIFETIME
from ocpi.partners.seal import Seal, SealBroken
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from simulators.partner import SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import CPO, HUB, agree, connect, running_hub


async def test_a_hub_that_was_restarted_knows_its_partners_and_agreements(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, cpo: SimulatedPartner, emsp: SimulatedPartner
) -> None:
    async with running_hub(mongo, clock, tmp_path) as hub:
        await connect(hub, cpo, "the-cpo", "CPO")
        await connect(hub, emsp, "the-emsp", "EMSP")
        await agree(hub)
    async with running_hub(mongo, clock, tmp_path) as hub:
        cpo.endpoints = {key: _at(url, hub.url) for key, url in cpo.endpoints.items()}
        heard = await cpo.call(
            "PUT", "locations", Side.RECEIVER, "FR", "CPO", "LOC1",
            routing=Routing(HUB, CPO), body=build.location().to_wire(),
        )  # fmt: skip
        assert heard.http == 201
        await eventually(lambda: len(emsp.heard("locations")) == 1)


async def test_whoever_was_not_greeted_before_a_crash_is_greeted_after_it(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, cpo: SimulatedPartner, emsp: SimulatedPartner
) -> None:
    """The handshake had ended, its greeting had not begun."""
    async with running_hub(mongo, clock, tmp_path) as hub:
        await connect(hub, cpo, "the-cpo", "CPO")
        await connect(hub, emsp, "the-emsp", "EMSP")
        await agree(hub)
        await cpo.call(
            "PUT", "locations", Side.RECEIVER, "FR", "CPO", "LOC1",
            routing=Routing(HUB, CPO), body=build.location().to_wire(),
        )  # fmt: skip
        await eventually(lambda: len(emsp.heard("locations")) == 1)
    await mongo.collection("partners").update_one({"_id": "the-emsp"}, {"$set": {"is_greeted": False}})
    for _ in range(2):
        async with running_hub(mongo, clock, tmp_path):
            await clock.advance(seconds=2 * LIFETIME.total_seconds())
            await eventually(lambda: len(emsp.heard("locations")) == 2)


async def test_another_seal_key_is_one_line_at_the_start(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, cpo: SimulatedPartner
) -> None:
    async with running_hub(mongo, clock, tmp_path) as hub:
        await connect(hub, cpo, "the-cpo", "CPO")
    (file,) = key_files(tmp_path, "seal.key")
    file.write_text(Seal.generate_key())
    with pytest.raises(SealBroken, match="restore the key file") as told:
        async with running_hub(mongo, clock, tmp_path):
            pass
    assert "\n" not in str(told.value)


async def test_a_machine_with_a_seal_key_of_its_own_does_not_start(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """Before anything was sealed with either; alone it may begin anew."""
    async with running_hub(mongo, clock, tmp_path / "one") as one:
        await eventually_so(one.foundation.duty.is_ours)
        with pytest.raises(SealBroken, match="the same on every machine"):
            async with running_hub(mongo, clock, tmp_path / "other"):
                pass
        shutil.copytree(tmp_path / "one", tmp_path / "same")
        async with running_hub(mongo, clock, tmp_path / "same"):
            pass
    async with running_hub(mongo, clock, tmp_path / "other"):
        pass


async def test_the_keys_of_a_service_are_private(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> None:
    async with running_hub(mongo, clock, tmp_path):
        keys = {file.name: file.stat().st_mode & 0o777 for file in key_files(tmp_path, "*.key")}
    assert keys == {"seal.key": 0o600, "operator.key": 0o600}


def key_files(folder: Path, name: str) -> list[Path]:
    return list(folder.rglob(name))


def _at(url: str, base: str) -> str:
    return base + "/ocpi/" + url.split("/ocpi/")[1]
