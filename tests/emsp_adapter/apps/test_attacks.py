"""What people send who mean no good."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest

from emsp_adapter.apps.reading import LARGEST_BODY_BYTES
from tests import build
from tests.emsp_adapter.apps.counter import SHARED_LOOP, Counter, Holder

pytestmark = SHARED_LOOP

START = {"cpo": "FR*CPO", "location_id": "LOC1", "token": {"uid": "04AA"}}


async def raw(app: Holder, head: str, body: bytes = b"") -> tuple[int, bytes]:
    """What no client library would send, and what comes back."""
    where = urlsplit(app.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(head.encode("latin-1") + body)
    await writer.drain()
    try:
        told = await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()
    return int(told.split()[1]), told


@pytest.mark.parametrize(
    "token",
    [
        {"uid": {"$ne": ""}},
        {"uid": "04AA", "type": {"$gt": ""}},
        {"uid": "04AA", "contract_id": {"$ne": None}},
        {"$where": "1"},
        {"uid": ["04AA"]},
        {"uid": 4},
    ],
)
async def test_an_operator_of_the_database_is_no_value(counter: Counter, token: dict[str, Any]) -> None:
    app, before = await counter.holder(), len(counter.cpo.heard("commands"))
    heard = await app.post("/sessions", {**START, "token": token})
    assert heard.http == 422
    assert all(str(place).startswith("/token") for place in heard.places)
    assert len(counter.cpo.heard("commands")) == before


@pytest.mark.parametrize(
    "query", ["contract_id[$ne]=x", "contract_id%5B%24ne%5D=x", "cpo[$gt]=", "limit=1&limit=2", "$where=1"]
)
async def test_a_filter_is_a_text_and_nothing_else(counter: Counter, query: str) -> None:
    app = await counter.holder()
    assert (await app.get(f"/sessions?{query}")).http == 422


async def test_a_text_that_looks_like_an_operator_finds_nothing(counter: Counter) -> None:
    await counter.obeying.pushes_session(id="A-1")
    app = await counter.holder()
    for written in ('{"$ne": null}', "$ne", ".*"):
        assert (await app.get("/sessions", contract_id=written)).body["sessions"] == []
    assert (await app.get("/sessions/%7B%22%24ne%22%3A1%7D")).http == 404


async def test_ids_of_others_are_not_there_however_they_are_spelled(counter: Counter) -> None:
    await counter.obeying.pushes_session(id="A-2", cdr_token={**build.CDR_TOKEN, "contract_id": "NL-MSP-C2"})
    app = await counter.holder(contracts=["NL-MSP-C1"])
    for name in ("A-2", "a-2", "A%2D2", "A-2%00", "..%2FA-2", "A-2%2Fevents"):
        assert (await app.get(f"/sessions/{name}")).http in (404, 422)


@pytest.mark.parametrize("name", ["%00", "%0d%0aSet-Cookie:%20a=b", "%FF", "%C3%28", "..", "%2e%2e", "."])
async def test_a_name_that_is_none_breaks_nothing(counter: Counter, name: str) -> None:
    app = await counter.holder()
    status, told = await raw(
        app, f"GET /api/v1/sessions/{name} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {app.key}\r\n\r\n"
    )
    assert status in (400, 404, 422)
    assert b"Set-Cookie" not in told


async def test_no_header_of_ours_can_be_split(counter: Counter) -> None:
    app = await counter.holder()
    for sneaky in ("a\r\n b", "a\nSet-Cookie: b=c", "a\x00b", "x" * 10_000):
        status, told = await raw(
            app,
            f"GET /api/v1/key HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {app.key}\r\n"
            f"X-Correlation-ID: {sneaky}\r\n\r\n",
        )
        assert status in (200, 400)
        assert b"set-cookie" not in told.lower()
        assert b"x" * 1000 not in told


@pytest.mark.parametrize("path", ["/openapi.json", "/key", "/nothing"])
async def test_who_expects_what_nobody_knows_is_answered(counter: Counter, path: str) -> None:
    head = f"GET /api/v1{path} HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\n\r\n"
    status, told = await raw(counter.with_key(None), head)
    assert status in (200, 401, 417)
    assert b"Server:" not in told


async def test_two_keys_in_one_request_are_none(counter: Counter) -> None:
    app = await counter.holder()
    one = f"Authorization: Bearer {app.key}\r\n"
    status, _ = await raw(app, f"GET /api/v1/key HTTP/1.1\r\nHost: x\r\n{one}{one}\r\n")
    assert status == 401


async def test_a_giant_body_is_refused_unread(counter: Counter) -> None:
    app = await counter.holder()
    head = (
        f"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {app.key}\r\n"
        "Content-Type: application/json\r\n"
    )
    status, _ = await raw(app, f"{head}Content-Length: 900000000000\r\n\r\n")
    assert status == 413
    chunk = b"%x\r\n%s\r\n" % (LARGEST_BODY_BYTES, b" " * LARGEST_BODY_BYTES)
    status, _ = await raw(app, f"{head}Transfer-Encoding: chunked\r\n\r\n", 3 * chunk + b"0\r\n\r\n")
    assert status == 413


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"location_id": NaN}', "application/json", 400),
        (b"[" * 30_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"location_id": "A", "location_id": "B"}', "application/json", 422),
        (b'{"location_id": 1e999999999999999999}', "application/json", 422),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "application/json", 400),
        (b'{"location_id": "\\ud800"}', "application/json", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
    ],
)
async def test_what_is_no_json_is_told_so(counter: Counter, body: bytes, media: str, status: int) -> None:
    app = await counter.holder()
    heard = await app.ask("POST", "/sessions", body, {"Content-Type": media})
    assert heard.http == status
    assert heard.body["status"] == status


async def test_a_compressed_body_is_not_unpacked(counter: Counter) -> None:
    app = await counter.holder()
    heard = await app.ask("POST", "/sessions", b"\x1f\x8b", {"Content-Encoding": "gzip"})
    assert heard.http == 415


async def test_every_mistake_of_a_body_is_told_at_once_without_what_was_sent(counter: Counter) -> None:
    app = await counter.holder()
    secret = "04DEADBEEF" * 40
    heard = await app.post("/sessions", {"token": {"uid": secret}, "colour": secret, "cpo": secret})
    assert heard.http == 422
    assert set(heard.places) == {"/token/uid", "/colour", "/cpo", "/location_id"}
    assert secret.encode() not in heard.raw


async def test_a_body_where_none_is_read_is_refused(counter: Counter) -> None:
    app = await counter.holder()
    assert (await app.ask("GET", "/key", {"a": 1})).http == 400
