"""What every address of the API does alike: who is let in, what is refused and how that is told."""

import pytest

from tests.emsp_adapter.apps.counter import SHARED_LOOP, Counter

pytestmark = SHARED_LOOP
START = {"location_id": "LOC1", "cpo": "FR*CPO", "token": {"uid": "04AA"}}


async def test_a_key_tells_what_it_opens(counter: Counter) -> None:
    app = await counter.holder(name="my-app", scopes=["sessions:read", "cdrs:read"], per_minute=600)
    heard = await app.get("/key")
    assert heard.http == 200
    assert heard.body == {
        "name": "my-app",
        "kind": "APP",
        "scopes": ["cdrs:read", "sessions:read"],
        "contracts": None,
        "expires_at": None,
        "per_minute": 600,
    }
    assert heard.headers["Cache-Control"] == "no-store"
    assert "Server" not in heard.headers


@pytest.mark.parametrize("path", ["/key", "/nothing", "/commands/1"])
async def test_without_a_good_key_every_address_answers_alike(counter: Counter, path: str) -> None:
    for key in (None, "passerelle-api-wrong"):
        heard = await counter.with_key(key).get(path)
        assert (heard.http, heard.headers["WWW-Authenticate"]) == (401, 'Bearer realm="passerelle"')
        assert heard.body["title"] == "Unauthorized"


async def test_an_address_that_is_not_there_and_a_method_that_is_not_are_problems_too(
    counter: Counter,
) -> None:
    app = await counter.holder()
    assert (await app.get("/nothing")).http == 404
    heard = await app.ask("DELETE", "/key")
    assert (heard.http, heard.headers["Allow"]) == (405, "GET")
    assert heard.body["status"] == 405


async def test_what_is_wrong_with_a_query_is_told_by_parameter(counter: Counter) -> None:
    app = await counter.holder()
    unknown = await app.get("/key", colour="red")
    assert (unknown.http, unknown.places) == (422, ["colour"])
    twice = await app.get("/key?a=1&a=2")
    assert (twice.http, twice.places) == (422, ["a"])


async def test_the_correlation_id_of_a_request_comes_back(counter: Counter) -> None:
    app = await counter.holder()
    heard = await app.ask("GET", "/key", headers={"X-Correlation-ID": "trip-7"})
    assert heard.headers["X-Correlation-ID"] == "trip-7"
    assert (await app.get("/key")).headers["X-Correlation-ID"]


async def test_who_takes_no_json_is_told_that_there_is_nothing_else(counter: Counter) -> None:
    app = await counter.holder()
    heard = await app.ask("GET", "/key", headers={"Accept": "text/html"})
    assert (heard.http, heard.places) == (406, ["Accept"])
    for accepted in ("*/*", "text/html, application/*;q=0.1", "application/json"):
        assert (await app.ask("GET", "/key", headers={"Accept": accepted})).http == 200


async def test_web_pages_of_others_are_told_nothing_by_a_browser(counter: Counter) -> None:
    app = await counter.holder()
    heard = await app.ask("GET", "/key", headers={"Origin": "https://evil.example"})
    assert not [name for name in heard.headers if name.startswith("Access-Control")]
