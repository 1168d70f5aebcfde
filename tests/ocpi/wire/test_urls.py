import pytest

from ocpi.wire.urls import UnusableUrl, callable_url, join, object_url
from schemas.kinds import ObjectKey, ObjectKind, PartyId

CPO = PartyId("FR", "CPO")


@pytest.mark.parametrize("base", ["https://x.example/cdrs", "https://x.example/cdrs/"])
def test_there_is_exactly_one_slash_whatever_is_advertised(base: str) -> None:
    assert str(join(base, "FR", "CPO")) == "https://x.example/cdrs/FR/CPO"


@pytest.mark.parametrize(
    ("id_", "written"), [("a/b", "a%2Fb"), ("..", "%2E%2E"), ("a b?c#d", "a%20b%3Fc%23d")]
)
def test_an_id_stays_one_segment(id_: str, written: str) -> None:
    assert str(join("https://x.example/x", id_)) == f"https://x.example/x/{written}"


def test_an_object_has_its_owner_in_its_address() -> None:
    key = ObjectKey(ObjectKind.TARIFF, CPO, "T1")
    assert str(object_url("https://x.example/tariffs", key)) == "https://x.example/tariffs/FR/CPO/T1"


def test_a_token_has_its_type_in_the_query() -> None:
    key = ObjectKey.of_token(PartyId("NL", "EMP"), "04AB", "APP_USER")
    assert (
        str(object_url("https://x.example/tokens", key))
        == "https://x.example/tokens/NL/EMP/04AB?type=APP_USER"
    )


@pytest.mark.parametrize("written", ["https://x.example/ocpi", "http://127.0.0.1:8000/a%20b?c=1"])
def test_an_absolute_url_of_the_web_can_be_called(written: str) -> None:
    assert str(callable_url(written)) == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "/relative",
        "//x.example/y",
        "ftp://x.example/",
        "file:///etc/passwd",
        "unix:/run/x",
        "http:///x",
        "http://[bad",
        "https://x.example:99999/",
        "https://good@evil.example/",
        "https://user:secret@x.example/",
        "https://x.example/#fragment",
        "https://x.example/a b",
        "https://x.example/a\r\nX: y",
        "https://é.example/",
        "https://x.example/" + "a" * 2000,
    ],
)
def test_what_no_request_should_go_to_is_refused(written: str) -> None:
    """F-31, F-35."""
    with pytest.raises(UnusableUrl) as refused:
        callable_url(written)
    assert "secret" not in str(refused.value)
