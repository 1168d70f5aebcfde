"""A list is followed page by page to its end, or not taken for the whole. C-025, C-028, F-34."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from ocpi.client import pages as paging
from ocpi.client.crawl import Window
from ocpi.client.pages import pages
from ocpi.errors import Rejected, TimedOut, Unreadable
from ocpi.process.egress import Egress
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import Quirk
from simulators.partner import Reply, Request, SimulatedPartner
from tests.ocpi.client.connected import CLOCK, TO_THE_CPO, VERSIONS, line_to, speaking

SENDER = Side.SENDER
SINCE = "2026-01-01T00:00:00Z"


@pytest.fixture(params=VERSIONS)
async def far(request: pytest.FixtureRequest) -> AsyncIterator[SimulatedPartner]:
    async with speaking(request.param) as partner:
        yield partner


async def read(far: SimulatedPartner, egress: Egress, *quirks: Quirk, **query: str) -> list[str]:
    """The ids of everything, in order."""
    line = line_to(far, egress, *quirks)
    url = line.url("cdrs", SENDER).update_query(query)
    return [json.loads(each)["id"] async for page in pages(line, url) for each in page]


def listed(*ids: Any) -> list[dict[str, Any]]:
    return [{"id": str(each), "last_updated": SINCE} for each in ids]


def linking(far: SimulatedPartner, link: Callable[[int], str | None], **more: Any) -> None:
    """Page n holds the object n; `link` says what follows it."""

    def answer(arrived: Request) -> Reply:
        page = int(arrived.query.get("page", "0"))
        following = link(page)
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return Reply(listed(page), headers={**headers, **more})

    far.answer("GET", "cdrs", SENDER, answer)


async def test_a_list_is_followed_to_its_end_with_its_routing(far: SimulatedPartner, egress: Egress) -> None:
    """C-025, C-028: links may be relative."""
    linking(far, [f"{far.url_of('cdrs', SENDER)}?page=1", "/sender/cdrs?page=2", None].__getitem__)
    assert await read(far, egress, date_from=SINCE) == ["0", "1", "2"]
    assert {each.routing for each in far.received} == {TO_THE_CPO}
    assert far.received[0].query == {"date_from": SINCE}


async def test_a_link_is_called_to_the_letter(egress: Egress) -> None:
    """C-028: what is escaped in it stays so, and nothing is added, whatever quirks there are."""
    heard: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append(request.raw_path)
        link = {} if len(heard) > 1 else {"Link": '</ocpi//cdrs;v=1?c=%2Fa%20b+c&x=%7e>; rel="next"'}
        return web.json_response({"status_code": 1000, "data": []}, headers=link)

    application = web.Application()
    application.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with speaking("2.3.0") as far:
        line = line_to(far, egress, Quirk.TRAILING_SLASH)
        url = URL(f"http://127.0.0.1:{runner.addresses[0][1]}/ocpi/cdrs?limit=2")
        assert [page async for page in pages(line, url)] == [[], []]
    await runner.cleanup()
    assert heard == ["/ocpi/cdrs/?limit=2", "/ocpi//cdrs;v=1?c=%2Fa%20b+c&x=%7e"]


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:1/cdrs",
        "https://evil.example/cdrs",
        "//evil.example/cdrs",
        "http://good@evil.example/cdrs",
        "http://[bad",
        "javascript:alert(1)",
        "?page=0",
        "?page=1",
    ],
)
async def test_a_list_that_leads_away_or_in_a_circle_is_no_whole_list(
    far: SimulatedPartner, egress: Egress, link: str
) -> None:
    """F-34, F-39: our token goes to nobody else."""
    linking(far, lambda _: link)
    with pytest.raises(Unreadable):
        await read(far, egress)
    assert len(far.received) <= 2


async def test_pages_without_end_are_left(
    far: SimulatedPartner, egress: Egress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-34."""
    monkeypatch.setattr(paging, "MAX_PAGES", 20)
    linking(far, lambda page: f"?page={page + 1}")
    with pytest.raises(Unreadable, match="do not end"):
        await read(far, egress)
    assert len(far.received) == 20


async def test_pages_that_repeat_themselves_are_left(far: SimulatedPartner, egress: Egress) -> None:
    """F-34: an offset that is not heeded, under links that count on."""

    def answer(arrived: Request) -> Reply:
        following = int(arrived.query.get("offset", "0")) + 2
        return Reply(listed("a", "b"), headers={"Link": f'<?offset={following}>; rel="next"'})

    far.answer("GET", "cdrs", SENDER, answer)
    with pytest.raises(Unreadable, match="do not end"):
        await read(far, egress)
    assert len(far.received) == paging.MAX_FRUITLESS + 1


