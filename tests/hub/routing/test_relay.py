"""A request to one party, passed on while the asker waits. C-049 … C-052, C-059, C-066."""

import asyncio

import pytest

from hub.authorization import desk
from hub.routing import relay
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Reply, Request, SimulatedPartner
from tests.platforms import CPO, EMSP, HUB, agree, connect, operate
from tests.roaming import Roaming

SENDER = Side.SENDER
STRANGER = PartyId("DE", "XYZ")


async def test_ids_and_routing_of_a_relayed_request_are_those_of_its_hop(roaming: Roaming) -> None:
    """C-049, C-050."""
    ids = MessageIds("request-1", "correlation-1")
    routing = Routing(to=CPO, sender=EMSP)
    heard = await roaming.emsp.call("GET", "tariffs", SENDER, routing=routing, ids=ids)

    (arrived,) = roaming.cpo.heard("tariffs")
    assert arrived.routing == routing
    assert arrived.ids.correlation_id == "correlation-1"
    assert arrived.ids.request_id != "request-1"
    assert Routing.read(heard.headers) == Routing(to=EMSP, sender=CPO)
    assert heard.headers["X-Request-ID"] == "request-1"
    assert heard.headers["X-Correlation-ID"] == "correlation-1"


async def test_an_answer_comes_back_byte_for_byte(roaming: Roaming) -> None:
    """C-059, C-066: also what nobody here understands."""
    raw = b'{ "data":[{"id":"T1","n":1.50,"odd":{"b":1,"a":2}}],"status_code":1000,"timestamp":"2026-01-01"}'
    reply = Reply(raw=raw, headers={"X-Total-Count": "1", "X-Limit": "7"})
    roaming.cpo.answer("GET", "tariffs", SENDER, lambda _: reply)
    heard = await roaming.pull("tariffs", to=CPO)
    assert heard.body == raw
    assert (heard.headers["X-Total-Count"], heard.headers["X-Limit"]) == ("1", "7")


async def test_path_and_query_are_passed_on_to_the_letter(roaming: Roaming) -> None:
    """H-56: an encoded slash stays encoded; what follows the question mark is the receiver's to read."""
    url = (
        f"{roaming.emsp.endpoints['locations', 'SENDER']}/LOC%2F1/E%201?date_from=2026-01-01T00:00:00Z&x=%2B"
    )
    assert roaming.emsp.their_token is not None
    await roaming.emsp.send("GET", url, roaming.emsp.their_token, routing=Routing(to=CPO, sender=EMSP))
    (arrived,) = roaming.cpo.heard("locations")
    assert arrived.path == "LOC%2F1/E%201"
    assert arrived.query == {"date_from": "2026-01-01T00:00:00Z", "x": "+"}


