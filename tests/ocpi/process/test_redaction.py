"""Nothing secret is shown, by its name or by its shape."""

from datetime import UTC, datetime

import pytest

from ocpi.process.redaction import REDACTED, Harmless, Json, is_secret, redact, without_passwords


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "TOKEN_A",
        "Authorization",
        "accessToken",
        "mongo_password",
        "client_secret",
        "cookie",
        "pseudonym_key",
        "apiKey",
        "credentials",
        "jwt",
        "pin_code",
    ],
)
def test_these_names_hold_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["party", "object_key", "authorization_reference", "token_type", "shipping", "host"]
)
def test_these_names_do_not(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mongodb://hub:hunter2@db:27017/?x=1", "mongodb://hub:***@db:27017/?x=1"),
        ("mongodb://hub:hun@ter/2@db/", "mongodb://hub:***@db/"),
        ("https://host:8080/tokens/a@b", "https://host:8080/tokens/a@b"),
        ("no route to https://u:p@host/a, sorry", "no route to https://u:***@host/a, sorry"),
        ("Authorization: Token ZWJmM2IzOTktNzc5", "Authorization: Token [redacted]"),
        ("sent Bearer eyJhbGciOi.eyJzdWIi.c2ln to it", "sent Bearer [redacted] to it"),
        ("a token and https://host/a@b", "a token and https://host/a@b"),
    ],
)
def test_a_text_is_shown_without_the_secrets_in_it(text: str, shown: str) -> None:
    assert without_passwords(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"token": "abc", "n": 1}, {"token": REDACTED, "n": 1}),
        ([{"password": b"x"}, "mongodb://a:b@c"], [{"password": REDACTED}, "mongodb://a:***@c"]),
        ({"credentials": {"url": "https://partner"}}, {"credentials": REDACTED}),
        ({"tokens": 3, "authorization": None}, {"tokens": 3, "authorization": None}),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00Z"),
        (("FR", "ABC"), ["FR", "ABC"]),
        (ValueError("bad"), "bad"),
        ({"n": 2**64}, {"n": "18446744073709551616"}),
        ({"vendor\udcff": "caf\u00e9 \udcff"}, {"vendor\\udcff": "caf\u00e9 \\udcff"}),
        ({"token": Harmless("5a46-febd51a3b549")}, {"token": "5a46-febd51a3b549"}),
    ],
)
def test_a_value_is_shown_as_json_without_its_secrets(value: object, shown: Json) -> None:
    assert redact(value) == shown
