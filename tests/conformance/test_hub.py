"""What a hub passes on, and what it does not. Spec: transport_and_format, Message Routing; status_codes."""

import asyncio
from typing import Any

import pytest

from hub.routing import relay
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from passerelle.conformance import samples
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import Heard, Reply, Request
from tests.conformance.stages import SHARED_LOOP, Stage, green, on
from tests.conformance.test_pushes import all_told
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import CPO, EMSP, HUB, agree, operate

pytestmark = SHARED_LOOP

SENDER, RECEIVER = Side.SENDER, Side.RECEIVER
AT_HUBS = on("hub")


async def asked(stage: Stage, **more: Any) -> Heard:
    """The eMSP asks the CPO for its tariffs, through the hub."""
    routing = Routing(to=CPO, sender=EMSP)
    return await stage.emsp.call("GET", "tariffs", SENDER, routing=routing, **more)


async def broadcast(stage: Stage, **changes: Any) -> tuple[Any, Heard]:
    """A location that is new, told to everybody by the CPO."""
    body = {**samples.location(stage.version, CPO, stage.target.fresh_id()), **changes}
    return body, await stage.push("locations", "FR", "CPO", body["id"], body=body, to=HUB)


async def arrived(stage: Stage, object_id: str) -> Request:
    """What the eMSP received of it."""

    def found() -> list[Request]:
        return [each for each in stage.emsp.received if each.path.endswith(object_id)]

    await eventually(found)
    return found()[0]


@AT_HUBS
async def test_c049_each_hop_has_its_own_request_id_and_all_the_same_correlation_id(stage: Stage) -> None:
    stage.far.received.clear()
    heard = await asked(stage, ids=MessageIds("request-1", "correlation-1"))
    (request,) = stage.far.heard("tariffs")
    assert request.ids.correlation_id == "correlation-1"
    assert request.ids.request_id != "request-1"
    assert heard.headers["X-Request-ID"] == "request-1"
    assert heard.headers["X-Correlation-ID"] == "correlation-1"


@AT_HUBS
async def test_c050_parties_are_passed_on_and_turned_round_on_the_way_back(stage: Stage) -> None:
    stage.far.received.clear()
    heard = await asked(stage)
    (request,) = stage.far.heard("tariffs")
    assert request.routing == Routing(to=CPO, sender=EMSP)
    assert Routing.read(heard.headers) == Routing(to=EMSP, sender=CPO)


@AT_HUBS
async def test_c051_an_unknown_receiver_is_4001(stage: Stage) -> None:
    await stage.holds("C-051")


@AT_HUBS
async def test_c051_one_that_is_away_is_4003(stage: Stage) -> None:
    stage.far.is_online = False
    heard = await asked(stage)
    stage.far.is_online = True
    assert (heard.http, heard.status) == (200, 4003)


