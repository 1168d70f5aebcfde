"""Charging profiles through the hub: set, asked for, cleared, told. C-061, C-128."""

from typing import Any

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, Request, SimulatedPartner
from tests import build
from tests.fakes.eventually import eventually
from tests.hub.callbacks.asking import BACK, Asking
from tests.platforms import CPO, EMSP, agree, connect
from tests.roaming import Roaming

SCSP = PartyId("FR", "SCS")
PROFILE = {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": 3700}]}
ACTIVE = {"start_date_time": "2026-01-01T00:00:00Z", "charging_profile": PROFILE}


@pytest.fixture
def asking(roaming: Roaming) -> Asking:
    return Asking(roaming)


def profile_url(partner: SimulatedPartner) -> str:
    return f"{partner.url_of('chargingprofiles', Side.SENDER)}/mine?a=1&b=%2F"


async def send(asking: Asking, method: str, query: str = "", body: Any = None) -> Heard:
    emsp = asking.roaming.emsp
    assert emsp.their_token is not None
    url = f"{emsp.endpoints['chargingprofiles', 'RECEIVER']}/S1{query}"
    return await emsp.send(method, url, emsp.their_token, body, Routing(to=CPO, sender=EMSP))


async def test_the_address_of_a_result_is_replaced_in_the_query_alone(asking: Asking) -> None:
    """C-061: every other parameter stays to the letter."""
    url = profile_url(asking.roaming.emsp)
    quoted = url.replace("%", "%25").replace(":", "%3A").replace("/", "%2F").replace("&", "%26")
    heard = await send(asking, "GET", f"?odd=%2B+&duration=900&response_url={quoted}&x")
    assert heard.data == {"result": "ACCEPTED", "timeout": 30}
    (arrived,) = asking.promised
    assert (arrived.method, arrived.path) == ("GET", "S1")
    assert {name: arrived.query[name] for name in ("odd", "duration", "x")} == {
        "odd": "+ ",
        "duration": "900",
        "x": "",
    }
    assert asking.hub_url.startswith(f"{asking.roaming.hub.url}/ocpi/2.3.0/sender/chargingprofiles/")


@pytest.mark.parametrize(
    ("method", "result"),
    [
        ("GET", {"result": "ACCEPTED", "profile": ACTIVE}),
        ("PUT", {"result": "ACCEPTED"}),
        ("DELETE", {"result": "UNKNOWN"}),
    ],
)
async def test_each_request_has_its_result(asking: Asking, method: str, result: dict[str, Any]) -> None:
    """The result arrives at exactly the asker's address, its own query included, and once."""
    url = profile_url(asking.roaming.emsp)
    if method == "PUT":
        heard = await send(asking, method, body={"charging_profile": PROFILE, "response_url": url})
        assert asking.promised[0].json()["charging_profile"] == PROFILE
    else:
        quoted = url.replace("%", "%25").replace("&", "%26")
        heard = await send(asking, method, f"?response_url={quoted}")
    assert heard.data["result"] == "ACCEPTED"
    cpo = asking.roaming.cpo
    assert (await cpo.tell_result(asking.hub_url, result, BACK)).status == 1000
    (arrived,) = asking.results()
    assert (arrived.method, arrived.path, arrived.query) == ("POST", "mine", {"a": "1", "b": "/"})
    assert (arrived.json(), arrived.routing) == (result, BACK)
    assert (await cpo.tell_result(asking.hub_url, result, BACK)).status == 2001


@pytest.mark.parametrize("query", ["", "?response_url=http%3A%2F%2F127.0.0.1%3A1%2Fx", "?response_url="])
async def test_a_result_needs_an_address_of_the_asker(asking: Asking, query: str) -> None:
    """A-19."""
    assert (await send(asking, "DELETE", query)).status == 2001
    assert asking.promised == []


async def test_a_smart_charging_provider_steers_a_session_that_it_was_told_of(roaming: Roaming) -> None:
    """It has a role of its own, and the agreement is made with it."""
    asking = Asking(roaming)
    async with SimulatedPartner(("SCSP", SCSP)) as scsp:
        await connect(roaming.hub, scsp, "the-scsp", "SCSP")
        await agree(roaming.hub, emsp=SCSP)
        path = ("sessions", "FR", "CPO", "S1")
        assert (await roaming.push(*path, body=build.session(), to=SCSP)).status == 1000
        await eventually(lambda: bool(scsp.heard("sessions")))

        body = {"charging_profile": PROFILE, "response_url": profile_url(scsp)}
        routing = Routing(sender=SCSP)
        heard = await scsp.call("PUT", "chargingprofiles", Side.RECEIVER, "S1", routing=routing, body=body)
        assert heard.data["result"] == "ACCEPTED"
        assert asking.promised[0].routing == Routing(to=CPO, sender=SCSP)

        told = await roaming.cpo.call(
            "PUT", "chargingprofiles", Side.SENDER, "S1", routing=Routing(sender=CPO), body=ACTIVE
        )
        assert told.status == 1000
        (active,) = scsp.heard("chargingprofiles")
        assert (active.method, active.side, active.path) == ("PUT", Side.SENDER, "S1")
        assert (active.json(), active.routing) == (ACTIVE, Routing(to=SCSP, sender=CPO))
        refused = await scsp.call(
            "POST", "commands", Side.RECEIVER, "STOP_SESSION", routing=routing, body={"session_id": "S1"}
        )
        assert refused.status == 2001


async def test_an_active_profile_is_told_to_whom_it_is_for(roaming: Roaming) -> None:
    """C-128: openly routed to nobody where two parties know the session, and then by name."""

    async def tell(routing: Routing) -> Heard:
        return await roaming.cpo.call(
            "PUT", "chargingprofiles", Side.SENDER, "S1", routing=routing, body=ACTIVE
        )

    assert (await tell(Routing(sender=CPO))).status == 2001
    async with SimulatedPartner(("SCSP", SCSP)) as scsp:
        await connect(roaming.hub, scsp, "the-scsp", "SCSP")
        await agree(roaming.hub, emsp=SCSP)
        for party in (EMSP, SCSP):
            await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=party)
        heard = await tell(Routing(sender=CPO))
        assert (heard.http, heard.status) == (200, 4000)
        assert (await tell(Routing(to=SCSP, sender=CPO))).status == 1000
        assert profiles_at(scsp) == ["S1"]
        assert profiles_at(roaming.emsp) == []


def profiles_at(partner: SimulatedPartner) -> list[str]:
    heard: list[Request] = partner.heard("chargingprofiles")
    return [each.path for each in heard]
