"""The operator's door: who may come in, and how mistakes are told."""

from typing import Any

import httpx
import pytest

from ocpi.server.operator_auth import issue, new_key
from simulators.partner import SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, EMSP, Running, agree, connect, invited, operate

PAIR = {"cpo": str(CPO), "emsp": str(EMSP)}
NOUNS = ("/partners", "/agreements", "/outbox", "/objects/cdrs")


async def ask(
    hub: Running, method: str, path: str, body: Any = None, bearer: str | None = "good", **more: Any
) -> httpx.Response:
    token = issue(hub.admin.key, "anna", hub.foundation.clock.now()) if bearer == "good" else bearer
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient() as client:
        return await client.request(
            method, f"{hub.admin.url}/admin/v1{path}", json=body, headers=headers, **more
        )


async def test_without_a_bearer_token_nothing_is_shown_or_done(hub: Running) -> None:
    for token in (None, "x.y.z", issue(new_key(), "eve", hub.foundation.clock.now())):
        for path in (*NOUNS, "/nothing"):
            answer = await ask(hub, "GET", path, bearer=token)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert answer.headers["Content-Type"] == "application/problem+json"
        refused = await ask(
            hub, "POST", "/partners/invitations", {"name": "x", "roles": ["CPO"]}, bearer=token
        )
        assert refused.status_code == 401
    assert hub.foundation.directory.partners() == []


async def test_a_token_that_has_ended_opens_nothing(hub: Running, clock: ManualClock) -> None:
    token = issue(hub.admin.key, "anna", clock.now())
    assert (await ask(hub, "GET", "/partners", bearer=token)).status_code == 200
    await clock.leap(minutes=5)
    assert (await ask(hub, "GET", "/partners", bearer=token)).status_code == 401


async def test_health_needs_no_token_and_tells_no_partner(hub: Running, cpo: SimulatedPartner) -> None:
    await connect(hub, cpo, "the-cpo", "CPO")
    async with httpx.AsyncClient() as client:
        for path in ("/livez", "/readyz", "/metrics", "/version"):
            answer = await client.get(f"{hub.admin.url}{path}")
            assert answer.status_code == 200
            assert "the-cpo" not in answer.text


async def test_mistakes_are_told_with_their_pointers(hub: Running) -> None:
    register = {"name": "p", "roles": ["CPO"], "versions_url": "http://127.0.0.1:9/", "token": "secret-token"}
    for path, body, pointers in (
        ("/partners/invitations", {}, {"/name", "/roles"}),
        ("/partners/invitations", {"name": "", "roles": []}, {"/name", "/roles"}),
        ("/partners/invitations", {"name": "../x", "roles": ["CPO"]}, {"/name"}),
        ("/partners/invitations", {"name": "x", "roles": ["KING"]}, {"/roles/0"}),
        ("/partners/invitations", {"name": "x", "roles": ["CPO"], "rolls": 1}, {"/rolls"}),
        ("/partners/invitations", {"name": "x", "roles": ["CPO"], "parties": ["FRABC"]}, {"/parties/0"}),
        ("/partners/invitations", {"name": "x", "roles": ["CPO"], "lifetime_s": 0}, {"/lifetime_s"}),
        ("/partners", {**register, "versions_url": "ftp://x/"}, {"/versions_url"}),
        ("/partners", {**register, "token": "secret token"}, {"/token"}),
        ("/agreements", {"cpo": "FR*CPO"}, {"/emsp"}),
        ("/agreements", {"cpo": "FRCPO", "emsp": "NL*MSP"}, {"/cpo"}),
        ("/agreements", {**PAIR, "first_day": "soon"}, {"/first_day"}),
        ("/agreements", {**PAIR, "first_day": "2026-02-01", "last_day": "2026-01-01"}, {""}),
        ("/agreements/end", [], {""}),
    ):
        answer = await ask(hub, "POST", path, body)
        assert answer.status_code == 422, (path, body)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert {each["pointer"] for each in answer.json()["errors"]} == pointers
        assert "secret" not in answer.text


