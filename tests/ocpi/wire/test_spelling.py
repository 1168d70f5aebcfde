"""Token, URL and body as a partner with quirks reads them."""

import pytest
from yarl import URL

from ocpi.wire import spelling
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.quirks import NONE, Quirk, Quirks

TOKEN = CredentialsToken("example-token")


def only(*quirks: Quirk) -> Quirks:
    return frozenset(quirks)


@pytest.mark.parametrize(
    ("quirks", "header"),
    [
        (NONE, "Token ZXhhbXBsZS10b2tlbg=="),
        (only(Quirk.BASE64_TOKEN), "Token ZXhhbXBsZS10b2tlbg=="),
        (only(Quirk.NEWLINE_TOKEN), "Token ZXhhbXBsZS10b2tlbgo="),
        (only(Quirk.RAW_TOKEN), "Token example-token"),
    ],
)
def test_a_token_is_spelled_in_three_ways(quirks: Quirks, header: str) -> None:
    assert spelling.authorization(TOKEN, quirks) == header


@pytest.mark.parametrize(
    ("quirks", "written", "called"),
    [
        (NONE, "https://a.example/x?type=RFID", "https://a.example/x?type=RFID"),
        (only(Quirk.TRAILING_SLASH), "https://a.example/x", "https://a.example/x/"),
        (only(Quirk.TRAILING_SLASH), "https://a.example/x/", "https://a.example/x/"),
        (only(Quirk.TRAILING_SLASH), "https://a.example/a%2Fb?c=d%2Fe", "https://a.example/a%2Fb/?c=d%2Fe"),
        (only(Quirk.NO_TOKEN_TYPE), "https://a.example/x?type=RFID&a=b", "https://a.example/x?a=b"),
        (
            only(Quirk.TYPE_AS_TOKEN_TYPE),
            "https://a.example/x?type=RFID",
            "https://a.example/x?token_type=RFID",
        ),
        (
            only(Quirk.DATES_WITH_OFFSET),
            "https://a.example/x?date_from=2026-01-01T00:00:00Z&limit=5",
            "https://a.example/x?date_from=2026-01-01T00:00:00%2B00:00&limit=5",
        ),
        (
            only(Quirk.WHOLE_SECONDS, Quirk.DATES_WITHOUT_ZONE),
            "https://a.example/x?date_to=2026-01-01T00:00:00.250Z",
            "https://a.example/x?date_to=2026-01-01T00:00:00",
        ),
    ],
)
def test_a_url_is_spelled_as_it_is_read(quirks: Quirks, written: str, called: str) -> None:
    assert str(spelling.url_for(URL(written, encoded=True), quirks)) == called


BODY = b'{"last_updated":"2026-01-01T10:00:00.123Z", "n":1.50,"name":"at 2026-01-01T10:00:00Z"}'


@pytest.mark.parametrize(
    ("quirks", "date"),
    [
        (only(Quirk.DATES_WITHOUT_ZONE), b"2026-01-01T10:00:00.123"),
        (only(Quirk.DATES_WITH_OFFSET), b"2026-01-01T10:00:00.123+00:00"),
        (only(Quirk.WHOLE_SECONDS), b"2026-01-01T10:00:00Z"),
        (only(Quirk.WHOLE_SECONDS, Quirk.DATES_WITHOUT_ZONE), b"2026-01-01T10:00:00"),
        (only(Quirk.RAW_TOKEN), b"2026-01-01T10:00:00.123Z"),
    ],
)
def test_dates_of_a_body_are_spelled_and_every_other_byte_stays(quirks: Quirks, date: bytes) -> None:
    assert spelling.body_for(BODY, quirks) == BODY.replace(b"2026-01-01T10:00:00.123Z", date)
