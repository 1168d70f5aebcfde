"""After an agreement has ended: cards are not allowed, and charges that began before run to their end.

Their bills, credits and orders still flow, and bills are still discussed.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, Reply, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.hub.agreements.telling import PAIR, UID, end_today, settled, tell_token
from tests.hub.callbacks.asking import Asking
from tests.platforms import CPO, EMSP, agree, connect, operate
from tests.roaming import Roaming, roaming_on

SENDER, RECEIVER = Side.SENDER, Side.RECEIVER
THEN = {"start_date_time": "2026-01-01T12:00:00Z"}
STRANGER = PartyId("DE", "XYZ")
THERE = Routing(to=CPO, sender=EMSP)


@pytest.fixture
async def ended(roaming: Roaming) -> Roaming:
    """A charge of the last day goes on; there has been no agreement since midnight."""
    await tell_token(roaming.emsp)
    await roaming.much_later(hours=13)
    body = build.session(**THEN, last_updated="2026-01-01T12:00:00Z")
    assert (await roaming.push("sessions", "FR", "CPO", "S1", body=body, to=EMSP)).status == 1000
    await eventually(lambda: roaming.emsp.heard("sessions"))
    await end_today(roaming)
    return roaming


async def test_a_card_is_not_allowed_whoever_is_named(ended: Roaming) -> None:
    """Also without naming its issuer; and nothing of the card is told that the asker did not bring."""
    for to in (EMSP, None):
        answer = await ended.authorize(UID.lower(), to=to)
        assert (answer.http, answer.status, answer.data["allowed"]) == (200, 1000, "NOT_ALLOWED")
        token = answer.data["token"]
        assert (token["party_id"], token["uid"], token["type"], token["valid"]) == (
            "MSP",
            UID.lower(),
            "RFID",
            False,
        )
        assert build.CDR_TOKEN["contract_id"] not in answer.body.decode()
        assert Routing.read(answer.headers) == Routing(to=CPO, sender=EMSP)
    assert ended.emsp.heard("tokens", "POST") == []


async def test_who_never_had_an_agreement_is_told_as_much_as_before(ended: Roaming) -> None:
    """4001, and an unknown card: a stranger's cards are no business of this CPO."""
    async with SimulatedPartner(("EMSP", STRANGER)) as stranger:
        await connect(ended.hub, stranger, "stranger", "EMSP")
        await tell_token(stranger, STRANGER, "04FF")
        assert (await ended.authorize("04FF", to=STRANGER)).status == 4001
        openly = await ended.authorize("04FF")
        assert (openly.http, openly.status) == (404, 2004)


async def test_a_card_of_an_agreement_that_has_not_begun_is_unknown(roaming: Roaming) -> None:
    async with SimulatedPartner(("EMSP", STRANGER)) as later:
        await connect(roaming.hub, later, "later", "EMSP")
        await operate(
            roaming.hub, "/agreements", {"cpo": str(CPO), "emsp": str(STRANGER), "first_day": "2026-02-01"}
        )
        assert (await roaming.authorize("04FF", to=STRANGER)).status == 4001


async def test_another_issuer_that_has_the_same_uid_has_its_say(ended: Roaming) -> None:
    async with SimulatedPartner(("EMSP", STRANGER)) as other:
        await connect(ended.hub, other, "other", "EMSP")
        await agree(ended.hub, emsp=STRANGER)
        await tell_token(other, STRANGER)
        said = (await ended.authorize(UID)).data
        assert (said["allowed"], said["token"]["party_id"]) == ("ALLOWED", "XYZ")


