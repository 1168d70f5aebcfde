"""A tariff that an eMSP has for itself stands in the place of everybody's under the same id."""

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from tests import build
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, HUB
from tests.roaming import Roaming


async def push(roaming: Roaming, to: PartyId, currency: str, day: int) -> None:
    tariff = build.tariff(id="AC", currency=currency, last_updated=f"2026-03-{day:02}T00:00:00Z")
    heard = await roaming.cpo.call(
        "PUT",
        "tariffs",
        Side.RECEIVER,
        *("FR", "CPO", "AC"),
        routing=Routing(to=to, sender=CPO),
        body=codec.dump(tariff),
    )
    assert heard.is_success, heard.body


async def test_a_broadcast_does_not_reach_who_has_a_tariff_of_its_own(roaming: Roaming) -> None:
    await push(roaming, EMSP, "CHF", 1)
    await push(roaming, HUB, "EUR", 2)
    await roaming.push("locations", "FR", "CPO", "LOC1", body=codec.dump(build.location()))
    await eventually(lambda: bool(roaming.emsp.heard("locations")))
    await eventually(lambda: bool(roaming.emsp.heard("tariffs")))
    assert [each.json()["currency"] for each in roaming.emsp.heard("tariffs", "PUT")] == ["CHF"]
