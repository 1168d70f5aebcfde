"""Every functional module goes through the hub, for every role that has a part in it. C-002, C-054."""

from typing import Any

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, Reply, SimulatedPartner
from tests import build
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, HUB, agree, connect, invited
from tests.roaming import Roaming

SENDER, RECEIVER = Side.SENDER, Side.RECEIVER
PTP = PartyId("FR", "PTP")
THERE = Routing(to=CPO, sender=EMSP)

OF_2_2_1 = ("locations", "sessions", "cdrs", "tariffs", "tokens", "commands", "chargingprofiles")
OF_2_3_0 = (*OF_2_2_1, "invoicereconciliation", "payments")


async def call(
    partner: SimulatedPartner, method: str, where: str, routing: Routing, body: Any = None
) -> Heard:
    """`where` is module, side and path: `payments/SENDER/terminals`."""
    module, side, *path = where.split("/")
    return await partner.call(method, module, Side(side), *path, routing=routing, body=body)


@pytest.mark.parametrize(("version", "modules"), [("2.3.0", OF_2_3_0), ("2.2.1", OF_2_2_1)])
async def test_both_sides_of_every_module_of_a_version_are_offered(
    roaming: Roaming, version: str, modules: tuple[str, ...]
) -> None:
    """C-002: discovery shows what is mounted."""
    async with SimulatedPartner(("CPO", PartyId("DE", "CPO")), versions=(version,)) as partner:
        await partner.discover(roaming.hub.versions_url, await invited(roaming.hub, "new", "CPO"))
        routed = {(module, str(side)) for module in modules for side in Side}
        offered = partner.endpoints.keys() - {("credentials", "SENDER"), ("hubclientinfo", "SENDER")}
        assert offered == routed
        assert all(f"/ocpi/{version}/" in url for url in partner.endpoints.values())


async def test_charging_preferences_reach_the_cpo_and_its_word_comes_back(roaming: Roaming) -> None:
    """C-130: by name, and openly routed for a session that was told here."""
    body = {"profile_type": "GREEN", "departure_time": "2026-01-01T08:00:00Z"}
    roaming.cpo.answer("PUT", "sessions", SENDER, lambda _: Reply("NOT_POSSIBLE"))
    where = "sessions/SENDER/S1/charging_preferences"
    unknown = await call(roaming.emsp, "PUT", where, Routing(sender=EMSP), body)
    assert (unknown.status, "S1" in unknown.envelope["status_message"]) == (2001, True)

    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    for routing in (THERE, Routing(sender=EMSP)):
        heard = await call(roaming.emsp, "PUT", where, routing, body)
        assert (heard.status, heard.data) == (1000, "NOT_POSSIBLE")
    assert [each.json() for each in roaming.cpo.heard("sessions", "PUT")] == [body, body]
    assert {each.routing for each in roaming.cpo.heard("sessions", "PUT")} == {THERE}


async def test_one_location_is_read_by_its_id(roaming: Roaming) -> None:
    """Openly routed to its owner, if it was told here."""
    roaming.cpo.answer("GET", "locations", SENDER, lambda arrived: Reply({"path": arrived.path}))
    assert (await roaming.pull("locations", "LOC1", "E1", to=CPO)).data == {"path": "LOC1/E1"}
    assert (await roaming.pull("locations", "LOC1", to=None)).status == 2003
    await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location())
    assert (await roaming.pull("locations", "loc1", to=None)).data == {"path": "loc1"}


async def test_a_payment_terminal_is_managed_through_the_hub(roaming: Roaming) -> None:
    """Providers come as OTHER; no URL of payments names a party, so the headers do."""
    terminal: Any = {"terminal_id": "T1", "last_updated": "2026-01-01T00:00:00Z", "odd": 1}
    async with SimulatedPartner(("OTHER", PTP)) as ptp:
        await connect(roaming.hub, ptp, "the-ptp", "OTHER")
        await agree(roaming.hub, emsp=PTP)
        there, back = Routing(to=PTP, sender=CPO), Routing(to=CPO, sender=PTP)
        for method, path, body in (
            ("GET", "terminals", None),
            ("GET", "terminals/T1", None),
            ("PUT", "terminals/T1", terminal),
            ("PATCH", "terminals/T1", terminal),
            ("POST", "terminals/activate", terminal),
            ("POST", "terminals/T1/deactivate", None),
            ("GET", "financial-advice-confirmations", None),
            ("GET", "financial-advice-confirmations/F1", None),
        ):
            heard = await call(roaming.cpo, method, f"payments/SENDER/{path}", there, body)
            assert heard.status == 1000
            arrived = ptp.heard("payments")[-1]
            assert (arrived.method, arrived.side, arrived.path) == (method, SENDER, path)
            assert (arrived.routing, arrived.json() if arrived.body else None) == (there, body)
        for method, path, body in (
            ("POST", "terminals", terminal),
            ("GET", "terminals/T1", None),
            ("POST", "financial-advice-confirmations", {"id": "F1"}),
            ("GET", "financial-advice-confirmations/F1", None),
        ):
            heard = await call(ptp, method, f"payments/RECEIVER/{path}", back, body)
            assert heard.status == 1000
            arrived = roaming.cpo.heard("payments")[-1]
            assert (arrived.method, arrived.path, arrived.routing) == (method, path, back)
        for routing in (Routing(to=HUB, sender=CPO), Routing(sender=CPO)):
            refused = await call(roaming.cpo, "GET", "payments/SENDER/terminals", routing)
            assert (refused.http, refused.status) == (200, 2001)