async def test_an_older_cpo_is_told_in_its_version(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> None:
    async with roaming_on(mongo, clock, tmp_path, cpo_speaks="2.2.1") as roaming:
        await tell_token(roaming.emsp)
        await end_today(roaming)
        answer = await roaming.authorize(UID, to=EMSP)
        assert (answer.status, answer.data["allowed"]) == (1000, "NOT_ALLOWED")
        assert "default_profile_type" not in answer.data["token"]


async def test_a_charge_of_then_is_told_to_its_end(ended: Roaming) -> None:
    """Case by case: what the CPO may still tell of it, and what not."""
    end = {"kwh": 9, "last_updated": "2026-01-02T01:00:00Z"}
    today = {"start_date_time": "2026-01-02T00:00:00Z"}
    back = {"before_taxes": -2, "taxes": [{"name": "VAT", "amount": Decimal("-0.4")}]}
    credit = {"id": "CR", "credit": True, "credit_reference_id": "CDR1", "total_cost": back, **today}
    where = ("FR", "CPO", "S1")
    for method, module, path, body, status in (
        ("PATCH", "sessions", where, end, 1000),
        ("PUT", "sessions", where, build.session(**THEN, last_updated="2026-01-02T02:00:00Z"), 1000),
        ("GET", "sessions", where, None, 1000),
        ("POST", "cdrs", (), build.cdr(**THEN), 1000),
        ("POST", "cdrs", (), build.cdr(**credit), 1000),
        ("POST", "cdrs", (), build.cdr(**{**credit, "id": "C9", "credit_reference_id": "?"}), 4001),
        ("POST", "cdrs", (), build.cdr(id="OUT", **today), 4001),
        ("PUT", "sessions", ("FR", "CPO", "S2"), build.session(id="S2", **today), 4001),
        ("GET", "sessions", ("FR", "CPO", "S2"), None, 4001),
        ("PUT", "locations", ("FR", "CPO", "LOC1"), build.location(), 4001),
    ):
        answer = await ended.push(module, *path, body=body, to=EMSP, method=method)
        assert answer.status == status, (method, module, path)
    await ended.later(seconds=15)  # a bill goes behind its session, and a credit behind its bill
    await eventually(lambda: len(ended.emsp.heard("cdrs", "POST")) == 2)


async def test_the_cpo_reads_its_own_bill_of_then(ended: Roaming) -> None:
    posted = await ended.push("cdrs", body=build.cdr(**THEN), to=EMSP, method="POST")
    for routing in (Routing(sender=CPO), Routing(to=EMSP, sender=CPO)):
        assert ended.cpo.their_token is not None
        read = await ended.cpo.send("GET", posted.headers["Location"], ended.cpo.their_token, None, routing)
        assert (read.status, read.data["id"]) == (1000, "CDR1")


async def test_the_emsp_steers_a_charge_of_then_and_begins_no_other(ended: Roaming) -> None:
    asking = Asking(ended)
    for name, body, status in (
        ("STOP_SESSION", {"session_id": "S1"}, 1000),
        ("START_SESSION", {"token": build.token().to_wire(), "location_id": "LOC1"}, 4001),
        ("STOP_SESSION", {"session_id": "S9"}, 4001),
    ):
        assert (await asking.command(name, body=body)).status == status, body
    back = await asking.result("ACCEPTED")
    assert back.status == 1000
    ended.cpo.answer("PUT", "sessions", SENDER, lambda _: Reply("ACCEPTED"))
    preferences = await call(
        ended.emsp, "PUT", "sessions/SENDER/S1/charging_preferences", THERE, {"profile_type": "GREEN"}
    )
    assert preferences.data == "ACCEPTED"
    url = f"{ended.emsp.url_of('chargingprofiles', SENDER)}/mine"
    asked = await ended.emsp.call(
        "GET",
        "chargingprofiles",
        RECEIVER,
        "S1",
        routing=THERE,
        query={"duration": "60", "response_url": url},
    )
    assert asked.status == 1000


async def test_a_reservation_of_then_is_cancelled_and_a_plug_of_then_opened(roaming: Roaming) -> None:
    """Not another reservation, nor a plug where nobody of the eMSP's charges."""
    await roaming.much_later(hours=13)
    reserved = {
        "reservation_id": "R1",
        "token": build.token().to_wire(),
        "expiry_date": "2026-01-03T06:00:00Z",
        "location_id": "LOC1",
    }
    assert (await Asking(roaming).command("RESERVE_NOW", body=reserved)).status == 1000
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(**THEN), to=EMSP)
    await end_today(roaming)
    asking = Asking(roaming)
    for name, body, status in (
        ("CANCEL_RESERVATION", {"reservation_id": "r1"}, 1000),
        ("CANCEL_RESERVATION", {"reservation_id": "R2"}, 4001),
        ("UNLOCK_CONNECTOR", {"location_id": "loc1", "evse_uid": "E1", "connector_id": "1"}, 1000),
        ("UNLOCK_CONNECTOR", {"location_id": "LOC1", "evse_uid": "E2", "connector_id": "1"}, 4001),
        ("RESERVE_NOW", {**reserved, "reservation_id": "R3"}, 4001),
    ):
        assert (await asking.command(name, body=body)).status == status, body


async def test_bills_of_then_are_still_discussed(ended: Roaming) -> None:
    record = {
        "country_code": "FR", "party_id": "CPO", "id": "R1", "invoice_id": "I1", "cdrs": ["CDR1"],
        "last_updated": "2026-01-02T00:00:00Z",
    }  # fmt: skip
    answer = await ended.push("invoicereconciliation", body=record, to=EMSP, method="POST")
    assert answer.status == 1000
    assert len(ended.emsp.heard("invoicereconciliation", "POST")) == 1
    answer = await ended.push("invoicereconciliation", body=record, to=STRANGER, method="POST")
    assert answer.status == 4001


async def test_a_next_page_is_not_followed_after_the_end(roaming: Roaming) -> None:
    link = f'<{roaming.cpo.base}/sender/tariffs?page=2>; rel="next"'
    headers = {"X-Total-Count": "3", "X-Limit": "2", "Link": link}
    roaming.cpo.answer("GET", "tariffs", SENDER, lambda _: Reply([], headers=headers))
    first = await roaming.pull("tariffs", to=CPO)
    following = first.headers["Link"].partition(">")[0].removeprefix("<")
    assert roaming.emsp.their_token is not None
    assert (await roaming.emsp.send("GET", following, roaming.emsp.their_token)).status == 1000
    await operate(roaming.hub, "/agreements/end", {**PAIR, "last_day": "2025-12-31"})
    assert (await roaming.emsp.send("GET", following, roaming.emsp.their_token)).status == 4001


async def test_what_was_agreed_before_is_remembered_when_it_is_agreed_anew(roaming: Roaming) -> None:
    """The bill of the last evening comes while the next agreement has not begun."""
    await roaming.much_later(hours=13)
    anew = {**PAIR, "first_day": "2026-02-01"}
    await operate(roaming.hub, "/agreements", anew)
    await settled(roaming)
    answer = await roaming.push("cdrs", body=build.cdr(**THEN), to=EMSP, method="POST")
    assert answer.status == 1000
    answer = await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location(), to=EMSP)
    assert answer.status == 4001


async def call(
    partner: SimulatedPartner, method: str, where: str, routing: Routing, body: Any = None
) -> Heard:
    module, side, *path = where.split("/")
    return await partner.call(method, module, Side(side), *path, routing=routing, body=body)
