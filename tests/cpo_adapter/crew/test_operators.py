"""An operator may ask either of two processes, wherever the station is. Issue: several at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, WSServerHandshakeError

from cpo_adapter.crew import favours
from cpo_adapter.ocpp.limits import FOR_AN_IDENTITY
from cpo_adapter.smart_charging import fallback
from ocpi.process.clock import SystemClock
from ocpi.process.tasks import Supervisor
from tests.cpo_adapter.commands.ordering import later
from tests.cpo_adapter.crew.twins import Twins, from_elsewhere, running_twins
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.sessions.charging import STATIONS
from tests.cpo_adapter.smart_charging.test_bounds import bounds
from tests.fakes.eventually import PATIENCE_S, eventually_so
from tests.lent import SHARED_LOOP
from tests.platforms import Running

pytestmark = SHARED_LOOP

PASSWORD = b"a password of an installer"
TARIFF: dict[str, Any] = {
    "id": "NIGHT",
    "currency": "EUR",
    "tax_included": "NO",
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.2, "step_size": 1}]}],
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def twins(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Twins]:
    async with running_twins(mongo_url, tmp_path_factory.mktemp("twins")) as running:
        yield running


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow process is waited for."""
    monkeypatch.setattr(favours, "WITHIN_S", PATIENCE_S)


async def test_who_knocked_at_either_process_is_listed_at_both_and_counted_once(twins: Twins) -> None:
    for at in (twins.first, twins.second, twins.first):
        assert not await twins.comes_in(at, "STRANGER", PASSWORD)

    for at in (twins.first, twins.second):
        await eventually_so(partial(is_listed, twins, at, "STRANGER", times=3))
    knock = await twins.knock(twins.second, "STRANGER")
    assert (knock["why"], knock["address"], knock["can_be_adopted"]) == ("unknown", "127.0.0.1", True)


async def is_listed(twins: Twins, at: Running, identity: str, *, times: int = 1) -> bool:
    knock = await twins.knock(at, identity)
    return knock is not None and knock["times"] == times


async def test_who_is_adopted_at_one_process_is_let_in_by_the_other_at_its_next_knock(twins: Twins) -> None:
    """B-6; where it knocked and where it comes to are all the same."""
    assert not await twins.comes_in(twins.second, "NEW-1", PASSWORD)
    await eventually_so(lambda: is_listed(twins, twins.first, "NEW-1"))

    await twins.told(twins.first, "/stations/adopt", identity="NEW-1")
    assert await twins.comes_in(twins.second, "NEW-1", PASSWORD)
    assert await twins.comes_in(twins.first, "NEW-1", PASSWORD)
    for at in (twins.first, twins.second):
        assert await twins.knock(at, "NEW-1") is None


async def test_a_new_key_is_good_at_every_process_before_its_station_is_told(twins: Twins) -> None:
    """Many come again at once, and whichever process then answers the port."""
    async with twins.line(twins.first, "CP-2") as station, asyncio.TaskGroup() as tasks:
        tasks.create_task(twins.told(twins.first, "/stations/rotate_key", identity="CP-2"))
        asked = await station.hear()
        assert asked[2] == "ChangeConfiguration"
        assert await twins.comes_in(twins.second, "CP-2", bytes.fromhex(asked[3]["value"]))
        await station.socket.close()


