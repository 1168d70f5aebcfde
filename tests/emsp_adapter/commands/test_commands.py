"""The eMSP asks, a CPO answers at once and tells the result later. C-120 … C-125, seen from the eMSP."""

from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Document, Mongo
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas.kinds import PartyId
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.emsp_adapter.conftest import Issuing
from tests.emsp_adapter.obeying import BACK, START, Obeying, last_segment, response_url
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.platforms import CPO, EMSP, agree, connect, running_emsp

IN_AN_HOUR = "2026-01-01T01:00:00Z"
RESERVE = {"command": "RESERVE_NOW", "expiry_date": IN_AN_HOUR}


async def kept(obeying: Obeying, command: Any) -> Document:
    found = await obeying.issuing.emsp.foundation.mongo.collection("errands").find_one({"_id": command["id"]})
    assert found is not None
    return found


async def test_a_start_reaches_the_cpo_with_card_place_and_reference(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    command = await obeying.give(evse_uid="E1", connector_id="1")
    asked = obeying.asked()
    assert asked.ids.correlation_id == command["id"]
    assert (asked.method, asked.path, asked.routing) == (
        "POST",
        "START_SESSION",
        Routing(to=CPO, sender=EMSP),
    )
    body = asked.json()
    assert body["token"]["contract_id"] == "NL-MSP-C1"
    assert (body["location_id"], body["evse_uid"], body["connector_id"]) == ("LOC1", "E1", "1")
    assert body["authorization_reference"] == command["about"]["authorization_reference"]
    assert (command["state"], command["response"]["timeout"]) == ("PROMISED", 120)


async def test_the_card_of_a_command_need_not_be_listed(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    await obeying.give(token={"uid": "app-7", "type": "APP_USER", "contract_id": "NL-MSP-C777"})
    token = obeying.asked().json()["token"]
    assert (token["uid"], token["type"], token["contract_id"]) == ("app-7", "APP_USER", "NL-MSP-C777")
    assert (token["country_code"], token["party_id"], token["whitelist"]) == ("NL", "MSP", "NEVER")


@pytest.mark.parametrize(
    ("token", "complaint"), [({"uid": "FFFF"}, "contract_id"), ({"uid": "04CC"}, "BLOCKED")]
)
async def test_a_card_that_may_not_charge_asks_nobody(
    obeying: Obeying, token: dict[str, str], complaint: str
) -> None:
    with pytest.raises(AdminRefused, match=complaint):
        await obeying.give(token=token)
    assert obeying.cpo.heard("commands") == []
    assert await obeying.read("/commands") == []


async def test_the_bare_result_settles_the_command(obeying: Obeying) -> None:
    """C-120."""
    obeying.answers("ACCEPTED")
    command = await obeying.give()
    heard = await obeying.tell(
        obeying.asked(), {"result": "ACCEPTED", "message": [{"language": "en", "text": "plug in"}]}
    )
    assert (heard.http, heard.status, heard.data) == (200, 1000, None)
    shown = await obeying.shown(command)
    assert (shown["state"], shown["result"]["result"], shown["is_late"]) == ("DONE", "ACCEPTED", False)
    assert shown["result"]["message"] == [{"language": "en", "text": "plug in"}]


async def test_a_result_in_an_envelope_is_taken_too(obeying: Obeying) -> None:
    """C-120; issue 437 of the specification."""
    obeying.answers("ACCEPTED")
    command = await obeying.give()
    enveloped = {
        "data": {"result": "EVSE_OCCUPIED"},
        "status_code": 1000,
        "timestamp": "2026-01-01T00:00:00Z",
    }
    assert (await obeying.tell(obeying.asked(), enveloped)).status == 1000
    assert (await obeying.shown(command))["result"]["result"] == "EVSE_OCCUPIED"


async def test_the_same_result_again_is_welcome_and_another_one_is_not(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    command = await obeying.give()
    asked = obeying.asked()
    assert (await obeying.tell(asked, "ACCEPTED")).status == 1000
    assert (await obeying.tell(asked, "ACCEPTED")).status == 1000
    assert (await obeying.tell(asked, "FAILED")).status == 2001
    assert (await obeying.shown(command))["result"]["result"] == "ACCEPTED"


async def test_what_is_no_result_changes_nothing(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    command = await obeying.give()
    heard = await obeying.tell(obeying.asked(), "PERHAPS")
    assert heard.status == 2001
    assert "/result" in heard.envelope["status_message"]
    assert (await obeying.shown(command))["state"] == "PROMISED"


async def test_a_command_that_is_refused_at_once_awaits_no_result(obeying: Obeying) -> None:
    obeying.answers("NOT_SUPPORTED", timeout=0)
    command = await obeying.give()
    assert (command["state"], command["response"]["result"]) == ("REFUSED", "NOT_SUPPORTED")
    heard = await obeying.tell(obeying.asked(), "ACCEPTED")
    assert (heard.http, heard.status) == (404, 2001)
    assert (await obeying.shown(command))["result"] is None


async def test_a_result_that_is_faster_than_the_answer_counts(obeying: Obeying) -> None:
    async def at_once(request: Any) -> Reply:
        assert (await obeying.tell(request, "ACCEPTED")).status == 1000
        return Reply({"result": "ACCEPTED", "timeout": 60})

    obeying.cpo.answer("POST", "commands", Side.RECEIVER, at_once)
    command = await obeying.give()
    assert (command["state"], command["response"]["result"]) == ("DONE", "ACCEPTED")


async def test_without_a_result_in_time_the_command_times_out(obeying: Obeying, clock: ManualClock) -> None:
    """C-121."""
    obeying.answers("ACCEPTED", timeout=60)
    command = await obeying.give()
    await clock.leap(seconds=59)
    assert (await kept(obeying, command))["state"] == "PROMISED"
    await clock.advance(seconds=2)
    await eventually_so(lambda: state_is(obeying, command, "TIMED_OUT"))


async def state_is(obeying: Obeying, command: Any, state: str) -> bool:
    return bool((await kept(obeying, command))["state"] == state)


async def test_a_late_result_and_a_late_session_are_still_joined(
    obeying: Obeying, clock: ManualClock
) -> None:
    """C-121; issue 475 of the specification."""
    obeying.answers("ACCEPTED", timeout=60)
    command = await obeying.give()
    await clock.leap(seconds=61)
    await eventually_so(lambda: state_is(obeying, command, "TIMED_OUT"))
    reference = command["about"]["authorization_reference"]
    assert (await obeying.pushes_session(id="S1", authorization_reference=reference)).http == 201
    assert (await obeying.shown(command))["sessions"] == ["S1"]
    assert (await obeying.tell(obeying.asked(), "ACCEPTED")).status == 1000
    shown = await obeying.shown(command)
    assert (shown["state"], shown["is_late"], shown["sessions"]) == ("DONE", True, ["S1"])


async def test_a_result_of_long_ago_is_not_taken(obeying: Obeying, clock: ManualClock) -> None:
    obeying.answers("ACCEPTED", timeout=60)
    command = await obeying.give()
    await clock.leap(hours=2)
    heard = await obeying.tell(obeying.asked(), "ACCEPTED")
    assert (heard.http, heard.status) == (404, 2001)
    assert (await obeying.shown(command))["result"] is None


@pytest.mark.parametrize("promised_s", [3 * 3600, 10**18, -1])
async def test_whoever_asks_for_time_has_it_for_a_day_at_the_most(
    obeying: Obeying, clock: ManualClock, promised_s: int
) -> None:
    obeying.answers("ACCEPTED", timeout=promised_s)
    command = await obeying.give()
    taken_s = min(max(promised_s, 0), 24 * 3600)
    await clock.leap(minutes=taken_s / 60 + 30)
    await eventually_so(lambda: state_is(obeying, command, "TIMED_OUT"))
    assert (await obeying.tell(obeying.asked(), "ACCEPTED")).status == 1000


async def test_a_session_without_a_reference_is_joined_by_card_and_place(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    command = await obeying.give(evse_uid="E1")
    mine = {"location_id": "LOC1", "evse_uid": "E1", "start_date_time": "2026-01-01T00:01:00Z"}
    card = {**build.session().cdr_token.to_wire(), "uid": "04aa"}
    await obeying.pushes_session(id="S-elsewhere", cdr_token=card, **{**mine, "evse_uid": "E2"})
    await obeying.pushes_session(
        id="S-of-yesterday", cdr_token=card, **{**mine, "start_date_time": "2025-12-31T00:00:00Z"}
    )
    await obeying.pushes_session(id="S-of-another", cdr_token={**card, "uid": "04BB"}, **mine)
    await obeying.pushes_session(id="S1", cdr_token=card, **mine)
    await obeying.pushes_session(id="S2", cdr_token=card, **mine)
    assert (await obeying.shown(command))["sessions"] == ["S1"]


async def test_a_cpo_that_cannot_be_reached_is_told_so_and_never_asked_again(
    obeying: Obeying, clock: ManualClock
) -> None:
    obeying.cpo.is_online = False
    command = await obeying.give()
    assert command["state"] == "TIMED_OUT"
    assert "cannot be reached" in command["trouble"]
    obeying.cpo.is_online = True
    await clock.leap(minutes=10)
    assert obeying.cpo.heard("commands") == []


async def test_a_refusal_without_a_command_response_is_a_failure(obeying: Obeying) -> None:
    obeying.cpo.answer("POST", "commands", Side.RECEIVER, lambda _: Reply(status_code=2003))
    command = await obeying.give()
    assert (command["state"], command["response"]) == ("FAILED", None)


async def test_an_answer_that_is_no_command_response_leaves_the_result_open(obeying: Obeying) -> None:
    obeying.cpo.answer("POST", "commands", Side.RECEIVER, lambda _: Reply({"result": "SURE"}))
    command = await obeying.give()
    assert (command["state"], command["response"]) == ("TIMED_OUT", None)
    assert (await obeying.tell(obeying.asked(), "ACCEPTED")).status == 1000


async def test_only_the_partner_that_was_asked_may_answer(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    command = await obeying.give()
    url = response_url(obeying.asked())
    async with SimulatedPartner(("CPO", PartyId("DE", "OTH"))) as other:
        await connect(obeying.issuing.emsp, other, "another", "CPO")
        heard = await other.tell_result(
            url, {"result": "ACCEPTED"}, Routing(to=EMSP, sender=PartyId("DE", "OTH"))
        )
        assert (heard.http, heard.status) == (404, 2001)
    stranger = await obeying.cpo.send("POST", url, CredentialsToken("nobody"), {"result": "ACCEPTED"}, BACK)
    assert stranger.http == 401
    assert (await obeying.shown(command))["state"] == "PROMISED"


async def test_a_result_in_the_name_of_another_party_is_not_taken(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    command = await obeying.give()
    elsewhere = Routing(to=EMSP, sender=PartyId("DE", "OTH"))
    assert (await obeying.tell(obeying.asked(), "ACCEPTED", elsewhere)).status == 2001
    assert (await obeying.shown(command))["result"] is None


async def test_a_result_at_an_address_that_was_never_given_is_404(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    await obeying.give()
    url = response_url(obeying.asked())
    for wrong in (url[:-1] + "!", url.replace("START_SESSION", "STOP_SESSION")):
        heard = await obeying.cpo.tell_result(wrong, {"result": "ACCEPTED"}, BACK)
        assert (heard.http, heard.status) == (404, 2001)


async def test_the_secret_of_a_response_url_is_long_and_shown_to_nobody_else(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    command = await obeying.give()
    secret = last_segment(response_url(obeying.asked()))
    assert len(secret) >= 32
    assert secret not in str(command) + str(await obeying.read("/commands"))


async def test_a_session_is_stopped_at_the_cpo_that_told_of_it(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    await obeying.pushes_session(id="S1")
    await operate_stop(obeying, session_id="S1")
    asked = obeying.asked()
    assert (asked.path, asked.json()["session_id"], asked.routing.to) == ("STOP_SESSION", "S1", CPO)


async def operate_stop(obeying: Obeying, **wanted: Any) -> Any:
    return await obeying.order({"command": "STOP_SESSION", **wanted})


async def test_a_session_that_nobody_told_of_needs_its_cpo(obeying: Obeying) -> None:
    obeying.answers("UNKNOWN_SESSION", timeout=0)
    with pytest.raises(AdminRefused, match="/cpo"):
        await operate_stop(obeying, session_id="S9")
    command = await operate_stop(obeying, session_id="S9", cpo="FR*CPO")
    assert command["state"] == "REFUSED"


async def test_an_accepted_reservation_may_be_taken_back_by_the_cpo(obeying: Obeying) -> None:
    """C-125."""
    obeying.answers("ACCEPTED")
    command = await obeying.give(**RESERVE)
    asked = obeying.asked()
    assert (await obeying.tell(asked, "ACCEPTED")).status == 1000
    assert (await obeying.tell(asked, "CANCELED_RESERVATION")).status == 1000
    assert (await obeying.tell(asked, "CANCELED_RESERVATION")).status == 1000
    shown = await obeying.shown(command)
    assert (shown["state"], shown["result"]["result"]) == ("CANCELED", "ACCEPTED")
    assert shown["cancellation"]["result"] == "CANCELED_RESERVATION"


async def test_a_reservation_can_be_taken_back_as_long_as_it_lasts(
    obeying: Obeying, clock: ManualClock
) -> None:
    """C-125."""
    obeying.answers("ACCEPTED", timeout=30)
    await obeying.give(**{**RESERVE, "expiry_date": "2026-01-01T06:00:00Z"})
    asked = obeying.asked()
    await obeying.tell(asked, "ACCEPTED")
    await clock.leap(hours=5)
    assert (await obeying.tell(asked, "CANCELED_RESERVATION")).status == 1000
    await clock.leap(hours=3)
    assert (await obeying.tell(asked, "CANCELED_RESERVATION")).http == 404


async def test_a_started_session_cannot_be_canceled_as_a_reservation(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    command = await obeying.give()
    await obeying.tell(obeying.asked(), "ACCEPTED")
    assert (await obeying.tell(obeying.asked(), "CANCELED_RESERVATION")).status == 2001
    assert (await obeying.shown(command))["state"] == "DONE"


async def test_reservations_have_numbers_that_are_never_given_twice(obeying: Obeying) -> None:
    """C-123; 2.1.1 knows numbers only."""
    obeying.answers("ACCEPTED")
    commands = [await obeying.give(**RESERVE) for _ in range(3)]
    told = [request.json()["reservation_id"] for request in obeying.cpo.heard("commands")]
    assert told == [each["about"]["reservation_id"] for each in commands]
    assert len(set(told)) == 3
    assert all(each.isdigit() for each in told)


async def test_a_reservation_is_replaced_under_its_own_id_and_canceled_by_it(obeying: Obeying) -> None:
    """C-124."""
    obeying.answers("ACCEPTED")
    first = await obeying.give(**RESERVE)
    named = first["about"]["reservation_id"]
    await obeying.give(**{**RESERVE, "expiry_date": "2026-01-01T02:00:00Z", "reservation_id": named})
    await obeying.order({"command": "CANCEL_RESERVATION", "reservation_id": named})
    one, two, cancel = (request.json() for request in obeying.cpo.heard("commands"))
    assert one["reservation_id"] == two["reservation_id"] == cancel["reservation_id"] == named
    assert two["expiry_date"] == "2026-01-01T02:00:00Z"


async def test_a_reservation_that_has_ended_is_not_asked_for(obeying: Obeying) -> None:
    with pytest.raises(AdminRefused, match="/expiry_date"):
        await obeying.give(**{**RESERVE, "expiry_date": "2025-12-31T00:00:00Z"})
    assert obeying.cpo.heard("commands") == []


async def test_a_connector_is_unlocked(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    where = {"location_id": "LOC1", "evse_uid": "E1", "connector_id": "1"}
    command = await obeying.order({"command": "UNLOCK_CONNECTOR", "cpo": "FR*CPO", **where})
    asked = obeying.asked()
    assert asked.path == "UNLOCK_CONNECTOR"
    assert {name: asked.json()[name] for name in where} == where
    assert command["about"] == where


async def test_the_cpo_is_found_by_a_location_that_it_told(obeying: Obeying) -> None:
    obeying.answers("ACCEPTED")
    location = build.location(id="LOC1").to_wire()
    await obeying.issuing.push("PUT", "locations", "FR", "CPO", "LOC1", body=location)
    await obeying.order({name: value for name, value in START.items() if name != "cpo"})
    assert obeying.asked().routing.to == CPO


async def test_a_cpo_without_an_agreement_is_not_asked(obeying: Obeying) -> None:
    with pytest.raises(AdminRefused, match="agreement"):
        await obeying.give(cpo="DE*OTH")
    assert await obeying.read("/commands") == []


async def test_what_is_no_command_is_refused_with_its_pointer(obeying: Obeying) -> None:
    with pytest.raises(AdminRefused, match="/location_id"):
        await obeying.give(location_id="")
    with pytest.raises(AdminRefused, match="START_SESSION"):
        await obeying.give(command="EXPLODE")


async def test_a_deadline_is_kept_across_a_restart(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> None:
    async with SimulatedPartner(("CPO", CPO)) as cpo:
        async with running_emsp(mongo, clock, tmp_path) as emsp:
            await connect(emsp, cpo, "the-cpo", "CPO")
            await agree(emsp)
            obeying = Obeying(Issuing(emsp, cpo))
            obeying.answers("ACCEPTED", timeout=60)
            token = {"uid": "app-7", "type": "APP_USER", "contract_id": "NL-MSP-C777"}
            command = await obeying.give(token=token)
        async with running_emsp(mongo, clock, tmp_path) as emsp:
            obeying = Obeying(Issuing(emsp, cpo))
            assert await state_is(obeying, command, "PROMISED")
            await clock.leap(seconds=61)
            await eventually_so(lambda: state_is(obeying, command, "TIMED_OUT"))
