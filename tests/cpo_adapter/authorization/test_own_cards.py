"""The operator's own cards at its own stations: the hub is not needed for them."""

from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.cpo_adapter.sessions.charging import Charging, running_charging
from tests.platforms import CPO, HUB, agree, connect

OWN = {"country_code": CPO.country_code, "party_id": CPO.party_id, "uid": "OWNCARD"}


async def _with_own_card(charging: Charging, own: SimulatedPartner, whitelist: str) -> None:
    """Issued by the same party in its other role, which is connected to the stations' side directly."""
    token = build.token(**OWN, whitelist=whitelist)
    told = {"allowed": "ALLOWED", "token": codec.decode(codec.dump(token))}
    own.answer("POST", "tokens", Side.SENDER, lambda _: Reply(told))
    await connect(charging.cpo, own, "ourselves", "EMSP")
    await agree(charging.cpo, CPO, CPO)
    path = (token.country_code, token.party_id, token.uid)
    routing = Routing(to=CPO, sender=CPO)
    heard = await own.call("PUT", "tokens", Side.RECEIVER, *path, routing=routing, body=codec.dump(token))
    assert heard.status == 1000, heard.body


@pytest.mark.parametrize("whitelist", ["ALWAYS", "NEVER"])
async def test_an_own_card_is_let_in_while_the_hub_is_away(
    mongo: Mongo, tmp_path: Path, whitelist: str
) -> None:
    async with (
        running_charging(mongo, tmp_path) as charging,
        SimulatedPartner(("HUB", HUB), hub_party=HUB) as hub,
        SimulatedPartner(("EMSP", CPO)) as own,
    ):
        await connect(charging.cpo, hub, "the-hub", "HUB")
        hub.is_online = False
        hub.received.clear()
        await _with_own_card(charging, own, whitelist)
        async with charging.station() as station:
            answer = await station.call("Authorize", {"idTag": "OWNCARD"})
        assert answer[2]["idTagInfo"]["status"] == "Accepted"
        assert hub.heard("tokens") == []
        assert len(own.heard("tokens", "POST")) == (whitelist == "NEVER")
