"""Commands and charging profiles, their answers, and their results. C-120 … C-122."""

from typing import Any

import pytest

from ocpi.client import charging_profiles, commands, results
from ocpi.client.commands import Command
from ocpi.errors import DeliveryError, NotSpeakable, UnknownReceiver, Unreadable
from ocpi.process.egress import Egress
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import Quirk
from ocpi.wire.results import unwrapped
from schemas.translation.context import Context, Policy
from schemas.v2_3_0.charging_profiles import (
    ActiveChargingProfile,
    ActiveChargingProfileResult,
    ChargingProfileResult,
    ClearProfileResult,
    SetChargingProfile,
)
from schemas.v2_3_0.commands import (
    CancelReservation,
    CommandResult,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.ocpi.client.connected import OF_THE_CPO, OF_THE_EMSP, VERSIONS, line_to, speaking, told_in
from tests.platforms import EMSP

LATER = ["2.3.0", "2.2.1"]
BACK = "https://emsp.example/results/1?a=b"
TOKEN = build.token().to_wire()
COMMANDS: dict[str, Command] = {
    "START_SESSION": StartSession.model_validate(
        {"response_url": BACK, "token": TOKEN, "location_id": "LOC1", "evse_uid": "E1"}
    ),
    "STOP_SESSION": StopSession.model_validate({"response_url": BACK, "session_id": "S1"}),
    "RESERVE_NOW": ReserveNow.model_validate(
        {
            "response_url": BACK,
            "token": TOKEN,
            "expiry_date": build.LAST_UPDATED,
            "reservation_id": "7",
            "location_id": "LOC1",
        }
    ),
    "CANCEL_RESERVATION": CancelReservation.model_validate({"response_url": BACK, "reservation_id": "7"}),
    "UNLOCK_CONNECTOR": UnlockConnector.model_validate(
        {"response_url": BACK, "location_id": "LOC1", "evse_uid": "E1", "connector_id": "1"}
    ),
}
PROFILE: dict[str, Any] = {
    "charging_rate_unit": "W",
    "charging_profile_period": [{"start_period": 0, "limit": 7}],
}


def answering(far: SimulatedPartner, data: Any) -> None:
    for module in ("commands", "chargingprofiles"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            far.answer(method, module, Side.RECEIVER, lambda _: Reply(data))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_is_given_in_the_words_of_the_version(
    name: str, version: str, egress: Egress
) -> None:
    command = COMMANDS[name]
    answer = {"result": "ACCEPTED"} if version == "2.1.1" else {"result": "ACCEPTED", "timeout": 30}
    async with speaking(version) as far:
        answering(far, answer)
        line = line_to(far, egress, policy=Policy(command_timeout=77))
        if (version, name) == ("2.1.1", "CANCEL_RESERVATION"):
            with pytest.raises(NotSpeakable, match=r"2\.1\.1 has no CancelReservation"):
                await commands.give(line, command, OF_THE_EMSP)
            assert far.received == []
            return
        heard = await commands.give(line, command, OF_THE_EMSP)
    assert heard.result == "ACCEPTED"
    assert heard.timeout == (77 if version == "2.1.1" else 30)
    (arrived,) = far.received
    assert (arrived.method, arrived.path) == ("POST", name)
    assert arrived.json() == told_in(version, type(command), command, OF_THE_EMSP)
    assert arrived.json()["response_url"] == BACK


async def test_a_reservation_has_a_number_in_2_1_1(egress: Egress) -> None:
    named = COMMANDS["RESERVE_NOW"].model_copy(update={"reservation_id": "abc"})
    async with speaking("2.1.1") as far:
        answering(far, {"result": "ACCEPTED"})
        with pytest.raises(NotSpeakable, match="no number is allocated"):
            await commands.give(line_to(far, egress), named, OF_THE_EMSP)
        await commands.give(line_to(far, egress), named, Context(owner=EMSP, reservation_number=12))
    assert [each.json()["reservation_id"] for each in far.received] == [12]


@pytest.mark.parametrize(
    "reply", [Reply(), Reply({"result": "PERHAPS", "timeout": 1}), Reply({"timeout": 1})]
)
async def test_no_answer_to_a_command_is_unreadable(reply: Reply, egress: Egress) -> None:
    async with speaking("2.3.0") as far:
        far.answer("POST", "commands", Side.RECEIVER, lambda _: reply)
        with pytest.raises(Unreadable):
            await commands.give(line_to(far, egress), COMMANDS["STOP_SESSION"], OF_THE_EMSP)


@pytest.mark.parametrize("version", LATER)
async def test_charging_profiles_are_asked_for_put_and_cleared(version: str, egress: Egress) -> None:
    wanted = SetChargingProfile.model_validate({"charging_profile": PROFILE, "response_url": BACK})
    async with speaking(version) as far:
        answering(far, {"result": "TOO_OFTEN", "timeout": 5})
        line = line_to(far, egress)
        answers = [
            await charging_profiles.ask_active(line, "S1", 900, BACK, OF_THE_CPO),
            await charging_profiles.put(line, "S1", wanted, OF_THE_CPO),
            await charging_profiles.clear(line, "S1", BACK, OF_THE_CPO),
        ]
    assert {each.result for each in answers} == {"TOO_OFTEN"}
    asked, put, cleared = far.received
    assert [(each.method, each.path) for each in far.received] == [
        ("GET", "S1"),
        ("PUT", "S1"),
        ("DELETE", "S1"),
    ]
    assert asked.query == {"duration": "900", "response_url": BACK}
    assert put.json() == {"charging_profile": PROFILE, "response_url": BACK}
    assert cleared.query == {"response_url": BACK}


@pytest.mark.parametrize("version", LATER)
async def test_an_active_profile_is_told_to_who_set_it(version: str, egress: Egress) -> None:
    active = ActiveChargingProfile.model_validate(
        {"start_date_time": build.LAST_UPDATED, "charging_profile": PROFILE}
    )
    async with speaking(version, "EMSP", EMSP) as far:
        await charging_profiles.tell_active(line_to(far, egress), "S1", active, OF_THE_CPO)
    (heard,) = far.heard("chargingprofiles", "PUT")
    assert (heard.side, heard.path) == (Side.SENDER, "S1")
    assert heard.json()["charging_profile"] == PROFILE


async def test_2_1_1_has_no_charging_profiles(egress: Egress) -> None:
    async with speaking("2.1.1") as far:
        with pytest.raises(NotSpeakable, match=r"2\.1\.1 has no chargingprofiles"):
            await charging_profiles.clear(line_to(far, egress), "S1", BACK, OF_THE_CPO)
        assert far.received == []


RESULTS: list[results.Result] = [
    CommandResult.model_validate({"result": "ACCEPTED"}),
    ChargingProfileResult.model_validate({"result": "ACCEPTED"}),
    ClearProfileResult.model_validate({"result": "ACCEPTED"}),
    ActiveChargingProfileResult.model_validate({"result": "ACCEPTED"}),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("result", RESULTS)
async def test_a_result_stands_alone_at_exactly_the_address_that_was_given(
    version: str, result: results.Result, egress: Egress
) -> None:
    """C-120, C-122: whatever quirks there are, the address is not spelled anew."""
    async with speaking(version, "EMSP", EMSP) as far:
        line, back = line_to(far, egress, Quirk.TRAILING_SLASH), f"{far.base}/sender/commands/1?a=b%2Fc"
        if version == "2.1.1" and not isinstance(result, CommandResult):
            with pytest.raises(NotSpeakable):
                await results.post(line, back, result, OF_THE_CPO)
            return
        await results.post(line, back, result, OF_THE_CPO)
    (heard,) = far.received
    assert (heard.method, heard.path, heard.query) == ("POST", "1", {"a": "b/c"})
    assert heard.json() == {"result": "ACCEPTED"}


async def test_a_result_is_enveloped_for_who_expects_that(egress: Egress) -> None:
    async with speaking("2.2.1", "EMSP", EMSP) as far:
        line = line_to(far, egress, Quirk.ENVELOPED_RESULTS)
        await results.post(line, f"{far.base}/sender/commands/1", RESULTS[0], OF_THE_CPO)
    told = far.received[0].json()
    assert (told["status_code"], told["data"]) == (1000, {"result": "ACCEPTED"})
    assert unwrapped(told) == {"result": "ACCEPTED"}


@pytest.mark.parametrize("reply", [Reply(http=204, raw=b""), Reply(raw=b""), Reply(http=202, raw=b"OK")])
async def test_a_result_that_was_taken_without_an_envelope_was_heard(reply: Reply, egress: Egress) -> None:
    async with speaking("2.2.1", "EMSP", EMSP) as far:
        far.answer("POST", "commands", Side.SENDER, lambda _: reply)
        await results.post(line_to(far, egress), f"{far.base}/sender/commands/1", RESULTS[0], OF_THE_CPO)
    assert len(far.received) == 1


@pytest.mark.parametrize(
    "reply", [Reply(status_code=2001), Reply(http=404, raw=b""), Reply(http=302, raw=b""), Reply(http=500)]
)
async def test_a_result_that_was_refused_is_a_delivery_error(reply: Reply, egress: Egress) -> None:
    async with speaking("2.2.1", "EMSP", EMSP) as far:
        far.answer("POST", "commands", Side.SENDER, lambda _: reply)
        with pytest.raises(DeliveryError):
            await results.post(line_to(far, egress), f"{far.base}/sender/commands/1", RESULTS[0], OF_THE_CPO)


async def test_a_result_that_2_1_1_does_not_know_is_told_by_the_nearest(egress: Egress) -> None:
    async with speaking("2.1.1", "EMSP", EMSP) as far:
        occupied = CommandResult.model_validate({"result": "EVSE_OCCUPIED"})
        await results.post(line_to(far, egress), f"{far.base}/sender/commands/1", occupied, OF_THE_CPO)
    assert far.received[0].json() == {"result": "REJECTED"}


async def test_a_result_goes_nowhere_but_to_the_partner(egress: Egress) -> None:
    """F-35, F-39: the address is a stranger's word, and our token would go along."""
    async with speaking("2.3.0", "EMSP", EMSP) as far, speaking("2.3.0", "EMSP", EMSP) as other:
        port = far.base.rpartition(":")[2]
        for back in (
            f"{other.base}/sender/commands/1",
            f"http://localhost:{port}/sender/commands/1",
            f"https://127.0.0.1:{port}/sender/commands/1",
            f"http://x:y@127.0.0.1:{port}/sender/commands/1",
            f"{far.base}/sender/commands/1\r\nX-Evil: 1",
            f"{far.base}/sender/commands/{'x' * 5000}",
            "file:///etc/passwd",
            "/sender/commands/1",
            "",
        ):
            with pytest.raises(UnknownReceiver):
                await results.post(line_to(far, egress), back, RESULTS[0], OF_THE_CPO)
        assert (far.received, other.received) == ([], [])
