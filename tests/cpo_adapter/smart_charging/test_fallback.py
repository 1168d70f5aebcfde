"""A limit that a station keeps by itself, and whether it is seen to, in every version over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from cpo_adapter.smart_charging import fallback
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.sessions.charging import STATIONS, Charging, running_charging
from tests.cpo_adapter.smart_charging.test_bounds import answer, bounds, schedule_in
from tests.fakes.eventually import eventually_so
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP

_SITE, _STATION = STATIONS.split("[[sites.stations]]")
_FOR_ALL = '\nfallback_purpose = "ChargePointMaxProfile"'
_WHOLE = {"1.6": "WHOLE-1", "2.0.1": "WHOLE-2", "2.1": "WHOLE-3"}
_PLAIN = [f"CP-{number}" for number in range(1, 9)]


def _inventory(limited: dict[str, str]) -> str:
    """Stations by what their limit says more."""
    each_of_them = (
        _STATION.replace('"CP-1"', f'"{identity}"\nfallback_a = 10{more}')
        for identity, more in limited.items()
    )
    return _SITE + "".join("[[sites.stations]]" + each for each in each_of_them)


@dataclass(frozen=True, slots=True)
class Limited:
    """A station that nobody else has."""

    charging: Charging
    identity: str

    def station(self, protocol: str = "ocpp1.6") -> AbstractAsyncContextManager[RawStation]:
        return self.charging.station(protocol, identity=self.identity)

    async def is_refused(self) -> bool:
        """As the operator is shown."""
        listed = await asyncio.to_thread(self.charging.cpo.admin.get, "/fallbacks")
        return [each["standing"] for each in listed if each["identity"] == self.identity] == ["refused"]

    def check(self) -> Any:
        return self.charging.cpo.admin.post("/fallbacks/check", {"identity": self.identity})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def charging(mongo_of_file: Mongo, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Charging]:
    stations = dict.fromkeys(_PLAIN, "") | dict.fromkeys(_WHOLE.values(), _FOR_ALL)
    folder = tmp_path_factory.mktemp("cpo")
    async with running_charging(mongo_of_file, folder, stations=_inventory(stations)) as running:
        yield running


@pytest.fixture(scope="module")
def free() -> Iterator[str]:
    return iter(_PLAIN)


@pytest.fixture
def limited(charging: Charging, free: Iterator[str]) -> Limited:
    return Limited(charging, next(free))


async def checked(limited: Limited, *answers: Coroutine[Any, Any, Any]) -> tuple[Any, list[Any]]:
    """What the operator is told who has it looked at, and what the station was sent meanwhile."""
    async with asyncio.TaskGroup() as tasks:
        row = tasks.create_task(asyncio.to_thread(limited.check))
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


async def test_a_station_of_1_6_is_limited_and_its_schedule_looked_at(limited: Limited) -> None:
    """In its own unit. A station that shows nothing outside of a charge is not believed to keep none."""
    async with limited.station() as station:
        first, (_, sent, _) = await checked(
            limited,
            answer(station, *bounds("1.6", "W", "1")),
            answer(station, "SetChargingProfile", {"status": "Accepted"}),
            shown(station, [{"startPeriod": 0, "limit": -1}]),
        )
        row, _ = await checked(limited, shown(station, [{"startPeriod": 0, "limit": 6900}]))

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
    charging: Charging, ocpp: str, purpose: str, place: str
) -> None:
    """By the profile that each version has for all its connectors together; here it refuses it."""
    limited = Limited(charging, _WHOLE[ocpp])
    async with limited.station(f"ocpp{ocpp}") as station:
        row, (_, sent) = await checked(
            limited,
            answer(station, *bounds(ocpp, "A", "8")),
            answer(station, "SetChargingProfile", {"status": "Rejected"}),
        )

    profile = sent["csChargingProfiles" if ocpp == "1.6" else "chargingProfile"]
    assert (sent[place], profile["chargingProfilePurpose"]) == (0, purpose)
    assert schedule_in(sent)["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 10.0}]
    assert row["purpose"] == "ChargePointMaxProfile"


@pytest.mark.parametrize("ocpp", ["2.0.1", "2.1"])
async def test_a_station_of_2_x_is_asked_for_the_profile_itself(limited: Limited, ocpp: str) -> None:
    """It is set again when it is gone, and not otherwise."""
    async with limited.station(f"ocpp{ocpp}") as station:
        accepted = "SetChargingProfile", {"status": "Accepted"}
        first, (_, sent, _) = await checked(
            limited,
            answer(station, *bounds(ocpp, "A,W", "8")),
            answer(station, *accepted),
            reported(station, 10),
        )
        again, _ = await checked(limited, reported(station, 10))
        row, _ = await checked(
            limited, reported(station, None), answer(station, *accepted), reported(station, 16)
        )

    assert (sent["evseId"], sent["chargingProfile"]["chargingProfilePurpose"]) == (0, "TxDefaultProfile")
    assert schedule_in(sent)["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 10.0}]
    assert (first["standing"], again["standing"]) == ("verified", "verified")
    assert first["set_at"].startswith(again["set_at"][:23])
    assert row["standing"] == "the station keeps another"


async def test_a_station_that_comes_is_limited_and_shown_if_it_refuses(
    limited: Limited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallback, "AFTER_S", 0.2)

    async with limited.station("ocpp2.0.1") as station:
        asked = await station.hear()
        await station.socket.send_json([4, asked[1], "NotImplemented", "", {}])
        await answer(station, "SetChargingProfile", {"status": "Rejected"})
        await eventually_so(limited.is_refused)
    row, _ = await checked(limited)

    assert row["standing"] == "the station could not be asked"
