import pytest

from ocpi.errors import MethodNotAllowed, UnknownAddress
from ocpi.server.call import Answer, Call, Route
from ocpi.server.paths import REST, Table, segments


async def one(_: Call) -> Answer:
    return Answer()


async def other(_: Call) -> Answer:
    return Answer()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", ()),
        ("/", ()),
        ("/FR/CPO/LOC1", ("FR", "CPO", "LOC1")),
        ("/FR/CPO/LOC1/", ("FR", "CPO", "LOC1")),
        ("/a%2Fb/c%20d", ("a/b", "c d")),
        ("/..%2F..", ("../..",)),
        ("/a;b=c/%C3%A9", ("a;b=c", "é")),
    ],
)
def test_an_address_is_taken_apart_before_it_is_unquoted(raw: str, expected: tuple[str, ...]) -> None:
    """H-56: an encoded slash is part of an id."""
    assert segments(raw) == expected


@pytest.mark.parametrize(
    "raw",
    ["/a//b", "//", "/a/../b", "/a/%2e%2E", "/.", "/a%00", "/a%0d%0aX:y", "/%ff", "/\udcff", "/%ed%a0%80"],
)
def test_a_segment_that_can_be_no_id_leads_nowhere(raw: str) -> None:
    """H-56."""
    with pytest.raises(UnknownAddress):
        segments(raw)


def test_a_route_names_its_segments() -> None:
    listing, asking = Route("GET", "", one), Route("POST", "/{uid}/authorize", other)
    table = Table([listing, asking])
    assert table.find("GET", ()) == (listing, {})
    assert table.find("POST", ("04AA", "authorize")) == (asking, {"uid": "04AA"})
    for rest in (("04AA",), ("04AA", "other"), ("04AA", "authorize", "now")):
        with pytest.raises(UnknownAddress):
            table.find("POST", rest)


def test_an_address_tells_which_methods_it_knows() -> None:
    table = Table([Route("PUT", "/{id}", one), Route("GET", "/{id}", other)])
    with pytest.raises(MethodNotAllowed) as refused:
        table.find("DELETE", ("x",))
    assert refused.value.headers == {"Allow": "GET, PUT"}


def test_the_rest_is_at_least_one_segment() -> None:
    everything = Route("GET", REST, one)
    table = Table([everything])
    assert table.find("GET", ("a", "b", "c")) == (everything, {})
    with pytest.raises(UnknownAddress):
        table.find("GET", ())
