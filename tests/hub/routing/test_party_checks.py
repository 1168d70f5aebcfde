"""Whoever speaks is who it says, and speaks of its own. Attacks S-14 to S-27 that no other file has."""

from typing import Any

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, SimulatedPartner
from tests import build
from tests.fakes.eventually import eventually
from tests.hub.callbacks.asking import Asking
from tests.platforms import CPO, EMSP, HUB, agree, connect
from tests.roaming import Roaming

RECEIVER, SENDER = Side.RECEIVER, Side.SENDER
OTHER, THIRD = PartyId("BE", "MSP"), PartyId("DE", "CPO")
A_RECORD = {
    "id": "R1",
    "invoice_id": "I1",
    "cdrs": ["CDR1"],
    "last_updated": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("module", "path"),
    [
        ("locations", "DE/CPO/LOC1"),
        ("tariffs", "DE/CPO/T1"),
        ("sessions", "DE/CPO/S1"),
        ("cdrs", "DE/CPO/CDR1"),
        ("invoicereconciliation", "DE/CPO/R1"),
    ],
)
async def test_nobody_reads_at_a_receiver_what_somebody_else_told_it(
    roaming: Roaming, module: str, path: str
) -> None:
    """S-15: a CPO may look at its own objects there, and at no others."""
    for to in (EMSP, None):
        heard = await roaming.cpo.call(
            "GET", module, RECEIVER, *path.split("/"), routing=Routing(to=to, sender=CPO)
        )
        assert (heard.http, heard.status) == (404, 2001)
    assert roaming.emsp.received == []


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_an_invoice_is_said_by_the_party_in_its_address_and_its_body(
    roaming: Roaming, method: str
) -> None:
    """S-15, S-16."""
    foreign: Any = {**A_RECORD, "country_code": "DE", "party_id": "CPO"}
    path = () if method == "POST" else ("FR", "CPO", "R1")
    there = Routing(to=EMSP, sender=CPO)
    heard = await roaming.cpo.call(
        method, "invoicereconciliation", RECEIVER, *path, routing=there, body=foreign
    )
    assert (heard.http, heard.status) == (200, 2001)
    assert "/party_id" in heard.envelope["status_message"]
    assert roaming.emsp.received == []


@pytest.mark.parametrize("module", ["sessions", "cdrs"])
async def test_a_charge_is_told_to_the_issuer_of_its_card_and_to_no_other(
    roaming: Roaming, module: str
) -> None:
    """S-20: nobody gets the bill for a card of somebody else."""
    async with SimulatedPartner(("EMSP", OTHER)) as other:
        await connect(roaming.hub, other, "other", "EMSP")
        await agree(roaming.hub, emsp=OTHER)
        heard = await _charge(roaming, module, to=OTHER)
        assert (heard.http, heard.status) == (200, 2001)
        assert "/cdr_token/party_id" in heard.envelope["status_message"]
        assert (await _charge(roaming, module, to=EMSP)).status == 1000
        await eventually(lambda: bool(roaming.emsp.heard(module)))
        assert other.received == []


async def _charge(roaming: Roaming, module: str, to: PartyId) -> Heard:
    if module == "cdrs":
        return await roaming.push("cdrs", body=build.cdr(), to=to, method="POST")
    return await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=to)


async def test_who_steers_charging_is_told_of_sessions_of_any_card(roaming: Roaming) -> None:
    async with SimulatedPartner(("SCSP", OTHER)) as steering:
        await connect(roaming.hub, steering, "steering", "SCSP")
        await agree(roaming.hub, emsp=OTHER)
        assert (await _charge(roaming, "sessions", to=OTHER)).status == 1000
        await eventually(lambda: bool(steering.heard("sessions")))


async def test_nobody_stops_a_charge_that_it_was_not_told_of(roaming: Roaming) -> None:
    """S-26: the CPO is not even asked, however well the thief knows its id."""
    asking = Asking(roaming)
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    async with SimulatedPartner(("EMSP", OTHER)) as thief:
        await connect(roaming.hub, thief, "thief", "EMSP")
        await agree(roaming.hub, emsp=OTHER)
        there = Routing(to=CPO, sender=OTHER)
        url = f"{thief.url_of('commands', SENDER)}/STOP_SESSION/x"
        order = {"session_id": "s1", "response_url": url}
        stopped = await thief.call("POST", "commands", RECEIVER, "STOP_SESSION", routing=there, body=order)
        steered = await thief.call(
            "DELETE", "chargingprofiles", RECEIVER, "S1", routing=there, query={"response_url": url}
        )
        assert {(each.http, each.status) for each in (stopped, steered)} == {(200, 2001)}
    assert asking.promised == []
    assert (await asking.command("STOP_SESSION", body={"session_id": "S1"})).data["result"] == "ACCEPTED"


async def test_a_company_of_two_platforms_is_told_and_asked_where_it_plays_that_part(
    roaming: Roaming,
) -> None:
    """FR*CPO has stations on one platform and issues cards on another: the key is party and role."""
    async with (
        SimulatedPartner(("EMSP", CPO)) as issuing,
        SimulatedPartner(("CPO", THIRD)) as third,
    ):
        await connect(roaming.hub, issuing, "issuing", "EMSP")
        await connect(roaming.hub, third, "third", "CPO")
        await agree(roaming.hub, cpo=THIRD, emsp=CPO)
        place = build.location(id="LOC9", country_code="DE", party_id="CPO")
        told = await third.call(
            "PUT",
            "locations",
            RECEIVER,
            "DE",
            "CPO",
            "LOC9",
            routing=Routing(HUB, THIRD),
            body=place.to_wire(),
        )
        assert told.status == 1000
        await eventually(lambda: bool(issuing.heard("locations")))
        card = build.token(country_code="FR", party_id="CPO", whitelist="NEVER")
        shown = await issuing.call(
            "PUT", "tokens", RECEIVER, "FR", "CPO", card.uid, routing=Routing(HUB, CPO), body=card.to_wire()
        )
        assert shown.status == 1000
        await eventually(lambda: bool(third.heard("tokens")))
        asked = await third.call(
            "POST", "tokens", SENDER, card.uid, "authorize", routing=Routing(sender=THIRD), body=b"{}"
        )
        assert asked.http == 200
        assert [each.path for each in issuing.heard("tokens", "POST")] == [f"{card.uid}/authorize"]
        assert roaming.cpo.heard("tokens") + roaming.cpo.heard("locations") == []
        own = await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location())
        assert own.status == 1000
        await eventually(lambda: bool(roaming.emsp.heard("locations")))
        assert [each.path for each in issuing.heard("locations")] == ["DE/CPO/LOC9"]
