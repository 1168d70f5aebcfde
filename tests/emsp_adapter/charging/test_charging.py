"""The eMSP limits how sessions charge, asks how they will, and tells what drivers want. C-128 … C-130."""

from decimal import Decimal
from typing import Any

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import Heard, Reply
from tests.emsp_adapter.bench import Bench
from tests.emsp_adapter.obeying import BACK, Obeying
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.platforms import CPO, EMSP, HUB, operate

SIXTEEN_AMPERES = {
    "charging_rate_unit": "A",
    "duration": 3600,
    "charging_profile_period": [{"start_period": 0, "limit": "16.1"}, {"start_period": 600, "limit": 8}],
}
ACTIVE = {
    "start_date_time": "2026-01-01T00:00:00Z",
    "charging_profile": {
        "charging_rate_unit": "A",
        "charging_profile_period": [{"start_period": 0, "limit": Decimal("9.7")}],
    },
}
GREEN = {"profile_type": "GREEN", "departure_time": "2026-01-01T06:00:00Z", "energy_need": "20.5"}


async def ask(obeying: Obeying, action: str, **wanted: Any) -> Any:
    order = {"action": action, "session_id": "S1", **wanted}
    return await operate(obeying.issuing.emsp, "/charging_profiles", order)


async def active(obeying: Obeying) -> Any:
    return [(each["session_id"], each["profile"]) for each in await obeying.read("/active_charging_profiles")]


async def pushed(obeying: Obeying, session_id: str, routing: Routing = BACK) -> Heard:
    return await obeying.cpo.call(
        "PUT", "chargingprofiles", Side.SENDER, session_id, routing=routing, body=codec.encode(ACTIVE)
    )


