"""The story of a charge through the hub, told from whichever message somebody begins with."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas import codec
from schemas.times import parse
from simulators.partner import Reply
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.hub.callbacks.asking import Asking
from tests.platforms import CPO, EMSP
from tests.recorded import listed, told, traced
from tests.roaming import Roaming, roaming_on

TAP = MessageIds("tap", "the-tap")
UID = "04E2A1B2C3"


@pytest.fixture
async def old_emsp(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Roaming]:
    """A CPO of 2.3.0, an eMSP of 2.2.1."""
    async with roaming_on(mongo, clock, tmp_path, emsp_speaks="2.2.1") as roaming:
        yield roaming


def knows_the_card(roaming: Roaming, **more: Any) -> None:
    card = json.loads(codec.dump(build.token()))
    answer = Reply({"allowed": "ALLOWED", "token": card, **more})
    roaming.emsp.answer("POST", "tokens", Side.SENDER, lambda _: answer)


async def charge(roaming: Roaming, **more: Any) -> None:
    """From the card to the bill; `more` stands in session and bill."""
    where = ("tokens", Side.SENDER, UID, "authorize")
    body = {"location_id": "LOC1"}
    await roaming.cpo.call("POST", *where, routing=Routing(to=EMSP, sender=CPO), body=body, ids=TAP)
    session = build.session(**more)
    await roaming.push("sessions", "FR", "CPO", "S1", body=session, to=EMSP)
    await eventually_so(roaming.nothing_due)
    await roaming.push("cdrs", body=build.cdr(**more), to=EMSP, method="POST")
    await eventually_so(roaming.nothing_due)


async def test_the_story_of_a_card_goes_on_to_its_bill_and_what_was_lost_on_the_way(
    old_emsp: Roaming,
) -> None:
    """From CPO of 2.3.0 to eMSP of 2.2.1, across three correlation ids."""
    knows_the_card(old_emsp, authorization_reference="A1")
    cost = {"before_taxes": 2, "taxes": [{"name": "VAT", "amount": 1}, {"name": "city", "amount": 1}]}
    await charge(old_emsp, authorization_reference="A1", total_cost=cost)
    story = await traced(old_emsp.hub, "/the-tap")

    assert [told(each) for each in story["messages"]] == [
        ("in", "tokens", "POST"),
        ("out", "tokens", "POST"),
        ("in", "sessions", "PUT"),
        ("out", "sessions", "PUT"),
        ("in", "cdrs", "POST"),
        ("out", "cdrs", "POST"),
    ]
    asked, passed_on, *_, bill = story["messages"]
    assert (asked["partner"], passed_on["partner"]) == ("the-cpo", "the-emsp")
    assert (asked["from"], asked["to"]) == (str(CPO), str(EMSP))
    assert {each["version"] for each in story["messages"]} == {"2.3.0", "2.2.1"}
    assert {each["status"] for each in story["messages"]} == {1000}
    assert len({each["correlation_id"] for each in story["messages"]}) == 3
    (loss,) = bill["losses"]
    assert loss.startswith("CDR in 2.2.1: /total_cost/taxes 2.2.1 has one VAT amount")
    assert [(each["cdr"], each["for"]) for each in story["bills"]] == [("CDR1", str(EMSP))]
    assert [(each["to"], each["state"]) for each in story["deliveries"]] == [(str(EMSP), "delivered")]
    assert story["by_card"] == []


@pytest.mark.parametrize("begun", [{"session": "s1"}, {"cdr": "CDR1"}, {"authorization": "a1"}])
async def test_a_story_can_begin_with_a_session_a_bill_or_an_authorization(
    roaming: Roaming, begun: dict[str, str]
) -> None:
    knows_the_card(roaming, authorization_reference="A1")
    await charge(roaming, authorization_reference="A1")
    story = await traced(roaming.hub, **begun)
    assert len(story["messages"]) == 6
    assert story["messages"][0]["correlation_id"] == "the-tap"


async def test_without_a_reference_the_next_session_of_the_card_is_taken_and_said(roaming: Roaming) -> None:
    knows_the_card(roaming)
    await charge(roaming)
    story = await traced(roaming.hub, "/the-tap")
    assert len(story["messages"]) == 6
    assert story["by_card"] == ["session/s1/FR*CPO"]


async def test_a_card_that_was_refused_has_no_session(roaming: Roaming) -> None:
    roaming.emsp.answer("POST", "tokens", Side.SENDER, lambda _: Reply({"allowed": "BLOCKED"}))
    await roaming.authorize(UID, EMSP, ids=TAP)
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    assert {told(each)[1] for each in (await traced(roaming.hub, "/the-tap"))["messages"]} == {"tokens"}


async def test_another_charge_with_the_same_card_is_another_story(roaming: Roaming) -> None:
    knows_the_card(roaming, authorization_reference="A1")
    await charge(roaming, authorization_reference="A1")
    other = build.session(id="S2", authorization_reference="A2")
    await roaming.push("sessions", "FR", "CPO", "S2", body=other, to=EMSP)
    assert len((await traced(roaming.hub, session="S1"))["messages"]) == 6
    first = (await traced(roaming.hub, session="S2"))["messages"][0]
    assert told(first) == ("in", "sessions", "PUT")


async def test_a_command_and_the_result_that_comes_later_are_one_story(roaming: Roaming) -> None:
    asking = Asking(roaming)
    await asking.command()
    await asking.result("ACCEPTED")
    story = await traced(roaming.hub, "/correlation-1")
    assert [told(each) for each in story["messages"]] == [
        ("in", "commands", "POST"),
        ("out", "commands", "POST"),
        ("in", "commands", "POST"),
        ("out", "commands", "POST"),
    ]
    assert story["messages"][2]["correlation_id"] != "correlation-1"


async def test_each_try_of_a_delivery_is_a_message_and_what_is_due_is_told(roaming: Roaming) -> None:
    roaming.emsp.answer("POST", "cdrs", Side.RECEIVER, lambda _: Reply(http=500, status_code=3000))
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    await eventually(lambda: len(roaming.emsp.heard("cdrs")) == 1)
    await roaming.later(seconds=3)
    await eventually(lambda: len(roaming.emsp.heard("cdrs")) == 2)
    story = await traced(roaming.hub, cdr="CDR1")

    tries = [each for each in story["messages"] if each["direction"] == "out"]
    assert [(each["http"], each["status"], each["failed"]) for each in tries] == [(500, 3000, True)] * 2
    (due,) = story["deliveries"]
    assert (due["state"], due["to"]) == ("due", str(EMSP))


async def test_of_a_delivery_that_was_given_up_is_told_since_when_and_why(roaming: Roaming) -> None:
    roaming.emsp.answer("PUT", "sessions", Side.RECEIVER, lambda _: Reply(status_code=2001))
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    since = roaming.hub.foundation.clock.now()
    for _ in range(4):
        await roaming.later(seconds=10)
    await eventually_so(roaming.nothing_due)
    (given_up,) = (await traced(roaming.hub, session="S1"))["deliveries"]
    assert (given_up["state"], given_up["to"]) == ("parked", str(EMSP))
    assert given_up["reason"].startswith("refused 3 times")
    assert parse(given_up["since"]) == since


async def test_a_push_keeps_its_correlation_id_up_to_the_receiver(roaming: Roaming) -> None:
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    await eventually(lambda: len(roaming.emsp.heard("sessions")) == 1)
    came, went = (each for each in await listed(roaming.hub) if each["module"] == "sessions")
    assert went["correlation_id"] == came["correlation_id"]
    assert went["request_id"] != came["request_id"]
    assert roaming.emsp.heard("sessions")[0].ids.correlation_id == came["correlation_id"]


async def test_a_delivery_that_several_pushes_brought_about_has_an_id_of_its_own(roaming: Roaming) -> None:
    roaming.emsp.is_online = False
    for number in (1, 2):
        session = build.session(kwh=number, last_updated=f"2026-03-01T08:00:0{number}Z")
        await roaming.push("sessions", "FR", "CPO", "S1", body=session, to=EMSP)
    roaming.emsp.is_online = True
    await roaming.stroll(minutes=2)
    await eventually(lambda: bool(roaming.emsp.heard("sessions")))
    pushes = {each["correlation_id"] for each in await listed(roaming.hub) if each["direction"] == "in"}
    assert roaming.emsp.heard("sessions")[-1].ids.correlation_id not in pushes


async def test_what_is_left_out_of_a_relayed_list_is_noted_on_the_answer(old_emsp: Roaming) -> None:
    price = {"type": "ENERGY", "price": 1, "step_size": 1}
    gross = build.tariff(id="GROSS", tax_included="YES", elements=[{"price_components": [price]}])
    old_emsp.cpo.publishes("tariffs", [json.loads(codec.dump(gross))])
    assert (await old_emsp.pull("tariffs", to=CPO)).data == []
    came = next(each for each in await listed(old_emsp.hub) if told(each) == ("in", "tariffs", "GET"))
    assert [loss for loss in came["losses"] if loss.startswith("Tariff left out: ")]


async def test_a_story_of_nothing_is_404(roaming: Roaming) -> None:
    with pytest.raises(AdminRefused, match="no message of that is kept"):
        await traced(roaming.hub, "/nobody-said-this")


async def test_no_token_and_no_card_is_in_any_record(old_emsp: Roaming) -> None:
    """A-11: handshakes, relays, pushes, deliveries and refusals; the whole collection is searched."""
    roaming, strange = old_emsp, "a-canary-that-nobody-issued"
    knows_the_card(roaming, authorization_reference="A1", info={"language": "en", "text": f"hello {UID}"})
    await charge(roaming, authorization_reference="A1")
    await roaming.push("tokens", "NL", "MSP", UID, body=b"{}", to=EMSP)
    await roaming.cpo.plain("GET", roaming.cpo.endpoints["tokens", Side.SENDER], f"Token {strange}")
    await asyncio.to_thread(roaming.hub.admin.post, "/partners/the-cpo/rotate", {})
    assert len(await listed(roaming.hub)) > 10

    written = [str(each) async for each in roaming.hub.foundation.mongo.collection("messages").find()]
    secrets = [strange, UID, UID.lower(), build.CDR_TOKEN["contract_id"]]
    for partner in (roaming.cpo, roaming.emsp):
        assert partner.their_token is not None
        shown = [*partner._good, partner.their_token.reveal()]  # noqa: SLF001
        secrets += [*shown, *(base64.b64encode(token.encode()).decode() for token in shown)]
    assert [secret for secret in secrets if any(secret in each for each in written)] == []
