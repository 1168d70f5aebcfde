"""Whatever is sent, the answer is one that OCPI knows, and says nothing about what stands behind it."""

import asyncio
import gzip
import re
from pathlib import Path

import pytest
from aiohttp import web
from yarl import URL

from ocpi.process.mongo import Mongo
from ocpi.server import requests
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from simulators.partner import SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.raw_http import exchange, request
from tests.platforms import CPO, HUB, Running, connect, running_hub

LOCATION = codec.dump(build.location())
ROUTING = Routing(to=HUB, sender=CPO)
PATH = b"/ocpi/2.3.0/receiver/locations/FR/CPO/LOC1"


@pytest.fixture
async def registered(hub: Running, cpo: SimulatedPartner) -> SimulatedPartner:
    await connect(hub, cpo, "the-cpo", "CPO")
    return cpo


def put(partner: SimulatedPartner, target: bytes = PATH, *lines: bytes, body: bytes = LOCATION) -> bytes:
    return request("PUT", target, *authorized(partner), *lines, body=body)


def authorized(partner: SimulatedPartner) -> list[bytes]:
    assert partner.their_token is not None
    headers = {"Authorization": partner.their_token.header(), **ROUTING.write()}
    return [f"{name}: {value}".encode() for name, value in headers.items()]


async def test_addresses_that_lead_nowhere_are_404_with_an_envelope(
    hub: Running, registered: SimulatedPartner
) -> None:
    """H-56. Also the library's own special targets."""
    for target in (
        b"/", b"/ocpi", b"/ocpi/9.9", b"/ocpi/2.3.0/receiver/nothing", b"/ocpi/2.3.0/x",
        PATH + b"/%2e%2e", PATH + b"%00", PATH + b"%0d%0aX:y", PATH + b"/%ff", PATH.replace(b"/FR", b"//FR"),
    ):  # fmt: skip
        answer = await exchange(hub.url, put(registered, target))
        assert (answer.http, answer.envelope["status_code"]) == (404, 2000), target
    whole = await exchange(hub.url, request("OPTIONS", b"*", *authorized(registered)))
    assert (whole.http, whole.envelope["status_code"]) == (404, 2000)


async def test_an_encoded_slash_stays_in_its_id(hub: Running, registered: SimulatedPartner) -> None:
    """H-56."""
    body = codec.dump(build.location(id="LOC/1"))
    answer = await exchange(hub.url, put(registered, PATH.replace(b"LOC1", b"LOC%2F1"), body=body))
    assert answer.http == 201


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "POST"])
async def test_a_method_that_an_address_does_not_know_is_405(
    hub: Running, registered: SimulatedPartner, method: str
) -> None:
    """H-58."""
    answer = await exchange(hub.url, request(method, b"/ocpi/versions", *authorized(registered)))
    assert answer.http == 405
    assert b"Allow: GET" in answer.head


async def test_a_method_override_is_not_heard(hub: Running, registered: SimulatedPartner) -> None:
    """H-58."""
    lines = (*authorized(registered), b"X-HTTP-Method-Override: PUT")
    answer = await exchange(hub.url, request("GET", PATH, *lines, body=LOCATION))
    assert answer.envelope["status_code"] == 2001
    assert await hub.foundation.mongo.collection("objects").count_documents({}) == 0


@pytest.mark.parametrize(
    "lines",
    [
        (b"Content-Length: 5",),
        (b"Transfer-Encoding: chunked",),
        (b"X-A : y",),
        (b" folded: x",),
    ],
)
async def test_ambiguous_framing_is_http_400(
    hub: Running, registered: SimulatedPartner, lines: tuple[bytes, ...]
) -> None:
    """H-51."""
    answer = await exchange(hub.url, put(registered, PATH, *lines))
    assert answer.http == 400
    assert await hub.foundation.mongo.collection("objects").count_documents({}) == 0


async def test_a_body_that_is_too_large_is_refused_before_it_is_sent(
    hub: Running, registered: SimulatedPartner
) -> None:
    """H-53, with a length and without one."""
    announced = request("PUT", PATH, *authorized(registered), b"Content-Length: 2097153") + b"{"
    assert (await exchange(hub.url, announced)).http == 413
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    chunked = request("PUT", PATH, *authorized(registered), b"Transfer-Encoding: chunked") + chunk * 3
    assert (await exchange(hub.url, chunked + b"0\r\n\r\n")).http == 413