@pytest.mark.parametrize("biller", ["cpo", "emsp"])
async def test_invoices_are_reconciled_in_both_directions(roaming: Roaming, biller: str) -> None:
    """Direct billing: the CPO has the records; reverse billing: the eMSP has them."""
    owner, reader = (CPO, EMSP) if biller == "cpo" else (EMSP, CPO)
    sender: SimulatedPartner = getattr(roaming, biller)
    receiver = roaming.emsp if biller == "cpo" else roaming.cpo
    record = {"id": "R1", "country_code": owner.country_code, "party_id": owner.party_id, "odd": 1.50}
    there, back = Routing(to=reader, sender=owner), Routing(to=owner, sender=reader)
    one = f"{owner.country_code}/{owner.party_id}/R1"
    for method, path, body in (
        ("POST", "", record),
        ("PUT", one, record),
        ("GET", one, None),
        ("DELETE", one, None),
    ):
        where = f"invoicereconciliation/RECEIVER/{path}".rstrip("/")
        assert (await call(sender, method, where, there, body)).status == 1000
        arrived = receiver.heard("invoicereconciliation")[-1]
        assert (arrived.method, arrived.path, arrived.side) == (method, path, RECEIVER)
        assert arrived.routing == there
    sender.answer("GET", "invoicereconciliation", SENDER, lambda _: Reply([record]))
    listed = await call(receiver, "GET", "invoicereconciliation/SENDER", back)
    assert (listed.data, Routing.read(listed.headers)) == ([record], there)
    for routing in (Routing(to=HUB, sender=reader), Routing(sender=reader)):
        refused = await call(receiver, "GET", "invoicereconciliation/SENDER", routing)
        assert (refused.http, refused.status) == (200, 2001)


async def test_a_company_with_two_platforms_is_reached_where_it_plays_the_other_part(
    roaming: Roaming,
) -> None:
    """FR*CPO is an eMSP too, on a platform of its own: what an eMSP says of bills goes to the CPO."""
    async with SimulatedPartner(("EMSP", CPO)) as other:
        await connect(roaming.hub, other, "other", "EMSP")
        there = Routing(to=CPO, sender=EMSP)
        heard = await call(roaming.emsp, "POST", "invoicereconciliation/RECEIVER", there, {"id": "R1"})
        assert heard.status == 1000
        assert len(roaming.cpo.heard("invoicereconciliation")) == 1
        assert other.received == []


async def test_a_module_of_one_version_is_no_module_of_the_other(roaming: Roaming) -> None:
    assert roaming.emsp.their_token is not None
    for module in ("payments", "invoicereconciliation"):
        url = f"{roaming.hub.url}/ocpi/2.2.1/sender/{module}"
        assert (await roaming.emsp.send("GET", url, roaming.emsp.their_token, routing=THERE)).http == 404


@pytest.mark.parametrize("role", ["NSP", "NAP", "OTHER"])
async def test_whoever_reads_locations_and_tariffs_hears_of_them_and_asks_for_them(
    roaming: Roaming, role: str
) -> None:
    """C-054: those with an agreement and the receiver module; and they are told no bills."""
    reader = PartyId("FR", "RDR")
    async with SimulatedPartner((role, reader)) as partner:
        await connect(roaming.hub, partner, "reader", role)
        await roaming.push("tariffs", "FR", "CPO", "T0", body=build.tariff(id="T0"))
        await agree(roaming.hub, emsp=reader)
        await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location())
        await roaming.push("tariffs", "FR", "CPO", "T1", body=build.tariff())
        await eventually(lambda: len(partner.heard("tariffs")) == 2 and partner.heard("locations"))
        assert {each.path for each in partner.heard("tariffs")} == {"FR/CPO/T0", "FR/CPO/T1"}
        assert {each.routing for each in partner.heard("locations")} == {Routing(to=reader, sender=HUB)}
        listed = await call(partner, "GET", "locations/SENDER", Routing(to=HUB, sender=reader))
        assert [each["id"] for each in listed.data] == ["LOC1"]
        asked = await call(partner, "GET", "tariffs/SENDER", Routing(to=CPO, sender=reader))
        assert asked.status == 1000
        if role != "OTHER":
            bill = await roaming.push("cdrs", body=build.cdr(), to=reader, method="POST")
            assert bill.status == 4001


async def test_what_an_other_tells_everybody_goes_to_cpos_only(roaming: Roaming) -> None:
    """C-054."""
    other = PartyId("FR", "OTH")
    async with SimulatedPartner(("OTHER", other)) as partner:
        await connect(roaming.hub, partner, "other", "OTHER")
        await agree(roaming.hub, emsp=other)
        token = build.token(country_code="FR", party_id="OTH").to_wire()
        where = "tokens/RECEIVER/FR/OTH/04E2A1B2C3"
        assert (await call(partner, "PUT", where, Routing(to=HUB, sender=other), token)).http == 201
        await eventually(lambda: bool(roaming.cpo.heard("tokens")))
        assert roaming.emsp.heard("tokens") == []
