"""A limit that a station keeps by itself, and whether it is seen to, in every version over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.smart_charging import fallback
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.sessions.charging import STATIONS, Charging, running_charging
from tests.cpo_adapter.smart_charging.test_bounds import answer, bounds, schedule_in
from tests.fakes.eventually import eventually_so


@pytest.fixture
async def charging(mongo: Mongo, tmp_path: Path) -> AsyncIterator[Charging]:
    stations = STATIONS.replace('identity = "CP-1"', 'identity = "CP-1"\nfallback_a = 10')
    async with running_charging(mongo, tmp_path, stations=stations) as running:
        yield running


async def checked(charging: Charging, *answers: Coroutine[Any, Any, Any]) -> tuple[Any, list[Any]]:
    """What the operator is told who has it looked at, and what the station was sent meanwhile."""
    async with asyncio.TaskGroup() as tasks:
        row = tasks.create_task(asyncio.to_thread(_check, charging))
        sent = [await each for each in answers]
    return row.result(), sent


async def shown(station: RawStation, periods: list[dict[str, Any]]) -> None:
    """What limits charging, as a 1.6 station says."""
    schedule = {"duration": 60, "chargingRateUnit": "W", "chargingSchedulePeriod": periods}
    told = {"status": "Accepted", "connectorId": 1, "chargingSchedule": schedule}
    asked = await answer(station, "GetCompositeSchedule", told)
    assert asked["connectorId"] == 1


async def reported(station: RawStation, limit: float | None) -> None:
    """Which profile a 2.x station keeps; the report may come first."""
    asked = await station.hear()
    assert (asked[2], asked[3]["chargingProfile"]) == ("GetChargingProfiles", {"chargingProfileId": [1]})
    if limit is None:
        await station.socket.send_json([3, asked[1], {"status": "NoProfiles"}])
        return
    schedule = {
        "id": 1,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    }
    profile = {
        "id": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": [schedule],
    }
    report = {
        "requestId": asked[3]["requestId"],
        "chargingLimitSource": "CSO",
        "evseId": 0,
        "chargingProfile": [profile],
    }
    await station.say(json.dumps([2, "report", "ReportChargingProfiles", report]))
    assert (await station.hear())[1] == "report"
    await station.socket.send_json([3, asked[1], {"status": "Accepted"}])


async def test_a_station_of_1_6_is_limited_and_its_schedule_looked_at(charging: Charging) -> None:
    """In its own unit. A station that shows nothing outside of a charge is not believed to keep none."""
    async with charging.station() as station:
        first, (_, sent, _) = await checked(
            charging,
            answer(station, *bounds("1.6", "W", "1")),
            answer(station, "SetChargingProfile", {"status": "Accepted"}),
            shown(station, [{"startPeriod": 0, "limit": -1}]),
        )
        row, _ = await checked(charging, shown(station, [{"startPeriod": 0, "limit": 6900}]))

    profile = sent["csChargingProfiles"]
    assert (sent["connectorId"], profile["chargingProfilePurpose"]) == (0, "TxDefaultProfile")
    assert (profile["chargingProfileKind"], "startSchedule" in schedule_in(sent)) == ("Relative", False)
    assert schedule_in(sent)["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 6900.0}]
    assert first["standing"] == "accepted, and the station does not show it"
    assert (row["standing"], row["amperes"]) == ("verified", 10)


@pytest.mark.parametrize(
    ("ocpp", "purpose", "place"),
    [
        ("1.6", "ChargePointMaxProfile", "connectorId"),
        ("2.0.1", "ChargingStationMaxProfile", "evseId"),
        ("2.1", "ChargingStationMaxProfile", "evseId"),
    ],
)
async def test_a_station_is_limited_as_a_whole_where_the_inventory_says_so(
    mongo: Mongo, tmp_path: Path, ocpp: str, purpose: str, place: str
) -> None:
    """By the profile that each version has for all its connectors together; here it refuses it."""
    whole = 'identity = "CP-1"\nfallback_a = 10\nfallback_purpose = "ChargePointMaxProfile"'
    stations = STATIONS.replace('identity = "CP-1"', whole)
    async with (
        running_charging(mongo, tmp_path, stations=stations) as charging,
        charging.station(f"ocpp{ocpp}") as station,
    ):
        row, (_, sent) = await checked(
            charging,
            answer(station, *bounds(ocpp, "A", "8")),
            answer(station, "SetChargingProfile", {"status": "Rejected"}),
        )

    profile = sent["csChargingProfiles" if ocpp == "1.6" else "chargingProfile"]
    assert (sent[place], profile["chargingProfilePurpose"]) == (0, purpose)
    assert schedule_in(sent)["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 10.0}]
    assert row["purpose"] == "ChargePointMaxProfile"


@pytest.mark.parametrize("ocpp", ["2.0.1", "2.1"])
async def test_a_station_of_2_x_is_asked_for_the_profile_itself(charging: Charging, ocpp: str) -> None:
    """It is set again when it is gone, and not otherwise."""
    async with charging.station(f"ocpp{ocpp}") as station:
        accepted = "SetChargingProfile", {"status": "Accepted"}
        first, (_, sent, _) = await checked(
            charging,
            answer(station, *bounds(ocpp, "A,W", "8")),
            answer(station, *accepted),
            reported(station, 10),
        )
        again, _ = await checked(charging, reported(station, 10))
        row, _ = await checked(
            charging, reported(station, None), answer(station, *accepted), reported(station, 16)
        )

    assert (sent["evseId"], sent["chargingProfile"]["chargingProfilePurpose"]) == (0, "TxDefaultProfile")
    assert schedule_in(sent)["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 10.0}]
    assert (first["standing"], again["standing"]) == ("verified", "verified")
    assert first["set_at"].startswith(again["set_at"][:23])
    assert row["standing"] == "the station keeps another"


async def test_a_station_that_comes_is_limited_and_shown_if_it_refuses(
    charging: Charging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallback, "AFTER_S", 0.2)

    async def is_refused() -> bool:
        listed = await asyncio.to_thread(charging.cpo.admin.get, "/fallbacks")
        return [each["standing"] for each in listed] == ["refused"]

    async with charging.station("ocpp2.0.1") as station:
        asked = await station.hear()
        await station.socket.send_json([4, asked[1], "NotImplemented", "", {}])
        await answer(station, "SetChargingProfile", {"status": "Rejected"})
        await eventually_so(is_refused)
    row, _ = await checked(charging)

    assert row["standing"] == "the station could not be asked"


def _check(charging: Charging) -> Any:
    return charging.cpo.admin.post("/fallbacks/check", {"identity": "CP-1"})
