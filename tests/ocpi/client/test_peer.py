"""Typed calls to a far side that is a few routes: what is asked, what is understood, what is refused."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import respx

from ocpi.client.peer import Peer
from ocpi.errors import Rejected, TimedOut, Unreachable, Unreadable
from ocpi.wire.credentials_token import CredentialsToken

BASE = "https://far.example/ocpi"
TOKEN = CredentialsToken("example-token")
STAMP = "2026-03-01T00:00:00Z"


@pytest.fixture
def far() -> respx.Router:
    return respx.Router(assert_all_called=False)


@pytest.fixture
async def peer(far: respx.Router) -> AsyncIterator[Peer]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(far.async_handler)) as client:
        yield Peer(client, TOKEN)


def ok(data: Any = None, **more: Any) -> httpx.Response:
    told = {"status_code": 1000, "timestamp": STAMP, "data": data}
    return httpx.Response(200, json=told, **more)


async def test_versions_are_asked_for_with_the_token_and_message_ids(far: respx.Router, peer: Peer) -> None:
    route = far.get(f"{BASE}/versions").mock(return_value=ok([{"version": "2.3.0", "url": f"{BASE}/2.3.0"}]))
    (version,) = await peer.versions(f"{BASE}/versions")
    assert (str(version.version), str(version.url)) == ("2.3.0", f"{BASE}/2.3.0")
    asked = route.calls.last.request
    assert asked.headers["Authorization"] == "Token ZXhhbXBsZS10b2tlbg=="
    assert asked.headers["X-Request-ID"] != asked.headers["X-Correlation-ID"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>login</html>"),
        ok({"version": "2.3.0"}),
        ok([{"url": f"{BASE}/2.3.0"}]),
    ],
)
async def test_what_is_no_list_of_versions_is_unreadable(
    far: respx.Router, peer: Peer, answer: httpx.Response
) -> None:
    far.get(f"{BASE}/versions").mock(return_value=answer)
    with pytest.raises(Unreadable):
        await peer.versions(f"{BASE}/versions")


async def test_a_refusal_keeps_both_statuses_and_the_words(far: respx.Router, peer: Peer) -> None:
    told = {"status_code": 2001, "status_message": "no such thing", "timestamp": STAMP}
    far.get(f"{BASE}/versions").mock(return_value=httpx.Response(404, json=told))
    with pytest.raises(Rejected, match="no such thing") as refused:
        await peer.versions(f"{BASE}/versions")
    assert (refused.value.http, refused.value.ocpi) == (404, 2001)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [(httpx.ConnectError("refused"), Unreachable), (httpx.ReadTimeout("late"), TimedOut)],
)
async def test_trouble_on_the_way_has_a_name(
    far: respx.Router, peer: Peer, trouble: Exception, error: type[Exception]
) -> None:
    far.get(f"{BASE}/versions").mock(side_effect=trouble)
    with pytest.raises(error):
        await peer.versions(f"{BASE}/versions")