@pytest.mark.parametrize("link", ["?page={}", "?page=2"])
async def test_links_after_the_end_end_where_everything_came(
    far: SimulatedPartner, egress: Egress, link: str
) -> None:
    """As many as X-Total-Count says, and then nothing new: that is the whole."""

    def answer(arrived: Request) -> Reply:
        page = int(arrived.query.get("page", "0"))
        headers = {"X-Total-Count": "3", "Link": f'<{link.format(page + 1)}>; rel="next"'}
        if page < 2:
            headers["Link"] = f'<?page={page + 1}>; rel="next"'
        return Reply(listed(page) if page < 3 else [], headers=headers)

    far.answer("GET", "cdrs", SENDER, answer)
    assert await read(far, egress) == ["0", "1", "2"]


async def test_a_page_without_anything_leads_on(far: SimulatedPartner, egress: Egress) -> None:
    """A server need not show all that it counted."""

    def answer(arrived: Request) -> Reply:
        page = int(arrived.query.get("page", "0"))
        headers = {"Link": f'<?page={page + 1}>; rel="next"'} if page < 3 else {}
        return Reply(listed(page) if page in (0, 3) else [], headers=headers)

    far.answer("GET", "cdrs", SENDER, answer)
    assert await read(far, egress) == ["0", "3"]


async def test_objects_on_neighbouring_pages_come_once(far: SimulatedPartner, egress: Egress) -> None:
    """Unless they have changed in between: then both are told, in order."""
    first, second = listed("a", "b", "b"), listed("b", "c")
    changed = {"id": "c", "last_updated": "2026-01-02T00:00:00Z"}
    held = [first, second, [changed, *listed("d")]]

    def answer(arrived: Request) -> Reply:
        page = int(arrived.query.get("page", "0"))
        return Reply(held[page], headers={"Link": f'<?page={page + 1}>; rel="next"'} if page < 2 else {})

    far.answer("GET", "cdrs", SENDER, answer)
    assert await read(far, egress) == ["a", "b", "c", "c", "d"]


async def test_nothing_is_lost_where_the_list_shrinks_meanwhile(
    far: SimulatedPartner, egress: Egress
) -> None:
    """The specification has the page read again from so much earlier."""
    shelf = far.publishes("cdrs", listed(*range(9)), at_most=3)

    def answer(arrived: Request) -> Reply:
        if arrived.query.get("offset") == "3":
            del shelf.objects[:2]
        return shelf.reply(arrived)

    far.answer("GET", "cdrs", SENDER, answer)
    assert sorted(set(await read(far, egress, date_from=SINCE))) == [str(each) for each in range(9)]
    assert [each.query.get("offset") for each in far.received] == [None, "3", "1", "4"]


async def test_a_list_that_shrinks_by_more_than_a_page_is_read_from_its_beginning(
    far: SimulatedPartner, egress: Egress
) -> None:
    shelf = far.publishes("cdrs", listed(*range(9)), at_most=3)

    def answer(arrived: Request) -> Reply:
        if arrived.query.get("offset") == "3" and len(shelf.objects) == 9:
            del shelf.objects[:4]
        return shelf.reply(arrived)

    far.answer("GET", "cdrs", SENDER, answer)
    assert set(await read(far, egress)) >= {str(each) for each in range(4, 9)}


async def test_an_opaque_link_is_not_changed_where_the_list_shrinks(
    far: SimulatedPartner, egress: Egress
) -> None:
    """C-028: a cursor names a place that does not move."""

    def answer(arrived: Request) -> Reply:
        page = int(arrived.query.get("cursor", "0"))
        headers = {"X-Total-Count": str(9 - page), "Link": f'<?cursor={page + 1}&my_offset=5>; rel="next"'}
        return Reply(listed(page), headers=headers if page < 2 else {})

    far.answer("GET", "cdrs", SENDER, answer)
    assert await read(far, egress) == ["0", "1", "2"]
    assert [each.query.get("my_offset") for each in far.received] == [None, "5", "5"]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"status_code":1000,"data":null}', []),
        (b'{"status_code":1000}', []),
        (b'{"status_code":1000,"data":[]}', []),
        (b'{"status_code":1000,"data":[[{"id":"1"},{"id":"2"}]]}', ["1", "2"]),
        (b'{"status_code":1000,"data":[[]]}', []),
    ],
)
async def test_no_data_is_an_empty_page_and_a_list_may_stand_in_a_list(
    far: SimulatedPartner, egress: Egress, raw: bytes, found: list[str]
) -> None:
    """C-045."""
    far.answer("GET", "cdrs", SENDER, lambda _: Reply(raw=raw))
    assert await read(far, egress) == found