@AT_HUBS
async def test_c051_one_that_does_not_answer_in_time_is_4002(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.Event()

    async def hang(_: Request) -> Reply:
        await never.wait()
        return Reply()

    stage.far.answer("GET", "tariffs", SENDER, hang)
    monkeypatch.setattr(relay, "BUDGET", relay.BUDGET / 100)
    heard = await asked(stage)
    never.set()
    stage.far.answer("GET", "tariffs", SENDER, lambda _: Reply())
    assert (heard.http, heard.status) == (200, 4002)


@AT_HUBS
@pytest.mark.parametrize(("http", "status"), [(200, 2003), (404, 2004), (200, 3000), (200, 1900)])
async def test_c052_what_the_receiver_says_is_passed_back(stage: Stage, http: int, status: int) -> None:
    stage.far.answer("GET", "tariffs", SENDER, lambda _: Reply(status_code=status, http=http))
    heard = await asked(stage)
    stage.far.answer("GET", "tariffs", SENDER, lambda _: Reply())
    assert (heard.http, heard.status) == (http, status)


@AT_HUBS
async def test_c053_a_broadcast_is_answered_by_the_hub_and_told_in_its_name(stage: Stage) -> None:
    """Answered before it is passed on: the receiver is away meanwhile, and its troubles are not told."""
    stage.emsp.is_online = False
    body, heard = await broadcast(stage)
    assert heard.is_success
    assert Routing.read(heard.headers) == Routing(to=CPO, sender=HUB)
    stage.emsp.is_online = True
    await all_told(stage)
    request = await arrived(stage, body["id"])
    assert request.routing == Routing(to=EMSP, sender=HUB)
    assert request.path == f"FR/CPO/{body['id']}"


@AT_HUBS
async def test_c053_a_refusal_of_a_receiver_is_not_told_to_the_sender(stage: Stage) -> None:
    stage.emsp.answer("PUT", "locations", RECEIVER, lambda _: Reply(status_code=2001))
    body, heard = await broadcast(stage)
    await arrived(stage, body["id"])
    stage.emsp.answer("PUT", "locations", RECEIVER, lambda _: Reply())
    assert heard.is_success
    await all_told(stage)


@AT_HUBS
@pytest.mark.parametrize(
    ("role", "hears"),
    [
        ("EMSP", True),
        ("NSP", True),
        ("OTHER", True),
        ("CPO", False),
    ],
)
async def test_c054_locations_reach_every_role_that_receives_them(
    stage: Stage, role: str, *, hears: bool
) -> None:
    async with stage.newcomer(role) as target:
        await green("C-009", target)
        await agree(stage.platform, emsp=target.own)
        body, _ = await broadcast(stage)

        def has_heard() -> bool:
            return any(each.path.endswith(body["id"]) for each in target.us.received)

        await arrived(stage, body["id"])
        if hears:
            await eventually(has_heard)
        else:
            await all_told(stage)
            assert not has_heard()


@AT_HUBS
async def test_c054_tokens_of_an_emsp_reach_cpos_alone(stage: Stage) -> None:
    stage.far.received.clear()
    async with stage.newcomer("EMSP") as target:
        await green("C-009", target)
        body = samples.token(stage.version, EMSP, stage.target.fresh_id())
        routing = Routing(to=HUB, sender=EMSP)
        path = ("NL", "MSP", body["uid"])
        heard = await stage.emsp.call("PUT", "tokens", RECEIVER, *path, routing=routing, body=body)
        assert heard.is_success
        await eventually(lambda: bool(stage.far.heard("tokens")))
        await all_told(stage)
        assert target.us.heard("tokens") == []


@AT_HUBS
async def test_c055_nothing_is_read_by_broadcast(stage: Stage) -> None:
    await stage.holds("C-055")


@AT_HUBS
async def test_c056_a_list_needs_an_addressee(stage: Stage) -> None:
    stage.far.received.clear()
    await stage.holds("C-056")
    assert [each for each in stage.far.received if each.method == "GET"] == []


@AT_HUBS
async def test_c057_what_everybody_told_is_read_at_the_hub_page_by_page(stage: Stage) -> None:
    stage.far.received.clear()
    await stage.holds("C-057")
    first = await stage.pull("locations", to=HUB, limit="1")
    assert first.headers["Link"].startswith(f"<{stage.platform.url}/")
    (shown,) = first.data
    assert (shown["country_code"], shown["party_id"]) == ("FR", "CPO")
    assert shown["last_updated"].startswith("2025-12-01T")
    assert [each for each in stage.far.received if each.method == "GET"] == []


@AT_HUBS
async def test_c058_what_is_for_one_is_never_told_to_all(stage: Stage) -> None:
    await all_told(stage)
    stage.emsp.received.clear()
    session = samples.session(stage.version, CPO, PartyId("ZZ", "ZZZ"), stage.target.fresh_id())
    bill = samples.cdr(stage.version, CPO, PartyId("ZZ", "ZZZ"), stage.target.fresh_id())
    heard = [
        await stage.push("sessions", "FR", "CPO", session["id"], body=session, to=HUB),
        await stage.push("cdrs", body=bill, to=HUB, method="POST"),
    ]
    assert not any(each.is_success for each in heard)
    await all_told(stage)
    assert stage.emsp.heard("sessions") + stage.emsp.heard("cdrs") == []


@AT_HUBS
async def test_c059_c066_a_relayed_object_keeps_every_byte(stage: Stage) -> None:
    """last_updated, unknown fields, unknown values, the spelling of numbers, the order of keys."""
    location_id = stage.target.fresh_id()
    odd = {"odd": {"b": 1.50, "a": [None, True]}, "facilities": ["MOON_BASE"]}
    body = {**odd, **samples.location(stage.version, CPO, location_id)}
    raw = codec.encode(body).replace(b'"b":1.5', b'"b" : 1.50')
    assert (await stage.push("locations", "FR", "CPO", location_id, body=raw, to=HUB)).is_success
    assert (await arrived(stage, location_id)).body == raw


@AT_HUBS
async def test_c060_versions_and_credentials_name_no_party(stage: Stage) -> None:
    await stage.holds("C-060")
    await names_nobody(stage)
    async with stage.newcomer() as target:
        await green("C-009", target)
        assert {each.routing for each in target.us.handshakes} == {Routing()}


@on("cpo", "emsp", versions=("2.2.1", "2.3.0"))
async def test_c060_nor_at_an_adapter(stage: Stage) -> None:
    await stage.holds("C-060")
    await names_nobody(stage)


async def names_nobody(stage: Stage) -> None:
    """Not even where the question did."""
    answer = await stage.target.follow("GET", stage.target.versions_url)
    assert Routing.read(answer.headers) == Routing()


@AT_HUBS
async def test_c061_where_a_bill_is_kept_is_told_as_an_address_of_the_hub(stage: Stage) -> None:
    stage.emsp.keeps("cdrs")
    bill = samples.cdr(stage.version, CPO, EMSP, stage.target.fresh_id())
    heard = await stage.push("cdrs", body=bill, to=EMSP, method="POST")
    location = heard.headers["Location"]
    assert location.startswith(f"{stage.platform.url}/")
    await all_told(stage)
    again = await stage.target.follow("GET", location, routing=Routing(to=EMSP, sender=CPO))
    assert again.data["id"] == bill["id"]


@AT_HUBS
async def test_c061_the_pages_of_a_party_are_read_at_the_hub(stage: Stage) -> None:
    tariffs = [samples.tariff(stage.version, CPO, f"T{number}") for number in range(3)]
    stage.far.publishes("tariffs", tariffs, at_most=2)
    first = await asked(stage)
    link = first.headers["Link"].removeprefix("<").partition(">")[0]
    assert link.startswith(f"{stage.platform.url}/")
    second = await stage.reader.follow("GET", link, routing=Routing(to=CPO, sender=EMSP))
    stage.far.answer("GET", "tariffs", SENDER, lambda _: Reply())
    assert [each["id"] for each in (*first.data, *second.data)] == ["T0", "T1", "T2"]


@on("hub", "cpo", "emsp", versions=("2.2.1", "2.3.0"))
async def test_c062_nobody_speaks_for_a_party_that_is_not_its_own(stage: Stage) -> None:
    """Nor for one that the platform has an agreement with."""
    await stage.holds("C-062")
    async with stage.newcomer("CPO" if stage.kind == "emsp" else "EMSP") as other:
        await green("C-009", other)
        if stage.kind == "emsp":
            await agree(stage.platform, cpo=other.own)
        else:
            await agree(stage.platform, emsp=other.own)
        module = "tokens" if stage.kind == "emsp" else "locations"
        posing = Routing(to=stage.target.party, sender=other.own)
        assert (await other.pull(module)).is_success
        answer = await stage.reader.follow("GET", stage.reader.url(module, SENDER), routing=posing)
        assert (answer.http, answer.status, answer.data) == (200, 2001, None)


def told(stage: Stage, party: PartyId) -> list[str]:
    """What the eMSP was told of a party, in order."""
    infos = [each.json() for each in stage.emsp.heard("hubclientinfo")]
    return [each["status"] for each in infos if each["party_id"] == party.party_id]


@AT_HUBS
async def test_c063_who_comes_and_goes_is_told_and_never_deleted(stage: Stage) -> None:
    stage.emsp.received.clear()
    async with stage.newcomer("CPO") as target:
        await green("C-009", target)
        await agree(stage.platform, cpo=target.own)
        await eventually(lambda: told(stage, target.own)[-1:] == ["CONNECTED"])
        await green("C-018", target)
        await eventually(lambda: told(stage, target.own)[-1:] == ["SUSPENDED"])
    assert {each.method for each in stage.emsp.heard("hubclientinfo")} == {"PUT"}


@AT_HUBS
async def test_c064_who_is_silent_is_asked_for_its_versions_and_then_offline(stage: Stage) -> None:
    async with stage.newcomer("CPO") as target:
        await green("C-009", target)
        await agree(stage.platform, cpo=target.own)
        await eventually(lambda: told(stage, target.own)[-1:] == ["CONNECTED"])
        target.us.handshakes.clear()
        await stage.clock.stroll(minutes=6)
        await eventually(lambda: [each.module for each in target.us.handshakes] == ["versions"])
        assert told(stage, target.own)[-1] == "CONNECTED"
        target.us.is_online = False
        await stage.clock.stroll(minutes=6)
        await eventually(lambda: told(stage, target.own)[-1] == "OFFLINE")
        target.us.is_online = True


@AT_HUBS
async def test_c065_who_is_offline_is_pushed_nothing_and_nothing_is_queued_or_replayed(stage: Stage) -> None:
    """To the letter, for a partner that chose `strict`; tests/ocpi/delivery has the usual."""
    async with stage.newcomer("EMSP") as target:
        await green("C-009", target)
        await agree(stage.platform, emsp=target.own)
        name = f"newcomer-{target.own.party_id}"
        await operate(stage.platform, f"/partners/{name}/delivery", {"delivery": {"locations": "strict"}})
        # only its versions: so it is OFFLINE by the still-alive check, and whatever else came would arrive
        target.us.answer("GET", "versions", SENDER, lambda _: Reply(http=503))
        await stage.clock.stroll(minutes=6)
        await eventually_so(lambda: status_of(stage, name, "OFFLINE"))
        target.us.received.clear()
        missed, _ = await broadcast(stage)
        outbox = stage.platform.foundation.outbox
        assert [each for each in await outbox.listed(1000) if each["to"] == str(target.own)] == []

        target.us.answer("GET", "versions", SENDER, target.us.usual("versions"))
        await stage.clock.stroll(minutes=2)
        await eventually_so(lambda: status_of(stage, name, "CONNECTED"))
        fresh, _ = await broadcast(stage)
        await eventually(lambda: target.us.heard("locations"))
        (arrived,) = target.us.heard("locations")
        assert arrived.path.endswith(fresh["id"])
        assert missed["id"] != fresh["id"]


async def status_of(stage: Stage, name: str, status: str) -> bool:
    """As the hub shows it to its operator."""
    shown = await asyncio.to_thread(stage.platform.admin.get, "/presence")
    return {each["partner"]: each["status"] for each in shown}.get(name) == status