async def test_a_body_that_does_not_arrive_is_not_waited_for(
    hub: Running, registered: SimulatedPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-52."""
    monkeypatch.setattr(requests, "BODY_WITHIN_S", 0.1)
    slow = request("PUT", PATH, *authorized(registered), b"Content-Length: 500") + b"{"
    answer = await exchange(hub.url, slow)
    assert (answer.http, answer.envelope["status_code"]) == (408, 2000)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_compressed_body_is_not_unpacked(hub: Running, registered: SimulatedPartner) -> None:
    """H-54."""
    bomb = gzip.compress(b" " * 3_000_000)
    answer = await exchange(hub.url, put(registered, PATH, b"Content-Encoding: gzip", body=bomb))
    assert (answer.http, answer.envelope["status_code"]) == (415, 2000)


async def test_a_caller_that_hangs_up_leaves_the_door_working(
    hub: Running, registered: SimulatedPartner
) -> None:
    where = URL(hub.url)
    _, writer = await asyncio.open_connection(where.host, where.port)
    writer.write(request("PUT", PATH, *authorized(registered), b"Content-Length: 500") + b"{")
    await writer.drain()
    writer.close()
    assert (await exchange(hub.url, put(registered))).http == 201


async def test_bodies_that_are_no_objects_are_refused_with_the_right_status(
    hub: Running, registered: SimulatedPartner
) -> None:
    """C-030, C-031, J-40 … J-47."""
    named = build.location().to_wire()
    for body, http, status in (
        (b"", 400, 2001),
        (b"a=b&c=d", 400, 2001),
        (b"{", 400, 2001),
        (b'{"a": 1}' + b"x", 400, 2001),
        (b"[" * 33 + b"1" + b"]" * 33, 400, 2001),
        (b"[" * 100_000, 400, 2001),
        (b'{"id": "\\ud800"}', 400, 2001),
        (b"[]", 200, 2001),
        (b"null", 200, 2001),
        (b"5", 200, 2001),
        (b'"text"', 200, 2001),
        (b"{}", 200, 2001),
        (b'{"id": "LOC1", "id": "LOC2"}', 200, 2001),
        (b'{"x": 1e99999999999999999999}', 200, 2001),
        (codec.encode({**named, "id": 5}), 200, 2001),
        (codec.encode({**named, "id": ["LOC1"]}), 200, 2001),
        (codec.encode({**named, "country_code": "FRA"}), 200, 2001),
        (codec.encode({**named, "party_id": None}), 200, 2001),
        (codec.encode({**named, "party_id": "C|O"}), 200, 2001),
        (codec.encode({**named, "last_updated": "soon"}), 200, 2001),
        (codec.encode({**named, "last_updated": "9999-12-31T23:59:59-23:59"}), 200, 2001),
        (codec.encode({**named, "last_updated": 10**400}), 200, 2001),
        (codec.encode({**named, "evses": 5}), 200, 2001),
        (codec.encode({**named, "evses": [None]}), 200, 2001),
        (codec.encode({**named, "evses": [{"uid": "E1"}]}), 200, 2001),
    ):
        answer = await exchange(hub.url, put(registered, body=body))
        assert (answer.http, answer.envelope["status_code"]) == (http, status), body[:80]
    assert await hub.foundation.mongo.collection("objects").count_documents({}) == 0


async def test_odd_names_and_numbers_are_kept_as_they_came(
    hub: Running, registered: SimulatedPartner
) -> None:
    """J-45, J-48, C-066: nobody's operator, nobody's prototype."""
    odd = (
        b'{"$where": 1, "a.b": {"$set": 1}, "__proto__": [], "_id": "x", "nul": "a\\u0000b", '
        b'"n": 1e999, "m": 15.3420000000000001, "z": -0, "long": '
        + b"1" * 4000
        + b', "'
        + b"k" * 65536
        + b'": 1, '
    )
    body = odd + LOCATION[1:]
    assert (await exchange(hub.url, put(registered, body=body))).http == 201
    stored = await hub.foundation.mongo.collection("objects").find_one({})
    assert stored is not None
    assert stored["body"] == body


async def test_headers_that_no_client_sends_do_no_harm(hub: Running, registered: SimulatedPartner) -> None:
    """H-57, H-60, S-21, S-23."""
    for lines, http, status in (
        ((b"X-Request-ID: \xff\xfe", b"X-Correlation-ID: " + b"z" * 5000), 201, 1000),
        ((b"X-Forwarded-Host: evil.example", b"Forwarded: host=evil.example"), 200, 1000),
    ):
        answer = await exchange(hub.url, put(registered, PATH, *lines))
        assert (answer.http, answer.envelope["status_code"]) == (http, status), lines
        assert b"evil" not in answer.head + answer.body


async def test_routing_headers_that_name_no_party_are_refused(
    hub: Running, registered: SimulatedPartner
) -> None:
    """S-21, S-23: never a second party by another spelling."""
    assert registered.their_token is not None
    token = f"Authorization: {registered.their_token.header()}".encode()
    fullwidth, cyrillic = "ＨＵＢ".encode(), "НUB".encode()  # noqa: RUF001 - that is what it is about
    for country, party in (
        (b"FR", b""),
        (b"", b"HUB"),
        (b"FR", b"H B"),
        (b"F\tR", b"HUB"),
        (b"FR", b"\xff\xff\xff"),
        (b"FR", fullwidth),
        (b"FR", cyrillic),
    ):
        lines = (token, b"OCPI-to-country-code: " + country, b"OCPI-to-party-id: " + party)
        answer = await exchange(hub.url, request("PUT", PATH, *lines, body=LOCATION))
        assert (answer.http, answer.envelope["status_code"]) == (200, 2001), (country, party)


async def test_query_parameters_are_read_strictly(hub: Running, registered: SimulatedPartner) -> None:
    """J-46."""
    for query, status in (
        ({"limit": "-1"}, 2001),
        ({"limit": "0"}, 2001),
        ({"limit": "1e9"}, 2001),
        ({"offset": "-1"}, 2001),
        ({"date_from": "soon"}, 2001),
        ({"date_from": "9999-12-31T23:59:59-23:59"}, 2001),
        ({"limit": "9" * 30}, 1000),
        ({"offset": str(2**63)}, 2001),
        ({"cursor": "made-up"}, 2001),
        ({"date_from": "2026-01-02T00:00:00", "date_to": "2026-01-01T00:00:00"}, 1000),
    ):
        heard = await registered.call("GET", "tokens", Side.SENDER, routing=ROUTING, query=query)
        assert (heard.http, heard.status) == (200, status), query
    twice = b"/ocpi/2.3.0/sender/tokens?limit=1&limit=2"
    answer = await exchange(hub.url, request("GET", twice, *authorized(registered)))
    assert answer.envelope["status_code"] == 2001


async def test_message_ids_come_back_and_are_made_where_they_lack(
    hub: Running, registered: SimulatedPartner
) -> None:
    """C-041, also when the token is bad."""
    lines = (b"X-Request-ID: r-1", b"X-Correlation-ID: c-1")
    for sent in (put(registered, PATH, *lines), request("GET", b"/ocpi/versions", *lines)):
        head = (await exchange(hub.url, sent)).head
        assert b"X-Request-ID: r-1" in head
        assert b"X-Correlation-ID: c-1" in head
    bare = (await exchange(hub.url, put(registered))).head
    assert b"X-Request-ID: " in bare


async def test_the_server_does_not_tell_what_it_is_made_of(
    hub: Running, registered: SimulatedPartner
) -> None:
    """Its name, and no version of anything."""
    answers = [await exchange(url, request("GET", b"/livez")) for url in (hub.url, hub.admin.url)]
    for answer in (*answers, await exchange(hub.url, put(registered))):
        (told,) = re.findall(rb"server: *(.*)\r\n", answer.head.lower()) or [b"passerelle"]
        assert told == b"passerelle"


async def test_a_database_that_is_away_is_never_answered_with_success(
    mongo_url: str, mongo: Mongo, clock: ManualClock, tmp_path: Path, cpo: SimulatedPartner
) -> None:
    """HTTP 503 and 3000: the sender may try again. Nothing of the trouble is told."""
    own = await Mongo.connect(mongo_url, mongo.name)
    async with running_hub(own, clock, tmp_path) as hub:
        await connect(hub, cpo, "the-cpo", "CPO")
        own.close()
        answer = await exchange(hub.url, put(cpo))
    assert (answer.http, answer.envelope["status_code"]) == (503, 3000)
    assert "mongo" not in answer.envelope["status_message"].lower()


async def test_a_failure_of_our_own_tells_the_correlation_id_and_no_more(
    hub: Running, registered: SimulatedPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(web.BaseRequest, "content_length", property(broken))
    answer = await exchange(hub.url, put(registered, PATH, b"X-Correlation-ID: c-9"))
    assert (answer.http, answer.envelope["status_code"]) == (200, 3000)
    assert answer.envelope["status_message"] == "the platform failed; correlation id c-9"


async def test_a_form_is_no_json_whatever_it_says_it_is(hub: Running, registered: SimulatedPartner) -> None:
    """H-55: a body is judged by itself; partners forget the Content-Type, or misspell it."""
    form = b"id=LOC1&name=x"
    parts = b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\nLOC1\r\n--x--\r\n'
    for kind, body, http in (
        (b"application/x-www-form-urlencoded", form, 400),
        (b"multipart/form-data; boundary=x", parts, 400),
        (b"application/json", form, 400),
        (b"text/plain; charset=utf-16", LOCATION, 201),
    ):
        sent = request("PUT", PATH, *authorized(registered), b"Content-Type: " + kind, body=body)
        assert (await exchange(hub.url, sent)).http == http, kind


async def test_requests_may_follow_each_other_without_waiting(
    hub: Running, registered: SimulatedPartner
) -> None:
    """H-59: every one is answered, in order, on one connection."""
    where = URL(hub.url)
    reader, writer = await asyncio.open_connection(where.host, where.port)
    for number in range(1000):
        lines = (*authorized(registered), f"X-Request-ID: r-{number}".encode())
        writer.write(request("GET", b"/ocpi/versions", *lines, keep_alive=True))
    heard: list[bytes] = []
    while len(heard) < 1000:
        line = await asyncio.wait_for(reader.readline(), 20)
        if line.lower().startswith(b"x-request-id:"):
            heard.append(line.split(b":")[1].strip())
    writer.close()
    assert heard == [f"r-{number}".encode() for number in range(1000)]
