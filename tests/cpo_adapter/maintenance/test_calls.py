"""What an operator calls in OCPP's own words, at a real station's socket, and what comes of it afterwards.

One adapter and one station of 2.1 for all tests of the file. Issue 6, item 3.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest
import pytest_asyncio

from cpo_adapter.maintenance.calling import FOLLOWED, REQUEST
from cpo_adapter.ocpp import validation
from cpo_adapter.ocpp.message_table import SPOKEN
from cpo_adapter.ocpp.orders import Answer
from cpo_adapter.ocpp.validation import Part
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.maintenance.workshop import Workshop, working
from tests.cpo_adapter.ocpp.sampled import full
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.lent import SHARED_LOOP
from tests.passerelle.commands import commands_to

pytestmark = SHARED_LOOP
CALLED = [
    (spoken.version, action)
    for spoken in SPOKEN
    for action, effect in spoken.said.items()
    if effect.command == "stations call"
]
CARD = {"idToken": "CARD", "type": "ISO14443"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def workshop(mongo_of_file: Mongo, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workshop]:
    async with working(mongo_of_file, ManualClock(), tmp_path_factory.mktemp("cpo")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def station(workshop: Workshop) -> AsyncIterator[RawStation]:
    async with workshop.raw("CP-1", "ocpp2.1") as station:
        yield station


async def called(
    workshop: Workshop, station: RawStation, action: str, answer: dict[str, Any], **payload: Any
) -> tuple[dict[str, Any], Any]:
    """What the station heard, and what the operator did."""
    (frame,), told = await workshop.asked(
        station, "call", answer, identity="CP-1", action=action, payload=payload
    )
    assert frame[2] == action
    return frame[3], told


async def is_void(workshop: Workshop, address: str) -> bool:
    async with workshop.session.get(address) as answer:
        return answer.status == HTTPStatus.GONE


async def is_fetched(workshop: Workshop, job: int) -> bool:
    return bool((await workshop.seen(f"jobs/{job}"))["steps"])


async def notices(workshop: Workshop, action: str) -> list[Any]:
    listed = await asyncio.to_thread(
        workshop.cpo.admin.get, "/stations/notices", station="CP-1", action=action
    )
    return [json.loads(each["frame"])[3] for each in listed]


@pytest.mark.parametrize(("version", "action"), CALLED)
async def test_a_call_reaches_the_station_and_its_answer_the_operator(
    workshop: Workshop, station: RawStation, version: str, action: str
) -> None:
    assert version == "2.1"
    payload = full(validation.schema("v21", action, Part.REQUEST))
    answer = full(validation.schema("v21", action, Part.RESPONSE))
    if action in FOLLOWED:
        del payload[REQUEST]
    heard, told = await called(workshop, station, action, answer, **payload)
    number = {REQUEST: told["job"]} if action in FOLLOWED else {}
    assert heard == {**payload, **number}
    assert (told["identity"], told["action"], told["told"]) == ("CP-1", action, answer)
    assert told["outcome"] == (Answer(answer).status or "Accepted")
    assert told["accepted"] is Answer(answer).is_accepted


async def test_an_answer_that_is_none_or_partly_a_no_and_a_call_error_are_told_as_such(
    workshop: Workshop, station: RawStation
) -> None:
    _, told = await called(workshop, station, "GetTariffs", {"status": 7}, evseId=1)
    assert (told["outcome"], told["accepted"]) == ("nothing readable", False)
    cleared = [{"status": "Accepted"}, {"status": "NoTariff"}]
    _, told = await called(workshop, station, "ClearTariffs", {"clearTariffsResult": cleared})
    assert (told["outcome"], told["accepted"]) == ("NoTariff", False)
    body = {"identity": "CP-1", "action": "GetTariffs", "payload": {"evseId": 1}}
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(workshop.told("call", **body))
        frame = await station.hear()
        await station.say(json.dumps([4, frame[1], "NotSupported", "", {}]))
    told = asking.result()
    assert (told["outcome"], told["reason"], told["accepted"]) == (None, "NotSupported", False)


async def test_a_wrong_payload_is_refused_with_the_pointer_and_never_sent(
    workshop: Workshop, station: RawStation
) -> None:
    for action, payload, told in (
        ("GetTariffs", {}, "/payload/evseId is required"),
        ("GetTariffs", {"evseId": 1, "evse_id": 1}, "/payload/evse_id is not a key of this message"),
        ("GetDERControl", {"isDefault": "yes"}, "/payload/isDefault must be true or false"),
        ("GetDERControl", {"requestId": 7}, "/payload/requestId is given here: leave it out"),
        ("AFRRSignal", {"timestamp": "now", "signal": 1}, "/payload/timestamp must be a date and time"),
        ("AFRRSignal", [], "/payload Input should be a valid dictionary"),
    ):
        assert told in await workshop.refused("call", identity="CP-1", action=action, payload=payload)
    assert await station.hears_nothing()


async def test_what_is_sent_otherwise_is_refused_with_the_name_of_what_sends_it(
    workshop: Workshop, station: RawStation
) -> None:
    for action, told in (
        ("Reset", "`passerelle stations reset` sends it"),
        ("UsePriorityCharging", "`passerelle stations priority` sends it"),
        ("PublishFirmware", "`passerelle stations publish-firmware` sends it"),
        ("RequestStartTransaction", "START_SESSION"),
        ("SetChargingProfile", "the ChargingProfiles module"),
        ("SendLocalList", "lists of cards that stations keep"),
        ("BootNotification", "has no BootNotification to tell it"),
    ):
        assert told in await workshop.refused("call", identity="CP-1", action=action)
    assert await station.hears_nothing()


async def test_a_station_that_is_not_there_or_too_old_is_told_of(workshop: Workshop) -> None:
    wanted = {"action": "GetTariffs", "payload": {"evseId": 1}}
    assert "there is no station CP-9" in await workshop.refused("call", identity="CP-9", **wanted)
    assert "CP-2 is not connected" in await workshop.refused("call", identity="CP-2", **wanted)
    for protocol in ("ocpp1.6", "ocpp2.0.1"):
        async with workshop.raw("CP-2", protocol) as old:
            assert "has no GetTariffs" in await workshop.refused("call", identity="CP-2", **wanted)
            assert await old.hears_nothing()


async def test_the_grids_settings_that_were_asked_for_are_found_under_their_request(
    workshop: Workshop, station: RawStation
) -> None:
    heard, told = await called(workshop, station, "GetDERControl", {"status": "Accepted"}, isDefault=True)
    number = told["job"]
    assert heard == {"requestId": number, "isDefault": True}
    limit = {"priority": 0, "pctMaxDischargePower": 50}
    control = {"id": "1", "isDefault": True, "isSuperseded": False, "limitMaxDischarge": limit}
    for part in ({"tbc": True, "limitMaxDischarge": [control]}, {"tbc": False}):
        assert (await station.call("ReportDERControl", {"requestId": number, **part}))[2] == {}
    job = await workshop.seen(f"jobs/{number}/report")
    assert (job["state"], job["about"]) == ("done", "GetDERControl")
    assert [each.get("limitMaxDischarge") for each in job["told"]] == [[control], None]


async def test_a_report_that_nobody_asked_for_is_kept_as_a_notice(
    workshop: Workshop, station: RawStation
) -> None:
    stray = {"requestId": 2**31 - 1, "freqDroop": []}
    assert (await station.call("ReportDERControl", stray))[2] == {}
    assert stray in await notices(workshop, "ReportDERControl")


@pytest.mark.parametrize(("last", "state"), [("BatteryOut", "done"), ("BatteryOutTimeout", "failed")])
async def test_a_battery_swap_that_was_asked_for_is_followed_to_its_end(
    workshop: Workshop, station: RawStation, last: str, state: str
) -> None:
    _, told = await called(workshop, station, "RequestBatterySwap", {"status": "Accepted"}, idToken=CARD)
    number = told["job"]
    for moment in ("BatteryIn", last):
        assert (await workshop.seen(f"jobs/{number}"))["state"] == "going on"
        swap = {"requestId": number, "eventType": moment, "idToken": CARD, "batteryData": []}
        assert (await station.call("BatterySwap", swap))[2] == {}
    job = await workshop.seen(f"jobs/{number}")
    assert (job["kind"], job["state"]) == ("battery swap", state)
    assert [step["status"] for step in job["steps"]] == ["BatteryIn", last]


async def test_what_a_station_says_no_to_leaves_a_job_that_says_so(
    workshop: Workshop, station: RawStation
) -> None:
    _, told = await called(workshop, station, "GetDERControl", {"status": "NotSupported"})
    job = await workshop.seen(f"jobs/{told['job']}")
    assert (job["state"], job["reason"]) == ("failed", "the station answered NotSupported")


async def test_priority_is_asked_for_and_what_the_station_makes_of_it_is_shown(
    workshop: Workshop, station: RawStation
) -> None:
    wanted = {"identity": "CP-1", "transaction": "T-1", "first": True}
    (frame,), told = await workshop.asked(station, "priority", {"status": "NoProfile"}, **wanted)
    assert frame[2:] == ["UsePriorityCharging", {"transactionId": "T-1", "activate": True}]
    assert (told["outcome"], told["accepted"]) == ("NoProfile", False)
    said = {"transactionId": "T-1", "activated": True}
    assert (await station.call("NotifyPriorityCharging", said))[2] == {}
    assert await notices(workshop, "NotifyPriorityCharging") == [said]
    with pytest.raises(Exception, match="name the station"):
        await workshop.seen("notices")


async def test_firmware_is_fetched_by_a_local_controller_once_and_where_it_is_offered_is_told(
    workshop: Workshop,
) -> None:
    firmware = bytes(range(256)) * 40
    (workshop.folder / "firmware" / "lc-1.bin").write_bytes(firmware)
    md5 = hashlib.md5(firmware, usedforsecurity=False).hexdigest()
    places = ["http://10.0.0.2/lc-1.bin", "ftp://10.0.0.2/lc-1.bin"]
    async with workshop.raw("CP-2", "ocpp2.0.1") as controller:
        (frame,), begun = await workshop.asked(
            controller, "publish_firmware", {"status": "Accepted"}, identity="CP-2", file="lc-1.bin"
        )
        number, asked = begun["job"], frame[3]
        assert (frame[2], asked["requestId"], asked["checksum"]) == ("PublishFirmware", number, md5)
        assert begun["about"] == f"lc-1.bin, MD5 {md5}"
        assert asked["location"].startswith("https://")
        async with workshop.session.get(asked["location"]) as answer:
            assert (answer.status, await answer.read()) == (200, firmware)
        await eventually_so(partial(is_void, workshop, asked["location"]))
        await eventually_so(partial(is_fetched, workshop, number))
        said = {"requestId": number}
        for told in ({"status": "ChecksumVerified"}, {"status": "Published", "location": places}):
            assert (await controller.call("PublishFirmwareStatusNotification", said | told))[2] == {}
        job = await workshop.ended(number)
        assert (job["kind"], job["state"]) == ("firmware publication", "done")
        steps = [(step["status"], step["detail"]) for step in job["steps"]]
        assert steps == [("(fetched)", ""), ("ChecksumVerified", ""), ("Published", " ".join(places))]

        (frame,), told = await workshop.asked(
            controller, "unpublish_firmware", {"status": "Unpublished"}, identity="CP-2", md5=md5
        )
        assert (frame[2:], told["accepted"]) == (["UnpublishFirmware", {"checksum": md5}], True)
        assert "/md5" in await workshop.refused("unpublish_firmware", identity="CP-2", md5="x")
        assert "there is no 'none.bin'" in await workshop.refused(
            "publish_firmware", identity="CP-2", file="none.bin"
        )


async def test_the_command_prints_the_answer_or_one_line_and_an_exit_code(
    workshop: Workshop, station: RawStation
) -> None:
    passerelle = commands_to(workshop.cpo, workshop.folder.parent, "CPO")
    words = ("stations", "call", "CP-1", "GetTariffs")
    answer = {"status": "Accepted", "tariffAssignments": [{"tariffId": "T", "tariffKind": "DefaultTariff"}]}
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(passerelle(*words, '{"evseId": 0}'))
        frame = await station.hear()
        await station.say(json.dumps([3, frame[1], answer]))
    done = running.result()
    said, _, more = done.stdout.partition("\n")
    assert (done.returncode, said) == (0, "the station answered Accepted")
    assert json.loads(more) == {"tariffAssignments": answer["tariffAssignments"]}

    for payload, code, told in (
        ("{}", 1, "passerelle: the payload is not what the message wants; /payload/evseId is required\n"),
        ('{"evseId": NaN}', 2, "passerelle: the payload is no JSON"),
    ):
        refused = await passerelle(*words, payload)
        assert (refused.returncode, refused.stderr.count("\n")) == (code, 1)
        assert refused.stderr.startswith(told)
