"""Web pages: those of named origins may use the API from a browser, and no others."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.emsp_adapter.apps.counter import SHARED_LOOP, Counter, Heard, running_counter

pytestmark = SHARED_LOOP
OURS, OTHERS = "https://my.example", "https://evil.example"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def counter(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with running_counter(mongo_url, tmp_path_factory.mktemp("emsp"), api_origins=(OURS,)) as running:
        yield running


async def preflight(counter: Counter, origin: str) -> Heard:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return await counter.with_key(None).ask("OPTIONS", "/sessions", headers=headers)


async def test_a_page_of_ours_is_told_what_it_may_send(counter: Counter) -> None:
    heard = await preflight(counter, OURS)
    assert (heard.http, heard.headers["Access-Control-Allow-Origin"]) == (204, OURS)
    assert "Authorization" in heard.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in heard.headers
    assert heard.headers["Vary"] == "Origin"


@pytest.mark.parametrize("origin", [OTHERS, "null", f"{OURS}.evil.example", "http://my.example"])
async def test_a_page_of_others_is_told_nothing(counter: Counter, origin: str) -> None:
    heard = await preflight(counter, origin)
    assert heard.http == 401
    assert not [name for name in heard.headers if name.startswith("Access-Control")]


async def test_a_page_of_ours_reads_answers_and_refusals(counter: Counter) -> None:
    app = await counter.holder()
    for holder, status in ((app, 200), (counter.with_key(None), 401)):
        heard = await holder.ask("GET", "/key", headers={"Origin": OURS})
        assert (heard.http, heard.headers["Access-Control-Allow-Origin"]) == (status, OURS)
    assert "Access-Control-Allow-Origin" not in (await app.get("/key")).headers
