"""A CPO and an eMSP that have told each other what they have, and what became of it at the far side."""

from typing import Any

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Request, SimulatedPartner
from tests import build
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, HUB, operate
from tests.roaming import Roaming

UID = "04E2A1B2C3"
PAIR = {"cpo": str(CPO), "emsp": str(EMSP)}
NIGHT = f"/location-groups/{CPO}/night"


async def tell_location(roaming: Roaming, location_id: str = "LOC1", **changes: Any) -> None:
    body = build.location(id=location_id, **changes)
    assert (await roaming.push("locations", "FR", "CPO", location_id, body=body)).status == 1000


async def tell_tariff(roaming: Roaming, tariff_id: str = "T1") -> None:
    heard = await roaming.push("tariffs", "FR", "CPO", tariff_id, body=build.tariff(id=tariff_id))
    assert heard.status == 1000


async def tell_token(partner: SimulatedPartner, owner: PartyId = EMSP, uid: str = UID) -> None:
    named = {"country_code": owner.country_code, "party_id": owner.party_id}
    heard = await partner.call(
        "PUT", "tokens", Side.RECEIVER, owner.country_code, owner.party_id, uid,
        routing=Routing(to=HUB, sender=owner), body=build.token(**named, uid=uid).to_wire(),
    )  # fmt: skip
    assert heard.status == 1000


async def tell_everything(roaming: Roaming) -> None:
    """One location with two EVSEs, one tariff, one card; everybody who is to hear of them has."""
    await tell_location(roaming, evses=[build.evse(), build.evse(uid="E2")])
    await tell_tariff(roaming)
    await tell_token(roaming.emsp)
    await eventually(lambda: heard(roaming.emsp, "locations") and heard(roaming.emsp, "tariffs"))
    await eventually(lambda: heard(roaming.cpo, "tokens"))


def heard(partner: SimulatedPartner, module: str) -> list[Request]:
    return [each for each in partner.heard(module) if each.side is Side.RECEIVER]


def told(partner: SimulatedPartner, module: str = "locations") -> list[tuple[str, str, Any]]:
    """Method, id and what tells whether it is still there, in order."""
    return [(each.method, each.path.split("/")[2], _state(each)) for each in heard(partner, module)]


def _state(arrived: Request) -> Any:
    match arrived.module if arrived.body else None:
        case "locations":
            return {evse["status"] for evse in arrived.json()["evses"]}
        case "tokens":
            return arrived.json()["valid"]
        case _:
            return None


def forget(*partners: SimulatedPartner) -> None:
    """Whatever arrives from now on is news."""
    for partner in partners:
        partner.received.clear()
        partner.announced.clear()


async def end_today(roaming: Roaming) -> None:
    """The agreement has ended, and everybody has known for a while."""
    await operate(roaming.hub, "/agreements/end", PAIR)
    await tomorrow(roaming)


async def tomorrow(roaming: Roaming) -> None:
    await roaming.much_later(hours=24)
    await settled(roaming)


async def settled(roaming: Roaming) -> None:
    """Long enough for every process to know of a change, and for what follows from it."""
    await roaming.later(seconds=8)


async def change(roaming: Roaming, **terms: Any) -> None:
    await operate(roaming.hub, "/agreements/change", {**PAIR, "terms": terms})


async def group(roaming: Roaming, *locations: str, path: str = NIGHT) -> None:
    await operate(roaming.hub, path, {"locations": list(locations)})