@pytest.mark.parametrize(
    ("reply", "http", "status"),
    [
        (Reply(status_code=2003), 200, 2003),
        (Reply(status_code=3000, http=500), 500, 3000),
        (Reply(status_code=2004, http=404), 404, 2004),
        (Reply(status_code=1900), 200, 1900),
    ],
)
async def test_what_the_receiver_says_is_passed_back(
    roaming: Roaming, reply: Reply, http: int, status: int
) -> None:
    """C-052."""
    roaming.cpo.answer("GET", "tariffs", SENDER, lambda _: reply)
    heard = await roaming.pull("tariffs", to=CPO)
    assert (heard.http, heard.status) == (http, status)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(http=401, status_code=2000),
        Reply(raw=b"<html>gateway</html>"),
        Reply(http=502, raw=b""),
        Reply(http=302, raw=b"", headers={"Location": "http://127.0.0.1:1/"}),
        Reply(raw=b'{"status_code": 1000, "data": ' + b"[" * 5000),
        Reply(headers={"Link": '<http://127.0.0.1:1/x>; rel="next"'}, data=[]),
        Reply(headers={"Link": '<http://[bad>; rel="next"'}, data=[]),
    ],
)
async def test_a_receiver_that_cannot_be_understood_is_a_trouble_of_the_hub(
    roaming: Roaming, reply: Reply
) -> None:
    """C-051, F-34, F-37: HTTP 200 with 4xxx; a 401 is between the receiver and the hub."""
    roaming.cpo.answer("GET", "tariffs", SENDER, lambda _: reply)
    heard = await roaming.pull("tariffs", to=CPO)
    assert (heard.http, heard.status // 1000) == (200, 4)


async def test_headers_of_the_receiver_do_not_reach_the_asker(roaming: Roaming) -> None:
    headers = {"X-Total-Count": "many", "Set-Cookie": "a=b", "X-Secret": "y"}
    roaming.cpo.answer("GET", "tariffs", SENDER, lambda _: Reply([], headers=headers))
    heard = await roaming.pull("tariffs", to=CPO)
    assert heard.status == 1000
    assert not {"X-Total-Count", "Set-Cookie", "X-Secret"} & set(heard.headers)


async def test_who_cannot_be_reached_is_told_by_status(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C-051: 4001 unknown, 4003 not connected, 4002 too late; always HTTP 200."""
    unknown = await roaming.pull("tariffs", to=STRANGER)
    assert (unknown.http, unknown.status) == (200, 4001)

    roaming.cpo.is_online = False
    offline = await roaming.pull("tariffs", to=CPO)
    assert (offline.http, offline.status) == (200, 4003)
    roaming.cpo.is_online = True

    never = asyncio.Event()

    async def hang(_: Request) -> Reply:
        await never.wait()
        return Reply()

    roaming.cpo.answer("GET", "tariffs", SENDER, hang)
    monkeypatch.setattr(relay, "BUDGET", relay.BUDGET / 100)
    late = await roaming.pull("tariffs", to=CPO)
    assert (late.http, late.status) == (200, 4002)
    never.set()


async def test_without_an_agreement_known_and_unknown_parties_are_told_apart_by_nobody(
    roaming: Roaming,
) -> None:
    async with SimulatedPartner(("CPO", STRANGER)) as known:
        await connect(roaming.hub, known, "known", "CPO")
        texts = set()
        for party in (STRANGER, PartyId("IT", "NON")):
            heard = await roaming.pull("tariffs", to=party)
            texts.add(heard.envelope["status_message"].replace(str(party), "?"))
        assert len(texts) == 1
        assert known.received == []


async def test_a_suspended_receiver_gets_no_relays(roaming: Roaming) -> None:
    await operate(roaming.hub, "/partners/the-cpo/suspend", {})
    assert (await roaming.pull("tariffs", to=CPO)).status == 4003
    assert roaming.cpo.received == []


async def test_a_module_that_the_receiver_lacks_is_not_connected(roaming: Roaming) -> None:
    async with SimulatedPartner(("CPO", STRANGER)) as bare:
        bare.endpoints_offered = [each for each in bare.offered() if each["identifier"] == "credentials"]
        await connect(roaming.hub, bare, "bare", "CPO")
        await agree(roaming.hub, cpo=STRANGER)
        assert (await roaming.pull("tariffs", to=STRANGER)).status == 4003


async def test_what_comes_from_a_hub_goes_to_no_other_hub(roaming: Roaming) -> None:
    """S-21, S-22: no loop, however hubs know each other."""
    one, two = PartyId("BE", "HUB"), PartyId("AT", "HUB")
    behind_one, behind_two = PartyId("BE", "MSP"), PartyId("AT", "CPO")
    async with (
        SimulatedPartner(("EMSP", behind_one), hub_party=one) as first,
        SimulatedPartner(("CPO", behind_two), hub_party=two) as second,
    ):
        await connect(roaming.hub, first, "first", "HUB")
        await connect(roaming.hub, second, "second", "HUB")
        await agree(roaming.hub, cpo=behind_two, emsp=behind_one)
        await agree(roaming.hub, cpo=CPO, emsp=behind_one)
        refused = await first.call(
            "GET", "tariffs", SENDER, routing=Routing(to=behind_two, sender=behind_one)
        )
        assert refused.status == 4001
        assert second.received == []
        passed = await first.call("GET", "tariffs", SENDER, routing=Routing(to=CPO, sender=behind_one))
        assert passed.status == 1000


@pytest.mark.parametrize(
    ("partner", "method", "module", "side", "path", "sender"),
    [
        ("cpo", "GET", "cdrs", Side.SENDER, "", CPO),
        ("cpo", "PUT", "tokens", Side.RECEIVER, "FR/CPO/04AA", CPO),
        ("cpo", "GET", "tokens", Side.RECEIVER, "FR/CPO/04AA", CPO),
        ("cpo", "POST", "commands", Side.RECEIVER, "START_SESSION", CPO),
        ("cpo", "GET", "payments", Side.SENDER, "terminals", STRANGER),
        ("emsp", "POST", "cdrs", Side.RECEIVER, "", EMSP),
        ("emsp", "PATCH", "locations", Side.RECEIVER, "NL/MSP/LOC1", EMSP),
        ("emsp", "POST", "tokens", Side.SENDER, "04AA/authorize", EMSP),
        ("emsp", "PUT", "chargingprofiles", Side.SENDER, "S1", EMSP),
        ("emsp", "POST", "payments", Side.RECEIVER, "terminals", EMSP),
        ("emsp", "GET", "cdrs", Side.SENDER, "", STRANGER),
    ],
)
async def test_a_role_calls_only_the_sides_that_are_for_it(
    roaming: Roaming, partner: str, method: str, module: str, side: Side, path: str, sender: PartyId
) -> None:
    """S-14, S-18, C-062: an eMSP pushes no CDR, a CPO pushes no token, nobody speaks for another."""
    caller: SimulatedPartner = getattr(roaming, partner)
    url = f"{caller.endpoints[module, side]}/{path}"
    assert caller.their_token is not None
    body: dict[str, str] | None = None if method == "GET" else {}
    heard = await caller.send(method, url, caller.their_token, body, Routing(to=HUB, sender=sender))
    assert (heard.http, heard.status) == (200, 2001)
    assert "speak for" in heard.envelope["status_message"]


async def test_from_is_inferred_where_there_is_one_party_only(roaming: Roaming) -> None:
    heard = await roaming.emsp.call("GET", "tariffs", SENDER, routing=Routing(to=CPO))
    assert heard.status == 1000
    assert roaming.cpo.heard("tariffs")[0].routing == Routing(to=CPO, sender=EMSP)
    roles = (("EMSP", PartyId("NL", "ONE")), ("EMSP", PartyId("NL", "TWO")))
    async with SimulatedPartner(*roles) as several:
        await connect(roaming.hub, several, "several", "EMSP")
        heard = await several.call("GET", "tariffs", SENDER, routing=Routing(to=CPO))
        assert heard.status == 2001


async def test_an_authorization_to_a_named_issuer_has_little_time(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Design figure: four seconds for the issuer, and never a second try."""
    asked, never = [], asyncio.Event()

    async def hang(arrived: Request) -> Reply:
        asked.append(arrived)
        await never.wait()
        return Reply()

    roaming.emsp.answer("POST", "tokens", SENDER, hang)
    monkeypatch.setattr(desk, "AUTHORIZE_BUDGET", desk.AUTHORIZE_BUDGET / 40)
    heard = await roaming.authorize("04AA", to=EMSP)
    assert (heard.http, heard.status) == (200, 4002)
    assert len(asked) == 1
    never.set()


async def test_a_body_is_passed_on_byte_for_byte(roaming: Roaming) -> None:
    """C-066."""
    body = b'{ "location_id" : "LOC1", "odd":1.50 }'
    routing = Routing(to=EMSP, sender=CPO)
    await roaming.cpo.call("POST", "tokens", SENDER, "04AA", "authorize", routing=routing, body=body)
    (arrived,) = roaming.emsp.heard("tokens")
    assert (arrived.body, arrived.path) == (body, "04AA/authorize")
