"""What an operator orders at the admin port, with the station on the other side of a real socket."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError
from structlog.testing import capture_logs

from cpo_adapter.maintenance.configuration import AT_ONCE
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.maintenance.workshop import Workshop, working
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so

SECRET = "ABCDEF0123456789ABCDEF0123456789"


@pytest.fixture
async def workshop(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Workshop]:
    async with working(mongo, clock, tmp_path) as running:
        yield running


def key(name: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"key": name, "readonly": False, "value": value, **more}


def variable(name: str, value: str | None, status: str = "Accepted") -> dict[str, Any]:
    component, _, rest = name.partition(".")
    told = {"component": {"name": component}, "variable": {"name": rest}, "attributeStatus": status}
    return told if value is None else {**told, "attributeValue": value}


async def test_an_order_is_answered_in_the_stations_own_word(workshop: Workshop) -> None:
    async with workshop.raw() as station:
        (frame,), told = await workshop.asked(
            station, "availability", {"status": "Scheduled"}, identity="CP-1", operative=False, evse=1
        )
        assert frame[2:] == ["ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}]
        assert (told["outcome"], told["accepted"]) == ("Scheduled", True)
        _, told = await workshop.asked(station, "reset", {"status": "Rejected"}, identity="CP-1")
        assert (told["outcome"], told["accepted"]) == ("Rejected", False)
        unreadable: tuple[Any, ...] = ({}, [], {"status": 5})
        for broken in unreadable:
            _, told = await workshop.asked(station, "reset", broken, identity="CP-1")
            assert (told["outcome"], told["accepted"]) == ("nothing readable", False)
        assert "message" in await workshop.refused("trigger", identity="CP-1")
        assert "not connected" in await workshop.refused("reset", identity="CP-2")
        told = await workshop.told("report", identity="CP-1")
        assert told["state"] == "failed"
        assert "no words" in told["reason"]


async def test_nobody_is_told_to_ask_for_a_certificate_where_none_is_signed(workshop: Workshop) -> None:
    assert "CPO_STATION_AUTHORITY" in await workshop.refused("certificates/renew", identity="CP-1")
    assert await workshop.seen("certificates/issued") == []


async def test_a_configuration_is_shown_in_one_spelling(workshop: Workshop) -> None:
    """Missing values, unknown keys, three spellings of true, a whole number with a fraction (B-47)."""
    answer = {
        "configurationKey": [
            key("LocalPreAuthorize", "TRUE"),
            key("AuthorizeRemoteTxRequests", True),  # noqa: FBT003 - as some station tells it
            key("HeartbeatInterval", "60.0"),
            key("MeterValueSampleInterval", 60.0),
            key("ClockAlignedDataInterval"),
            key("Odd", " 1e3 "),
            {"value": "nameless"},
        ],
        "unknownKey": ["NotThere"],
    }
    async with workshop.raw() as station:
        (frame,), told = await workshop.asked(
            station, "configuration/get", answer, identity="CP-1", names=["LocalPreAuthorize", "NotThere"]
        )
    assert frame[2:] == ["GetConfiguration", {"key": ["LocalPreAuthorize", "NotThere"]}]
    assert {each["name"]: each["value"] for each in told["settings"]} == {
        "LocalPreAuthorize": "true",
        "AuthorizeRemoteTxRequests": "true",
        "HeartbeatInterval": "60",
        "MeterValueSampleInterval": "60",
        "ClockAlignedDataInterval": None,
        "Odd": "1e3",
    }
    assert told["unknown"] == ["NotThere"]


async def test_a_change_is_read_back_and_the_difference_told(workshop: Workshop) -> None:
    """Accepted, and nothing has changed (B-48); another spelling of the value is no difference."""
    wanted = {"identity": "CP-1", "name": "HeartbeatInterval", "value": "60"}
    async with workshop.raw() as station:
        for found, difference in (("300", "wanted '60', found '300'"), ("60.0", None)):
            frames, told = await workshop.asked(
                station,
                "configuration/set",
                {"status": "Accepted"},
                {"configurationKey": [key("HeartbeatInterval", found)]},
                **wanted,
            )
            assert [frame[2] for frame in frames] == ["ChangeConfiguration", "GetConfiguration"]
            assert (told["difference"], told["is_effective"]) == (difference, difference is None)
        _, told = await workshop.asked(station, "configuration/set", {"status": "Rejected"}, **wanted)
        assert (told["outcome"], told["is_effective"], told["difference"]) == ("Rejected", False, None)


async def test_variables_are_asked_for_as_many_at_once_as_the_station_takes(workshop: Workshop) -> None:
    names = [f"C.V{number}" for number in range(5)]

    def told_of(request: dict[str, Any]) -> dict[str, Any]:
        asked = [each["variable"]["name"] for each in request["getVariableData"]]
        results = [
            variable(f"C.{name}", None, "UnknownVariable") if name == "V4" else variable(f"C.{name}", "True")
            for name in asked
        ]
        return {"getVariableResult": results}

    limit = variable("DeviceDataCtrlr.ItemsPerMessage", "2")
    limit["variable"]["instance"] = "GetVariables"
    async with workshop.raw("CP-2", "ocpp2.0.1") as station:
        frames, told = await workshop.asked(
            station,
            "configuration/get",
            {"getVariableResult": [limit]},
            *[told_of] * 3,
            identity="CP-2",
            names=names,
        )
        assert [len(frame[3]["getVariableData"]) for frame in frames] == [1, 2, 2, 1]
        assert (told["settings"][0]["value"], told["unknown"]) == ("true", ["C.V4"])
        frames, told = await workshop.asked(
            station,
            "configuration/set",
            {"setVariableResult": [variable("C.V", None, "RebootRequired")]},
            {"getVariableResult": [variable("C.V", "1")]},
            identity="CP-2",
            name="C.V",
            value="2",
        )
        assert (told["outcome"], told["difference"]) == ("RebootRequired", "wanted '2', found '1'")
        assert "Component.Variable" in await workshop.refused(
            "configuration/get", identity="CP-2", names=["HeartbeatInterval"]
        )
        assert AT_ONCE.startswith("DeviceDataCtrlr")


async def test_a_key_that_a_station_shows_is_neither_shown_stored_nor_logged(
    workshop: Workshop, mongo: Mongo
) -> None:
    """In an answer, in a report that was asked for, and in one that was not (B-49)."""
    report = {
        "requestId": 1,
        "seqNo": 0,
        "generatedAt": "2026-01-01T00:00:00Z",
        "reportData": [
            {**variable("SecurityCtrlr.BasicAuthPassword", None), "variableAttribute": [{"value": SECRET}]}
        ],
    }
    with capture_logs() as logs:
        async with workshop.raw() as station:
            _, told = await workshop.asked(
                station,
                "configuration/get",
                {"configurationKey": [key("AuthorizationKey", SECRET), key("Other", "1")]},
                identity="CP-1",
            )
            assert [each["value"] for each in told["settings"]] == ["(not shown)", "1"]
            assert "rotate-key" in await workshop.refused(
                "configuration/set", identity="CP-1", name="AuthorizationKey", value=SECRET
            )
        async with workshop.raw("CP-2", "ocpp2.0.1") as station:
            _, begun = await workshop.asked(station, "report", {"status": "Accepted"}, identity="CP-2")
            for number in (begun["job"], begun["job"] + 1):
                assert (await station.call("NotifyReport", {**report, "requestId": number}))[0] == 3
            told = await workshop.seen(f"jobs/{begun['job']}/report")
            assert told["variables"][0]["value"] == "(not shown)"

    kept = []
    for name in ("station_notices", "station_report_parts", "station_jobs", "stations", "acts"):
        kept += [str(each) async for each in mongo.collection(name).find({})]
    assert any("BasicAuthPassword" in each for each in kept), "the rest of it is kept"
    assert SECRET not in "".join(kept) + json.dumps(logs, default=str)


async def test_a_report_that_never_ends_is_closed_with_what_came(
    workshop: Workshop, clock: ManualClock
) -> None:
    """40 parts, the first is 1, the second is missing, the last says that more is to come (B-50)."""
    async with workshop.raw("CP-2", "ocpp2.0.1") as station:
        (frame,), begun = await workshop.asked(station, "report", {"status": "Accepted"}, identity="CP-2")
        number = begun["job"]
        assert frame[2:] == ["GetBaseReport", {"requestId": number, "reportBase": "FullInventory"}]
        for seq in [1, *range(3, 41), 3]:
            row = {**variable(f"C.V{seq}", None), "variableAttribute": [{"value": str(seq)}]}
            part = {"requestId": number, "seqNo": seq, "generatedAt": "x", "tbc": True, "reportData": [row]}
            assert (await station.call("NotifyReport", part))[2] == {}
        assert (await workshop.seen(f"jobs/{number}"))["state"] == "going on"

        async def is_closed() -> bool:
            await clock.advance(seconds=30)
            return bool((await workshop.seen(f"jobs/{number}"))["state"] == "incomplete")

        await eventually_so(is_closed)
        told = await workshop.seen(f"jobs/{number}/report")
    assert told["reason"] == "parts missing: [2]"
    assert [each["value"] for each in told["variables"]] == ["1", *map(str, range(3, 41))]


async def test_a_report_of_whose_parts_none_is_missing_is_done_at_the_last(workshop: Workshop) -> None:
    async with workshop.raw("CP-2", "ocpp2.0.1") as station:
        _, begun = await workshop.asked(
            station, "customer", {"status": "Accepted"}, identity="CP-2", uid="CARD", erase=True
        )
        for seq, more in ((1, False), (0, True)):
            part = {
                "requestId": begun["job"],
                "seqNo": seq,
                "generatedAt": "x",
                "tbc": more,
                "data": f"{seq}",
            }
            await station.call("NotifyCustomerInformation", part)
        told = await workshop.seen(f"jobs/{begun['job']}/report")
    assert (told["state"], [each["data"] for each in told["told"]]) == ("done", ["0", "1"])


async def test_a_station_of_2_x_is_raised_by_another_way_to_us_before_its_own(workshop: Workshop) -> None:
    """A05: the old way stays open until it came by the new one."""
    priority = "OCPPCommCtrlr.NetworkConfigurationPriority"
    async with workshop.raw("CP-2", "ocpp2.0.1") as station:
        frames, told = await workshop.asked(
            station,
            "raise_profile",
            {"getVariableResult": [variable(priority, "1")]},
            {"status": "Accepted"},
            {"setVariableResult": [variable(priority, None, "RebootRequired")]},
            identity="CP-2",
            profile=2,
        )
        assert [frame[2] for frame in frames] == ["GetVariables", "SetNetworkProfile", "SetVariables"]
        way = frames[1][3]
        assert (way["configurationSlot"], way["connectionData"]["securityProfile"]) == (2, 2)
        assert way["connectionData"]["ocppCsmsUrl"] == f"wss{workshop.cpo.urls['stations_tls'][5:]}/ocpp"
        assert frames[2][3]["setVariableData"][0]["attributeValue"] == "2,1"
        assert told["outcome"] == "Accepted"
        assert told["reason"] == "it comes by the new profile once it is reset"
    async with workshop.raw("CP-2", "ocpp2.0.1"):
        pass
    await workshop.simulated("CP-2", "2.0.1")
    with pytest.raises(WSServerHandshakeError, match="401"):
        async with workshop.raw("CP-2", "ocpp2.0.1"):
            pass


@pytest.mark.parametrize(
    "answers",
    [
        ({"getVariableResult": []}, {"status": "Rejected"}),
        (
            {"getVariableResult": [variable("OCPPCommCtrlr.NetworkConfigurationPriority", "1")]},
            {"status": "Accepted"},
            {"setVariableResult": [variable("C.V", None, "Rejected")]},
        ),
    ],
    ids=["the way", "the order of ways"],
)
async def test_a_station_of_2_x_that_rejects_it_keeps_its_profile(workshop: Workshop, answers: Any) -> None:
    async with workshop.raw("CP-2", "ocpp2.0.1") as station:
        _, told = await workshop.asked(station, "raise_profile", *answers, identity="CP-2", profile=2)
    assert told["outcome"] == "Rejected"
    for port in ("stations_tls", "stations"):
        async with workshop.raw("CP-2", "ocpp2.0.1", port=port):
            pass


async def test_of_several_things_the_first_that_was_not_done_is_told(workshop: Workshop) -> None:
    results = [{"id": 1, "status": "Accepted"}, {"id": 2, "status": "NotFound"}]
    async with workshop.raw("CP-2", "ocpp2.0.1") as station:
        (frame,), told = await workshop.asked(
            station,
            "monitoring/clear",
            {"clearMonitoringResult": results},
            identity="CP-2",
            monitors=[1, 2],
        )
    assert frame[2:] == ["ClearVariableMonitoring", {"id": [1, 2]}]
    assert (told["outcome"], told["accepted"]) == ("NotFound", False)


async def test_a_customer_who_is_only_forgotten_is_not_waited_for(workshop: Workshop) -> None:
    async with workshop.raw("CP-2", "ocpp2.0.1") as station:
        (frame,), told = await workshop.asked(
            station, "customer", {"status": "Accepted"}, identity="CP-2", uid="C", erase=True, report=False
        )
        assert (frame[3]["report"], frame[3]["clear"], told["state"]) == (False, True, "done")
    (job,) = await workshop.seen("jobs")
    assert job["state"] == "done"


async def test_a_station_of_2_x_is_not_sent_to_an_address_without_tls(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with working(mongo, clock, tmp_path, stations_url="ws://cpo.example/ocpp") as workshop:
        async with workshop.raw("CP-2", "ocpp2.0.1") as station:
            refused = await workshop.refused("raise_profile", identity="CP-2", profile=2)
            assert "CPO_STATIONS_URL" in refused
            assert await station.hears_nothing()
        for port in ("stations_tls", "stations"):
            async with workshop.raw("CP-2", "ocpp2.0.1", port=port):
                pass