async def test_a_profile_reaches_the_cpo_of_the_session_with_its_digits(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED", module="chargingprofiles")
    await obeying.pushes_session(id="S1")
    asked_for = await ask(obeying, "SET_PROFILE", profile=SIXTEEN_AMPERES)
    asked = obeying.asked("chargingprofiles")
    assert (asked.method, asked.path, asked.routing) == ("PUT", "S1", Routing(to=CPO, sender=EMSP))
    assert b'"limit":16.1}' in asked.body
    assert (await obeying.tell(asked, "ACCEPTED")).status == 1000
    shown = await obeying.read(f"/charging_profiles/{asked_for['id']}")
    assert (shown["state"], shown["result"]["result"]) == ("DONE", "ACCEPTED")


async def test_how_a_session_will_charge_is_asked_for_and_kept(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED", module="chargingprofiles")
    await obeying.pushes_session(id="S1")
    await ask(obeying, "GET_PROFILE", duration=900)
    asked = obeying.asked("chargingprofiles")
    assert (asked.method, asked.path, asked.query["duration"], asked.body) == ("GET", "S1", "900", b"")
    assert (await obeying.tell(asked, {"result": "ACCEPTED", "profile": ACTIVE})).status == 1000
    assert await active(obeying) == [("S1", ACTIVE)]


async def test_limits_are_taken_off_again(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED", module="chargingprofiles")
    asked_for = await ask(obeying, "CLEAR_PROFILE", cpo="FR*CPO")
    asked = obeying.asked("chargingprofiles")
    assert (asked.method, asked.path) == ("DELETE", "S1")
    assert (await obeying.tell(asked, "UNKNOWN")).status == 1000
    shown = await obeying.read(f"/charging_profiles/{asked_for['id']}")
    assert shown["result"]["result"] == "UNKNOWN"


async def test_too_often_is_a_refusal_that_awaits_no_result(obeying: Obeying) -> None:
    """C-129."""
    obeying.answers("TOO_OFTEN", module="chargingprofiles", timeout=0)
    asked_for = await ask(obeying, "SET_PROFILE", cpo="FR*CPO", profile=SIXTEEN_AMPERES)
    assert (asked_for["state"], asked_for["response"]["result"]) == ("REFUSED", "TOO_OFTEN")
    assert (await obeying.tell(obeying.asked("chargingprofiles"), "ACCEPTED")).http == 404


async def test_without_a_result_a_profile_times_out(obeying: Obeying, clock: ManualClock) -> None:
    obeying.answers("ACCEPTED", module="chargingprofiles", timeout=30)
    asked_for = await ask(obeying, "CLEAR_PROFILE", cpo="FR*CPO")
    await clock.leap(seconds=31)

    async def is_over() -> bool:
        return bool((await obeying.read(f"/charging_profiles/{asked_for['id']}"))["state"] == "TIMED_OUT")

    await eventually_so(is_over)


async def test_a_limit_with_two_decimals_is_sent_to_nobody(obeying: Obeying) -> None:
    """C-129."""
    fine = {**SIXTEEN_AMPERES, "charging_profile_period": [{"start_period": 0, "limit": "16.15"}]}
    with pytest.raises(AdminRefused, match="one decimal"):
        await ask(obeying, "SET_PROFILE", cpo="FR*CPO", profile=fine)
    assert obeying.cpo.heard("chargingprofiles") == []


async def test_a_profile_that_the_cpo_tells_of_its_own_accord_is_kept_for_sessions_of_ours(
    obeying: Obeying,
) -> None:
    """C-128."""
    assert (await pushed(obeying, "S1")).http == 404
    await obeying.pushes_session(id="S1")
    heard = await pushed(obeying, "S1")
    assert (heard.http, heard.status, heard.data) == (200, 1000, None)
    assert await active(obeying) == [("S1", ACTIVE)]


async def test_a_profile_in_the_name_of_another_cpo_is_not_kept(obeying: Obeying) -> None:
    await obeying.pushes_session(id="S1")
    assert (await pushed(obeying, "S1", Routing(to=EMSP, sender=PartyId("DE", "OTH")))).status == 2001
    assert await active(obeying) == []


async def test_a_result_of_a_command_is_none_of_a_profile(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED", module="chargingprofiles")
    asked_for = await ask(obeying, "CLEAR_PROFILE", cpo="FR*CPO")
    url = obeying.asked("chargingprofiles").query["response_url"]
    wrong = url.replace("/chargingprofiles/", "/commands/")
    assert (await obeying.cpo.tell_result(wrong, {"result": "ACCEPTED"}, BACK)).http == 404
    assert (await obeying.read(f"/charging_profiles/{asked_for['id']}"))["result"] is None
    with pytest.raises(AdminRefused, match="Not Found"):
        await obeying.read(f"/commands/{asked_for['id']}")


async def test_what_the_driver_wants_is_told_to_the_cpo_which_answers_at_once(obeying: Obeying) -> None:
    """C-130."""
    await obeying.pushes_session(id="S1")
    obeying.cpo.answer("PUT", "sessions", Side.SENDER, lambda _: Reply("ENERGY_NEED_REQUIRED"))
    wanted = {"session_id": "S1", "preferences": GREEN}
    answer = await operate(obeying.issuing.emsp, "/charging_preferences", wanted)
    assert answer == {"session_id": "S1", "result": "ENERGY_NEED_REQUIRED"}
    (asked,) = obeying.cpo.heard("sessions", "PUT")
    assert (asked.path, asked.routing) == ("S1/charging_preferences", Routing(to=CPO, sender=EMSP))
    assert b'"energy_need":20.5' in asked.body


async def test_an_evse_that_takes_no_preferences_is_told_as_such(obeying: Obeying) -> None:
    obeying.cpo.answer("PUT", "sessions", Side.SENDER, lambda _: Reply(http=404, status_code=2001))
    wanted = {"session_id": "S1", "cpo": "FR*CPO", "preferences": GREEN}
    with pytest.raises(AdminRefused, match="no preferences"):
        await operate(obeying.issuing.emsp, "/charging_preferences", wanted)


async def test_an_answer_that_is_none_of_the_five_is_no_answer(obeying: Obeying) -> None:
    obeying.cpo.answer("PUT", "sessions", Side.SENDER, lambda _: Reply({"result": "ACCEPTED"}))
    wanted = {"session_id": "S1", "cpo": "FR*CPO", "preferences": GREEN}
    with pytest.raises(AdminRefused, match="ChargingPreferencesResponse"):
        await operate(obeying.issuing.emsp, "/charging_preferences", wanted)


@pytest.mark.parametrize("hub_party", [None, HUB])
async def test_2_2_1_charges_as_2_3_0_does(bench: Bench, hub_party: PartyId | None) -> None:
    async with bench.obeying("2.2.1", hub_party=hub_party) as obeying:
        asked_for = await ask(obeying, "GET_PROFILE", cpo="FR*CPO")
        asked = obeying.asked("chargingprofiles")
        assert "/ocpi/2.2.1/" in asked.query["response_url"]
        assert (await obeying.tell(asked, {"result": "ACCEPTED", "profile": ACTIVE})).status == 1000
        assert (await obeying.read(f"/charging_profiles/{asked_for['id']}"))["state"] == "DONE"
        assert await active(obeying) == [("S1", ACTIVE)]
        assert (await pushed(obeying, "S1")).status == 1000
        obeying.cpo.answer("PUT", "sessions", Side.SENDER, lambda _: Reply("ACCEPTED"))
        wanted = {"session_id": "S1", "cpo": "FR*CPO", "preferences": GREEN}
        answer = await operate(obeying.issuing.emsp, "/charging_preferences", wanted)
        assert answer["result"] == "ACCEPTED"


async def test_2_1_1_knows_neither_profiles_nor_preferences(bench: Bench) -> None:
    async with bench.obeying("2.1.1") as obeying:
        with pytest.raises(AdminRefused, match="2\\.1\\.1"):
            await ask(obeying, "SET_PROFILE", cpo="FR*CPO", profile=SIXTEEN_AMPERES)
        wanted = {"session_id": "S1", "cpo": "FR*CPO", "preferences": GREEN}
        with pytest.raises(AdminRefused, match="2\\.1\\.1"):
            await operate(obeying.issuing.emsp, "/charging_preferences", wanted)
        assert obeying.cpo.heard("chargingprofiles") + obeying.cpo.heard("sessions") == []
