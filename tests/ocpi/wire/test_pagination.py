from datetime import UTC, datetime

import pytest
from yarl import URL

from ocpi.errors import InvalidParameters, Unreadable
from ocpi.wire.pagination import MAX_LIMIT, MAX_OFFSET, PageQuery, headers, next_page
from ocpi.wire.quirks import Quirk

URL_OF_LIST = URL("https://hub.example/ocpi/2.3.0/sender/cdrs?date_from=2026-01-01T00:00:00Z&limit=10")


def test_a_page_that_is_not_the_last_leads_on_with_every_filter() -> None:
    """C-025."""
    asked = URL_OF_LIST.update_query(offset="20")
    following = next_page(
        headers(asked, PageQuery.read(asked.query), total=25, following="C-_1"), URL_OF_LIST
    )
    assert following is not None
    assert dict(following.query) == {"date_from": "2026-01-01T00:00:00Z", "limit": "10", "cursor": "C-_1"}
    assert following.path == URL_OF_LIST.path


def test_the_link_asks_for_as_much_as_there_was_and_not_for_more() -> None:
    """C-027."""
    asked = URL_OF_LIST.update_query(limit="100000")
    following = next_page(headers(asked, PageQuery.read(asked.query), total=900, following="C"), URL_OF_LIST)
    assert following is not None
    assert following.query["limit"] == str(MAX_LIMIT)


def test_the_last_page_leads_nowhere() -> None:
    """C-025."""
    told = headers(URL_OF_LIST, PageQuery(limit=10), total=10, following=None)
    assert next_page(told, URL_OF_LIST) is None


def test_the_limit_header_is_the_largest_page_not_this_one() -> None:
    """C-026."""
    told = headers(URL_OF_LIST, PageQuery(limit=10), total=3, following=None)
    assert (told["X-Limit"], told["X-Total-Count"]) == (str(MAX_LIMIT), "3")


def test_a_larger_limit_is_lowered() -> None:
    """C-027."""
    assert PageQuery.read({"limit": "100000"}).limit == MAX_LIMIT
    assert PageQuery.read({"limit": "9" * 5000}).limit == MAX_LIMIT


@pytest.mark.parametrize("offset", [str(MAX_OFFSET + 1), "9" * 5000])
def test_who_would_skip_more_than_is_cheap_is_told_to_follow_links(offset: str) -> None:
    """J-46."""
    assert PageQuery.read({"offset": str(MAX_OFFSET)}).offset == MAX_OFFSET
    with pytest.raises(InvalidParameters, match="Link") as refused:
        PageQuery.read({"offset": offset})
    assert refused.value.pointer is None


def test_a_cursor_says_by_itself_where_its_page_begins() -> None:
    query = PageQuery.read({"cursor": "C", "offset": "7"})
    assert (query.cursor, query.offset) == ("C", 0)


def test_dates_without_a_zone_are_utc() -> None:
    """C-043."""
    assert PageQuery.read({"date_from": "2026-01-01T00:00:00"}).date_from == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "-1"},
        {"offset": "one"},
        {"offset": "²"},
        {"limit": "1e9"},
        {"date_from": "9999-12-31T23:59:59-23:59"},
        {"date_to": "soon"},
    ],
)
def test_what_is_no_number_or_date_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(InvalidParameters):
        PageQuery.read(query)


@pytest.mark.parametrize(
    "written",
    [
        '<https://a.example/x?c=1>; rel="next"',
        "<https://a.example/x?c=1>;rel=next",
        '<https://a.example/x?c=1>; rel="NEXT"',
    ],
)
def test_every_spelling_of_link_is_followed(written: str) -> None:
    assert next_page({"Link": written}, URL("https://a.example/x")) == URL("https://a.example/x?c=1")


def test_a_relative_link_is_one_of_the_same_host() -> None:
    page = URL("https://a.example/ocpi/cdrs?limit=5")
    assert next_page({"Link": '</ocpi/cdrs?offset=5>; rel="next"'}, page) == URL(
        "https://a.example/ocpi/cdrs?offset=5"
    )


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/x",
        "http://a.example:8080/x",
        "http://b.example/x",
        "https://a.example:444/x",
        "//evil.example/x",
        "http://[bad",
        "https://a.example:99999/x",
        "https://é.example/x",
        "javascript:alert(1)",
    ],
)
def test_a_link_that_leads_away_is_not_followed(target: str) -> None:
    """F-34, F-39: our token goes to no host but the one that was asked."""
    with pytest.raises(Unreadable):
        next_page({"Link": f'<{target}>; rel="next"'}, URL("https://a.example/x"))


@pytest.mark.parametrize("written", ["http://a.example:8443/x?c=a%2Fb", "http://a.example/x?c=a%2Fb"])
def test_who_is_reached_by_tls_and_links_without_it_is_asked_by_tls(written: str) -> None:
    """F-39: the token is never shown in the clear."""
    page = URL("https://a.example:8443/x")
    assert str(next_page({"Link": f'<{written}>; rel="next"'}, page)) == "https://a.example:8443/x?c=a%2Fb"


@pytest.mark.parametrize("origin", ["http://10.0.0.5:8000", "http://a.example", "https://evil.example", ""])
def test_a_link_from_behind_a_proxy_is_followed_where_the_page_was(origin: str) -> None:
    """F-39: whatever host it names, none but that of the page is asked."""
    page, link = URL("https://a.example:8443/x"), {"Link": f'<{origin}/y?c=%2F>; rel="next"'}
    assert str(next_page(link, page, frozenset({Quirk.INNER_LINKS}))) == "https://a.example:8443/y?c=%2F"
