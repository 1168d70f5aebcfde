"""Requests that name no receiver: the hub finds out. C-056, C-058."""

from typing import Any

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from tests import build
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, HUB
from tests.roaming import Roaming

SENDER = Side.SENDER


async def test_sessions_and_bills_go_to_the_issuer_of_their_token(roaming: Roaming) -> None:
    """C-058."""
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=None)
    await roaming.push("cdrs", body=build.cdr(), to=None, method="POST")
    await eventually(lambda: len(roaming.emsp.received) == 2)
    assert [each.routing for each in roaming.emsp.received] == 2 * [Routing(to=EMSP, sender=CPO)]


async def test_a_changed_session_goes_where_the_session_went(roaming: Roaming) -> None:
    change = {"kwh": 5, "last_updated": "2026-03-01T09:00:00Z"}
    path = ("sessions", "FR", "CPO", "S1")
    unknown = await roaming.push(*path, body=change, to=None, method="PATCH")
    assert (unknown.http, unknown.status) == (404, 2001)
    await roaming.push(*path, body=build.session(), to=EMSP)
    assert (await roaming.push(*path, body=change, to=None, method="PATCH")).status == 1000
    await eventually(lambda: [each.json()["kwh"] for each in roaming.emsp.received][-1:] == [5])


@pytest.mark.parametrize(
    "token", [None, 5, {}, {"country_code": 5, "party_id": "MSP"}, {"country_code": "X", "party_id": "Y"}]
)
async def test_a_bill_without_a_usable_token_names_nobody(roaming: Roaming, token: Any) -> None:
    """2002: not enough information."""
    body = {**build.cdr().to_wire(), "cdr_token": token}
    heard = await roaming.push("cdrs", body=body, to=None, method="POST")
    assert (heard.http, heard.status) == (200, 2002)


async def test_what_is_for_all_is_broadcast(roaming: Roaming) -> None:
    await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location(), to=None)
    await eventually(lambda: len(roaming.emsp.heard("locations")) == 1)
    assert roaming.emsp.heard("locations")[0].routing == Routing(to=EMSP, sender=HUB)


async def test_what_cannot_be_told_from_the_request_is_refused_with_the_way_out(roaming: Roaming) -> None:
    """C-055, C-056, C-058, S-21."""
    for module, path, routing in (
        ("tariffs", (), Routing(sender=EMSP)),
        ("locations", ("LOC1",), Routing(to=HUB, sender=EMSP)),
    ):
        heard = await roaming.emsp.call("GET", module, SENDER, *path, routing=routing)
        assert (heard.http, heard.status) == (200, 2001)
        assert "name" in heard.envelope["status_message"]
    for method, module, rest in (
        ("GET", "locations", ["FR", "CPO", "LOC1"]),
        ("PUT", "sessions", ["FR", "CPO", "S1"]),
        ("POST", "cdrs", []),
    ):
        heard = await roaming.push(module, *rest, body=build.session(), to=HUB, method=method)
        assert (heard.http, heard.status) == (200, 2001)
    assert roaming.emsp.received == []
