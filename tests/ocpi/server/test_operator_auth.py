"""A-13: what is no token of ours is refused, quickly and without a word why."""

import base64
import hashlib
import hmac
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ocpi.server.operator_auth import AUDIENCE, NotAnOperator, Operator, issue, new_key, verify
from schemas import codec

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY, ANOTHER_KEY = "5e" * 32, "77" * 32
CLAIMS = {"sub": "anna", "aud": AUDIENCE, "exp": int(NOW.timestamp()) + 300}
HEADER = {"alg": "HS256", "typ": "JWT"}


def b64(value: Any) -> str:
    data = value if isinstance(value, bytes) else codec.encode(value)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: Any = HEADER, claims: Any = CLAIMS, key: str = KEY) -> str:
    """Our own signature under whatever is told, in case it was for the signature alone that it is refused."""
    message = f"{b64(header)}.{b64(claims)}"
    return f"{message}.{b64(hmac.digest(key.encode(), message.encode(), hashlib.sha256))}"


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in CLAIMS.items() if key != name}


def test_a_token_of_ours_opens_until_its_end() -> None:
    bearer = f"Bearer {issue(KEY, 'anna', NOW, timedelta(minutes=5))}"
    assert verify(bearer, KEY, NOW) == Operator("anna")
    assert verify(bearer, KEY, NOW + timedelta(seconds=299)) == Operator("anna")
    with pytest.raises(NotAnOperator, match="ended"):
        verify(bearer, KEY, NOW + timedelta(minutes=5))


def test_keys_are_long_and_differ() -> None:
    assert len({new_key() for _ in range(3)}) == 3
    assert len(new_key()) == 64


def test_the_toy_tokens_of_this_test_are_good_unless_something_is_wrong() -> None:
    assert verify(f"Bearer {signed()}", KEY, NOW) == Operator("anna")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "!.@.#",
        "\udcff.é.x",
        f"{b64({'alg': 'none'})}.{b64(CLAIMS)}.",
        f"{b64({'alg': 'None'})}.{b64(CLAIMS)}.",
        signed().rsplit(".", 1)[0] + ".",
        signed(key=ANOTHER_KEY),
        signed({"alg": "HS512"}),
        signed({"alg": "RS256"}),
        signed({**HEADER, "crit": ["b64"], "b64": False}),
        signed({**HEADER, "crit": []}),
        signed([]),
        signed(b'{"a":' * 3000 + b"1" + b"}" * 3000),
        signed(claims=b"[" * 3000 + b"]" * 3000),
        signed(claims=[]),
        signed(claims=without("aud")),
        signed(claims=without("exp")),
        signed(claims=without("sub")),
        signed(claims={**CLAIMS, "aud": "somebody-else"}),
        signed(claims={**CLAIMS, "aud": 5}),
        signed(claims={**CLAIMS, "exp": int(NOW.timestamp())}),
        signed(claims={**CLAIMS, "exp": True}),
        signed(claims={**CLAIMS, "exp": "9999999999"}),
        signed(claims={**CLAIMS, "sub": None}),
        b64({"alg": "PBES2-HS256+A128KW", "enc": "A128CBC-HS256", "p2c": 2**31}) + ".a.b.c.d",
    ],
)
def test_what_is_no_token_of_ours_is_refused_at_once(token: str) -> None:
    began = time.perf_counter()
    with pytest.raises(NotAnOperator) as refused:
        verify(f"Bearer {token}", KEY, NOW)
    assert time.perf_counter() - began < 0.05
    assert KEY not in str(refused.value)


@pytest.mark.parametrize("header", [None, "", "Bearer", f"bearer {signed()}", f"Token {signed()}", signed()])
def test_without_a_bearer_token_nobody_is_an_operator(header: str | None) -> None:
    with pytest.raises(NotAnOperator):
        verify(header, KEY, NOW)