async def test_a_body_that_is_no_json_is_http_400(hub: Running) -> None:
    token = issue(hub.admin.key, "anna", hub.foundation.clock.now())
    async with httpx.AsyncClient() as client:
        for body in (b"", b"{", b"\xff"):
            answer = await client.post(
                f"{hub.admin.url}/admin/v1/agreements",
                content=body,
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code == 400
            assert answer.json()["title"] == "Bad Request"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/partners/nobody/suspend", {}, 404),
        ("POST", "/partners/nobody/rotate", {}, 404),
        ("DELETE", "/partners/nobody", None, 404),
        ("POST", "/agreements/end", {"cpo": "FR*CPO", "emsp": "NL*MSP"}, 404),
        ("POST", "/partners/nobody/curl", {"module": "cdrs"}, 404),
        ("GET", "/objects/wishes", None, 422),
        ("GET", "/objects/cdrs?limit=x", None, 422),
        ("GET", "/nothing", None, 404),
        ("PUT", "/partners", {}, 405),
    ],
)
async def test_what_is_not_there_or_not_now_has_its_status(
    hub: Running, method: str, path: str, body: Any, status: int
) -> None:
    answer = await ask(hub, method, path, body)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    if status == 405:
        assert answer.headers["Allow"]


async def test_a_name_is_given_once(hub: Running) -> None:
    await invited(hub, "the-cpo", "CPO")
    again = await ask(hub, "POST", "/partners/invitations", {"name": "the-cpo", "roles": ["EMSP"]})
    assert again.status_code == 409
    assert (await ask(hub, "DELETE", "/partners/the-cpo")).status_code == 200
    await invited(hub, "the-cpo", "CPO")


async def test_partners_are_shown_without_their_tokens(hub: Running, cpo: SimulatedPartner) -> None:
    """A-11."""
    await connect(hub, cpo, "the-cpo", "CPO")
    answer = await ask(hub, "GET", "/partners")
    (shown,) = answer.json()
    assert (shown["name"], shown["state"], shown["version"]) == ("the-cpo", "REGISTERED", "2.3.0")
    assert shown["roles"] == [{"role": "CPO", "party": "FR*CPO", "name": "Simulated FR*CPO"}]
    partner = hub.foundation.directory.partner("the-cpo")
    assert partner is not None
    assert partner.connection is not None
    assert cpo.their_token is not None
    assert partner.connection.token.reveal() not in answer.text
    assert cpo.their_token.reveal() not in answer.text


async def test_a_curl_line_calls_the_partner_as_we_do(hub: Running, cpo: SimulatedPartner) -> None:
    await connect(hub, cpo, "the-cpo", "CPO")
    told = await operate(
        hub,
        "/partners/the-cpo/curl",
        {"module": "cdrs", "to": "FR*CPO", "sender": "NL*MSP", "query": {"limit": "5"}},
    )
    partner = hub.foundation.directory.partner("the-cpo")
    assert partner is not None
    assert partner.connection is not None
    assert partner.connection.token.header() in told["curl"]
    assert told["curl"].endswith(f"'{cpo.base}/sender/cdrs?limit=5'")
    assert "OCPI-to-party-id: CPO" in told["curl"]


async def test_an_agreement_ends_with_its_last_day_and_never_later_again(
    hub: Running, clock: ManualClock
) -> None:
    await agree(hub)
    today = clock.now().date().isoformat()
    for last_day, ends, holds in (
        (None, today, True),
        ("2030-01-01", today, True),
        ("2025-12-31", "2025-12-31", False),
        ("2030-01-01", "2025-12-31", False),
    ):
        ended = await operate(hub, "/agreements/end", {**PAIR, "last_day": last_day})
        assert (ended["last_day"], ended["holds"]) == (ends, holds)
    (shown,) = (await ask(hub, "GET", "/agreements")).json()
    assert shown["last_day"] == "2025-12-31"
