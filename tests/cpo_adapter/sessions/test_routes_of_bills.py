"""A hub and two direct eMSPs of other versions at once: each bill and session leaves by one route.

The hub says that it reaches one of the direct eMSPs too: that is no second route.
"""

from functools import partial
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests import build
from tests.cpo_adapter.sessions.charging import STATIONS, TARIFFS, Charging
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, HUB, agree, connect, running_cpo

BEHIND: Final = PartyId("BE", "EMS")
OLD: Final = PartyId("DE", "XYZ")
CARDS: Final = {BEHIND: "CARD-BEHIND", EMSP: "CARD-DIRECT", OLD: "CARD-OLD"}


async def test_a_hub_and_direct_partners_are_served_together_and_each_bill_leaves_by_one_route(
    mongo: Mongo, tmp_path: Path
) -> None:
    (tmp_path / "stations.toml").write_text(STATIONS)
    (tmp_path / "tariffs.toml").write_text(TARIFFS)
    files = {"inventory": tmp_path / "stations.toml", "tariffs": tmp_path / "tariffs.toml"}
    hub_roles = [("OTHER", HUB), ("EMSP", BEHIND), ("EMSP", EMSP)]
    async with (
        running_cpo(mongo, SystemClock(), tmp_path, **files) as cpo,
        SimulatedPartner(*hub_roles, hub_party=HUB) as hub,
        SimulatedPartner(("EMSP", EMSP), versions=("2.2.1",)) as direct,
        SimulatedPartner(("EMSP", OLD), versions=("2.1.1",)) as old,
        ClientSession() as session,
    ):
        await connect(cpo, direct, "direct", "EMSP")
        await connect(cpo, old, "old", "EMSP")
        await connect(cpo, hub, "hub", "HUB")
        for party in CARDS:
            await agree(cpo, CPO, party)
        for partner, party in ((hub, BEHIND), (direct, EMSP), (old, OLD)):
            await push_card(partner, party)
        async with Charging(cpo, direct, session).station() as station:
            for uid in CARDS.values():
                begun = await station.call(
                    "StartTransaction",
                    {"connectorId": 1, "idTag": uid, "meterStart": 0, "timestamp": ago(30)},
                )
                assert begun[2]["idTagInfo"]["status"] == "Accepted", (uid, begun)
                number = begun[2]["transactionId"]
                ended = {"transactionId": number, "meterStop": 5000, "timestamp": ago(0)}
                await station.call("StopTransaction", ended)
        heard = {BEHIND: hub, EMSP: direct, OLD: old}
        for partner in heard.values():
            await eventually(partial(partner.heard, "cdrs", "POST"))
        for party, partner in heard.items():
            assert [uid_of(each.json()) for each in partner.heard("cdrs", "POST")] == [CARDS[party]]
            told = {uid_of(each.json()) for each in partner.heard("sessions", "PUT")}
            assert told == {CARDS[party]}


def uid_of(told: Any) -> str:
    """The card of a session or bill, in any version."""
    return str(told["cdr_token"]["uid"] if "cdr_token" in told else told["auth_id"])


async def push_card(partner: SimulatedPartner, party: PartyId) -> None:
    uid = CARDS[party]
    owner = {"country_code": party.country_code, "party_id": party.party_id}
    token: dict[str, Any] = codec.decode(  # type: ignore[assignment]
        codec.dump(build.token(uid=uid, whitelist="ALWAYS", **owner))
    )
    if partner.version == "2.1.1":
        token = {"uid": uid, "type": "RFID", "auth_id": uid, "issuer": "XYZ", "valid": True}
        token |= {"whitelist": "ALWAYS", "last_updated": "2026-01-01T00:00:00Z"}
    heard = await partner.call(
        "PUT",
        "tokens",
        Side.RECEIVER,
        *(*owner.values(), uid),
        routing=Routing(to=CPO, sender=party),
        body=codec.encode(token),
    )
    assert heard.is_success, heard.body