async def test_a_fallback_profile_is_checked_by_the_process_that_has_the_station(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report of a profile comes over the station's own connection alone."""
    monkeypatch.setattr(fallback, "AFTER_S", 3600.0)
    async with (
        twins.line(twins.second, "CP-3", protocol="ocpp2.0.1") as station,
        Supervisor(name="station", clock=SystemClock()) as supervisor,
    ):
        await twins.is_known_at(twins.first, "CP-3")
        supervisor.start("obeys", partial(keeps_its_profile, station))
        row = await twins.told(twins.first, "/fallbacks/check", identity="CP-3")

    assert (row["identity"], row["standing"], row["amperes"]) == ("CP-3", "verified", 10)
    assert row in await twins.listed(twins.second, "/fallbacks")


async def keeps_its_profile(station: RawStation) -> None:
    """A station of 2.x that is given one, and reports it."""
    answers = dict([bounds("2.0.1", "A", "8")], SetChargingProfile={"status": "Accepted"})
    while True:
        asked = await station.hear()
        if asked[0] == 3:
            continue  # our report was heard
        if asked[2] == "GetChargingProfiles":
            await station.say(json.dumps([2, "report", "ReportChargingProfiles", report(asked[3])]))
            await station.say(json.dumps([3, asked[1], {"status": "Accepted"}]))
        elif asked[2] in answers:
            await station.say(json.dumps([3, asked[1], answers[asked[2]]]))
        else:
            await station.say(json.dumps([4, asked[1], "NotSupported", "", {}]))


def report(asked: dict[str, Any]) -> dict[str, Any]:
    periods = [{"startPeriod": 0, "limit": 10}]
    profile = {
        "id": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": [{"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": periods}],
    }
    return {
        "requestId": asked["requestId"],
        "chargingLimitSource": "CSO",
        "evseId": 0,
        "chargingProfile": [profile],
    }


async def test_a_fallback_profile_that_nobody_wants_is_unknown_at_both(twins: Twins) -> None:
    with pytest.raises(Exception, match="names no fallback"):
        await twins.told(twins.first, "/fallbacks/check", identity="NOBODY")


async def test_the_error_of_a_clock_is_told_by_either_process(twins: Twins) -> None:
    async with twins.line(twins.second, "CP-4") as station:
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        await station.call("StatusNotification", {**status, "timestamp": later(hours=-1)})

        for at in (twins.first, twins.second):
            await eventually_so(partial(is_behind, twins, at))


async def is_behind(twins: Twins, at: Running) -> bool:
    error_s = (await twins.station(at, "CP-4"))["clock_error_s"]
    return error_s is not None and abs(error_s + 3600) < PATIENCE_S


async def test_a_station_that_was_there_twice_is_shown_by_either_process(twins: Twins) -> None:
    async with twins.line(twins.second, "CP-5") as older, twins.line(twins.second, "CP-5"):
        assert await older.close_code() == 1001

    for at in (twins.first, twins.second):
        await eventually_so(partial(was_there_twice, twins, at))


async def was_there_twice(twins: Twins, at: Running) -> bool:
    return (await twins.station(at, "CP-5"))["seen_twice_at"] is not None


async def test_a_site_that_one_process_was_told_of_is_known_to_the_other(twins: Twins) -> None:
    site = STATIONS.replace("GARE", "PORT").replace("CP-1", "CP-PORT").replace(KEY_LINE, "")
    await twins.told(twins.first, "/inventory", file="s.toml", text=site)
    assert "PORT" in [each["id"] for each in await twins.listed(twins.second, "/inventory")]

    password = (await twins.told(twins.first, "/stations/add", identity="CP-PORT"))["password"]
    assert await twins.comes_in(twins.second, "CP-PORT", password.encode())
    await twins.told(twins.second, "/inventory/remove", site="PORT")
    assert "PORT" not in [each["id"] for each in await twins.listed(twins.first, "/inventory")]


KEY_LINE = next(line for line in STATIONS.splitlines(keepends=True) if line.startswith("key ="))


async def test_a_tariff_that_one_process_was_told_of_is_known_to_the_other(twins: Twins) -> None:
    await twins.told(twins.first, "/tariffs", tariffs=[TARIFF])
    assert [each["id"] for each in await twins.listed(twins.second, "/tariffs")] == ["NIGHT"]

    await twins.told(twins.second, "/tariffs/remove", id="NIGHT")
    assert await twins.listed(twins.first, "/tariffs") == []


async def test_guesses_at_one_process_do_not_lock_a_station_out_that_came_in_at_the_other(
    twins: Twins,
) -> None:
    """O-66. It is spared where it came in last, whichever process that was."""
    async with twins.line(twins.second, "CP-6"), from_elsewhere("127.0.0.2") as stranger:
        await twins.is_known_at(twins.first, "CP-6")
        heard = [await guessed(stranger, twins.first, "CP-6") for _ in range(FOR_AN_IDENTITY + 1)]
        assert heard == [401] * FOR_AN_IDENTITY + [429]

    assert await twins.comes_in(twins.first, "CP-6")


async def guessed(stranger: ClientSession, at: Running, identity: str) -> int:
    """What a stranger hears who names that station."""
    headers = basic(identity.encode(), b"a guess that is long enough")
    with pytest.raises(WSServerHandshakeError) as refusal:
        await stranger.ws_connect(f"{at.urls['stations']}/ocpp/{identity}", headers=headers)
    return refusal.value.status
