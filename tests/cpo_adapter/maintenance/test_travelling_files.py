"""Diagnostics, logs and firmware, from the order to the last word of a simulated station, over HTTPS."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from simulators.servicing import Habits
from tests.cpo_adapter.maintenance.workshop import Workshop, working
from tests.fakes.clock import ManualClock
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP

LOG = b"a line of the log\n" * 50_000
FIRMWARE = bytes(range(256)) * 4_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def everybodys(
    mongo_of_file: Mongo, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Workshop]:
    async with working(mongo_of_file, ManualClock(), tmp_path_factory.mktemp("cpo")) as workshop:
        yield workshop


@pytest_asyncio.fixture(loop_scope="session")
async def workshop(everybodys: Workshop) -> AsyncIterator[Workshop]:
    """Its stations leave when the test ends."""
    async with Supervisor(name="stations", clock=SystemClock()) as supervisor:
        yield replace(everybodys, supervisor=supervisor)


def steps(job: dict[str, Any]) -> list[str]:
    return [step["status"] for step in job["steps"]]


@pytest.mark.parametrize(
    ("ocpp", "sends_forms", "order", "kind"),
    [
        ("1.6", False, {"path": "diagnostics"}, "diagnostics"),
        ("1.6", True, {"path": "log", "kind": "SecurityLog"}, "log"),
        ("2.0.1", True, {"path": "diagnostics"}, "log"),
        ("2.1", False, {"path": "log"}, "log"),
    ],
)
async def test_a_file_comes_whole_and_its_station_is_followed_to_the_end(
    workshop: Workshop,
    ocpp: str,
    sends_forms: bool,  # noqa: FBT001 - a parameter of the test
    order: dict[str, Any],
    kind: str,
) -> None:
    station = await workshop.simulated("CP-1", ocpp, Habits(sends_forms=sends_forms, log=LOG))
    begun = await workshop.told(identity="CP-1", **order)
    assert (begun["state"], begun["kind"], begun["outcome"]) == ("going on", kind, "Accepted")

    job = await workshop.ended(begun["job"])
    assert (job["state"], steps(job)) == ("done", ["Uploading", "Uploaded"])
    file = job["file"]
    assert (workshop.folder / file["path"]).read_bytes() == LOG
    assert station.service.checksums.sent == [file["sha256"]] == [hashlib.sha256(LOG).hexdigest()]
    assert (file["name"], file["size"], file["address"]) == ("station.log", len(LOG), "127.0.0.1")
    assert await workshop.fetched(job["job"]) == (200, LOG)

    (workshop.folder / file["path"]).unlink()  # as at a machine that does not share the folder
    status, problem = await workshop.fetched(job["job"])
    assert (status, b"not in the folder of this machine" in problem) == (404, True)


@pytest.mark.parametrize(
    ("ocpp", "signed"),
    [
        ("1.6", {}),
        ("1.6", {"certificate": "-----BEGIN CERTIFICATE-----", "signature": "c2ln"}),
        ("2.0.1", {"certificate": "-----BEGIN CERTIFICATE-----", "signature": "c2ln"}),
    ],
    ids=["1.6", "1.6 signed", "2.0.1 signed"],
)
async def test_firmware_is_fetched_whole_and_its_installation_followed(
    workshop: Workshop, ocpp: str, signed: dict[str, str]
) -> None:
    (workshop.folder / "firmware" / "new-1.2.bin").write_bytes(FIRMWARE)
    station = await workshop.simulated("CP-1", ocpp)
    begun = await workshop.told("firmware", identity="CP-1", file="new-1.2.bin", **signed)
    checksum = hashlib.sha256(FIRMWARE).hexdigest()
    assert begun["firmware"] == {"size": len(FIRMWARE), "sha256": checksum}

    job = await workshop.ended(begun["job"])
    said = [step for step in steps(job) if step != "(fetched)"]
    assert (job["state"], said) == ("done", ["Downloading", "Downloaded", "Installing", "Installed"])
    assert station.service.checksums.fetched == [checksum]


@pytest.mark.asyncio(loop_scope="function")
async def test_what_cannot_be_done_is_refused_before_or_told_after_the_station_was_asked(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with working(mongo, clock, tmp_path, files_mb=1) as workshop:
        assert "not connected" in await workshop.refused("diagnostics", identity="CP-1")
        assert "no station" in await workshop.refused("log", identity="CP-9")
        await workshop.simulated("CP-1", "1.6", Habits(log=bytes((1 << 20) + 1)))
        for name in ("missing.bin", "../stations.toml"):
            assert "there is no" in await workshop.refused("firmware", identity="CP-1", file=name)
        assert "not both" in await workshop.refused("firmware", identity="CP-1")

        begun = await workshop.told("diagnostics", identity="CP-1")
        job = await workshop.ended(begun["job"])
        assert (job["state"], steps(job)[-1], job["file"]) == ("failed", "UploadFailed", None)
        assert (await workshop.fetched(job["job"]))[0] == 404
        assert await asyncio.to_thread(workshop.cpo.admin.get, "/stations/jobs", station="CP-2") == []
        assert list((workshop.folder / "in").iterdir()) == []


async def test_a_station_that_says_no_ends_the_job_and_voids_its_address(workshop: Workshop) -> None:
    async with workshop.raw() as station:
        (frame,), told = await workshop.asked(station, "log", {"status": "Rejected"}, identity="CP-1")
        assert (told["state"], told["reason"]) == ("failed", "the station answered Rejected")
        url = frame[3]["log"]["remoteLocation"]
        assert url.startswith("https://")
        async with workshop.session.put(url, data=b"all the same") as answer:
            assert answer.status == 410
        assert told["job"] in [each["job"] for each in await workshop.seen("jobs")]