@pytest.mark.parametrize(
    "raw", [b'{"status_code":1000,"data":{"id":"1"}}', b'{"status_code":1000,"data":5}', b"[]"]
)
async def test_what_is_no_list_is_unreadable(far: SimulatedPartner, egress: Egress, raw: bytes) -> None:
    """F-37."""
    far.answer("GET", "cdrs", SENDER, lambda _: Reply(raw=raw))
    with pytest.raises(Unreadable):
        await read(far, egress)


async def test_a_refusal_in_the_middle_is_told(far: SimulatedPartner, egress: Egress) -> None:
    def answer(arrived: Request) -> Reply:
        if "page" in arrived.query:
            return Reply(http=429, headers={"Retry-After": "7"}, status_code=2000)
        return Reply(listed(1), headers={"Link": '<?page=1>; rel="next"'})

    far.answer("GET", "cdrs", SENDER, answer)
    with pytest.raises(Rejected) as refused:
        await read(far, egress)
    assert refused.value.retry_after_s == 7


async def test_the_deadline_is_for_all_pages_together(far: SimulatedPartner, egress: Egress) -> None:
    async def dawdle(arrived: Request) -> Reply:
        await asyncio.sleep(0.4)
        page = int(arrived.query.get("page", "0"))
        return Reply(listed(page), headers={"Link": f'<?page={page + 1}>; rel="next"'})

    far.answer("GET", "cdrs", SENDER, dawdle)
    line = line_to(far, egress, within_s=1.5)
    with pytest.raises(TimedOut):
        assert [page async for page in pages(line, line.url("cdrs", SENDER))]
    assert 2 <= len(far.received) <= 4


async def test_no_page_is_waited_for_as_long_as_for_all(
    far: SimulatedPartner, egress: Egress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE_WITHIN", timedelta(seconds=0.1))
    never = asyncio.Event()

    async def hang(_: Request) -> Reply:
        await never.wait()
        return Reply()

    far.answer("GET", "cdrs", SENDER, hang)
    async with asyncio.timeout(10):
        with pytest.raises(TimedOut):
            await read(far, egress)
    never.set()


async def test_pages_of_a_partner_without_links_are_counted(far: SimulatedPartner, egress: Egress) -> None:
    shelf = far.publishes("cdrs", listed(*range(7)), at_most=3)

    def answer(arrived: Request) -> Reply:
        reply = shelf.reply(arrived)
        return Reply(reply.data, headers={"Link": '<http://VersionNumber.v_2_2_1/None>; rel="next"'})

    far.answer("GET", "cdrs", SENDER, answer)
    assert await read(far, egress, Quirk.PAGES_BY_OFFSET, date_from=SINCE) == [str(each) for each in range(7)]
    assert [each.query.get("offset") for each in far.received] == [None, "3", "6", "7"]
    assert {each.query["date_from"] for each in far.received} == {SINCE}


async def test_pages_are_counted_up_to_the_total(far: SimulatedPartner, egress: Egress) -> None:
    far.publishes("cdrs", listed(*range(6)), at_most=3)
    assert len(await read(far, egress, Quirk.PAGES_BY_OFFSET)) == 6
    assert len(far.received) == 2


async def test_a_link_from_behind_a_proxy_is_followed_at_the_partner_itself(
    far: SimulatedPartner, egress: Egress
) -> None:
    linking(far, ["http://10.0.0.5:8000/sender/cdrs?page=1", None].__getitem__)
    assert await read(far, egress, Quirk.INNER_LINKS) == ["0", "1"]


def test_a_window_reaches_back_behind_the_last_crawl() -> None:
    now = CLOCK.now()
    window = Window.after(now, timedelta(days=2))
    assert window.since == now - timedelta(days=2)
    assert Window.after(None, timedelta(days=2)).since is None


def test_a_window_is_told_with_its_limit() -> None:
    url = Window(limit=7).of(URL("https://a.example/cdrs"))
    assert dict(url.query) == {"limit": "7"}
