"""Issuers that are away when their card is held up, and what one sees of the cards of another."""

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests.cpo_adapter.sessions.charging import UID, Charging
from tests.cpo_adapter.sessions.test_from_tap_to_bill import charge
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, agree, connect

OTHER = PartyId("DE", "XYZ")


async def test_a_card_that_may_charge_offline_does_when_its_issuer_is_away(charging: Charging) -> None:
    """C-083."""
    await charging.push_token(whitelist="ALLOWED_OFFLINE", last_updated="2026-04-01T00:00:00Z")
    charging.emsp.is_online = False
    async with charging.station() as station:
        answer = await station.call("Authorize", {"idTag": UID})
    assert answer[2]["idTagInfo"]["status"] == "Accepted"


async def test_a_card_that_must_be_asked_about_does_not_charge_when_its_issuer_is_away(
    charging: Charging,
) -> None:
    """C-081."""
    charging.emsp.is_online = False
    async with charging.station() as station:
        answer = await station.call("Authorize", {"idTag": UID})
    assert answer[2]["idTagInfo"]["status"] == "Invalid"


async def test_a_bill_can_be_pulled_by_the_issuer_of_the_card_alone(charging: Charging) -> None:
    async with charging.station() as station:
        await charge(station)
        await eventually(lambda: bool(charging.bills()))
    routing = Routing(to=CPO, sender=EMSP)
    pulled = await charging.emsp.call("GET", "cdrs", Side.SENDER, routing=routing)
    assert [cdr["id"] for cdr in pulled.data] == [bill["id"] for bill in charging.bills()]
    async with SimulatedPartner(("EMSP", OTHER)) as other:
        await connect(charging.cpo, other, "another-emsp", "EMSP")
        await agree(charging.cpo, CPO, OTHER)
        seen = await other.call("GET", "cdrs", Side.SENDER, routing=Routing(to=CPO, sender=OTHER))
    assert (seen.status, seen.data) == (1000, [])
