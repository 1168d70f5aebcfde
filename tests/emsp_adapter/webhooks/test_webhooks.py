"""Webhooks from end to end: what the far side received."""

import asyncio
from dataclasses import replace

import pytest

from emsp_adapter.webhooks.courier import AT_ONCE, Courier
from emsp_adapter.webhooks.endpoints import Endpoints
from emsp_adapter.webhooks.messages import TAKEN_FOR, Messages
from schemas import codec
from schemas.kinds import ObjectKind
from schemas.times import parse
from tests.build import cdr, session
from tests.emsp_adapter.apps.counter import SHARED_LOOP
from tests.emsp_adapter.webhooks.desk import HookDesk
from tests.emsp_adapter.webhooks.mailbox import open_mailbox
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import free_port, operate

pytestmark = SHARED_LOOP


def _nowhere() -> str:
    return f"http://127.0.0.1:{free_port()}/hooks"


async def test_a_test_event_arrives_signed(desk: HookDesk) -> None:
    made = await desk.made()
    message = await desk.tested(made)
    post = await desk.one("test")
    assert post.id == message
    assert post.headers["Content-Type"] == "application/json"
    assert post.is_signed_with(made["secret"])
    assert post.told["data"] == {"object": "webhook", "id": made["webhook"]["id"]}


async def test_a_secret_is_told_once_and_lies_sealed(desk: HookDesk) -> None:
    made = await desk.made()
    name = made["webhook"]["id"]
    assert made["secret"].startswith("whsec_")
    assert "secret" not in codec.encode(await desk.webhook(name)).decode()
    kept = await desk.counter.mongo.collection("webhook_endpoints").find_one({"_id": name})
    assert made["secret"].removeprefix("whsec_") not in str(kept)


async def test_sessions_are_told_as_they_start_go_on_and_end(desk: HookDesk) -> None:
    made = await desk.made(events=["session.started", "session.updated", "session.completed"])
    states = (("ACTIVE", 1), ("ACTIVE", 2), ("COMPLETED", 3))
    for minute, (status, kwh) in enumerate(states):
        when = f"2026-03-01T09:0{minute}:00Z"
        told = session(id="HOOK1", status=status, kwh=kwh, last_updated=when).to_wire()
        await desk.push("sessions", "HOOK1", told)
        kind = ("session.started", "session.updated", "session.completed")[minute]
        post = await desk.one(kind)
        assert post.is_signed_with(made["secret"])
        assert post.told["data"] | {"kwh": str(kwh), "status": status, "id": "HOOK1"} == post.told["data"]
    assert len(desk.mailbox.posts) == 3


async def test_a_session_pushed_again_is_told_once(desk: HookDesk) -> None:
    await desk.made(events=["session.started", "session.updated"])
    told = session(id="HOOK2", status="ACTIVE").to_wire()
    await desk.push("sessions", "HOOK2", told)
    await desk.one("session.started")
    await desk.push("sessions", "HOOK2", told)
    await desk.later(seconds=1.1)
    await desk.later(seconds=1.1)
    assert len(desk.mailbox.posts) == 1


async def test_a_bill_is_told_with_what_was_found_in_it(desk: HookDesk) -> None:
    await desk.made(events=["cdr.received", "cdr.findings"])
    total = {"before_taxes": 999, "taxes": [{"name": "VAT", "percentage": 20, "amount": 1}]}
    await desk.push("cdrs", "", cdr(id="HOOKCDR", total_cost=total).to_wire(), method="POST")
    received = await desk.one("cdr.received")
    findings = await desk.one("cdr.findings")
    assert received.told["data"]["id"] == findings.told["data"]["id"] == "HOOKCDR"
    assert "total_cost_differs" in findings.told["data"]["findings"]


async def test_the_result_of_a_command_is_told(desk: HookDesk) -> None:
    await desk.made(events=["command.result"])
    desk.counter.obeying.answers("REJECTED")
    given = await desk.counter.obeying.give(location_id="HOOKLOC")
    desk.counter.obeying.answers("ACCEPTED")
    data = (await desk.one("command.result")).told["data"]
    assert (data["id"], data["state"], data["result"]) == (given["id"], "REFUSED", "REJECTED")


async def test_a_blocked_token_is_told_without_its_uid(desk: HookDesk) -> None:
    await desk.made(events=["token.blocked"])
    store = desk.counter.emsp.foundation.store
    held = await store.named(ObjectKind.TOKEN, "RFID/04BB")
    blocked = {**held[0].value(), "valid": False, "last_updated": "2027-01-01T00:00:00Z"}
    changed = replace(held[0], body=codec.encode(blocked), last_updated=parse("2027-01-01T00:00:00Z"))
    await store.put(changed)
    post = await desk.one("token.blocked")
    assert post.told["data"]["contract_id"] == "NL-MSP-C2"
    assert b"04BB" not in post.body


async def test_what_fails_is_tried_again_under_the_same_id_and_seen_in_the_history(desk: HookDesk) -> None:
    made = await desk.made()
    desk.mailbox.answers = [500, 302]
    message = await desk.tested(made)
    await desk.received(lambda: len(desk.mailbox.posts) == 1)
    await desk.later(seconds=6)
    await desk.received(lambda: len(desk.mailbox.posts) == 2)
    await desk.later(seconds=60)
    assert len(desk.mailbox.posts) == 2
    await desk.later(minutes=6)
    await desk.received(lambda: len(desk.mailbox.posts) == 3)
    assert {post.id for post in desk.mailbox.posts} == {message}
    assert len({post.headers["webhook-timestamp"] for post in desk.mailbox.posts}) == 3
    assert all(post.is_signed_with(made["secret"]) for post in desk.mailbox.posts)

    async def is_delivered() -> bool:
        (told,) = (await desk.messages(made))["messages"]
        return bool(told["state"] == "DELIVERED")

    await eventually_so(is_delivered)
    (told,) = (await desk.messages(made))["messages"]
    assert [each["status"] for each in told["attempts"]] == [500, 302, 204]


async def test_who_answers_gone_is_called_no_more(desk: HookDesk) -> None:
    made = await desk.made()
    desk.mailbox.answers = [410]
    await desk.tested(made)
    await desk.received(lambda: desk.mailbox.posts)
    name = made["webhook"]["id"]

    async def is_disabled() -> bool:
        return bool((await desk.webhook(name))["disabled"] == "GONE")

    await eventually_so(is_disabled)
    assert (await desk.messages(made))["messages"][0]["state"] == "GIVEN_UP"
    assert (await desk.holder.post(f"/webhooks/{name}/test")).http == 409


async def test_one_endpoint_that_is_away_costs_the_others_nothing(desk: HookDesk) -> None:
    away = await desk.made(url=_nowhere(), events=["session.started"])
    await desk.made(events=["session.started"])
    await desk.push("sessions", "HOOK3", session(id="HOOK3", status="ACTIVE").to_wire())
    await desk.one("session.started")

    async def was_tried() -> bool:
        return bool((await desk.messages(away))["messages"][0]["attempts"])

    await eventually_so(was_tried)
    (told,) = (await desk.messages(away))["messages"]
    assert (told["state"], told["attempts"][0]["status"]) == ("DUE", None)


async def test_one_endpoint_that_never_answers_holds_up_no_other(desk: HookDesk) -> None:
    """Also with more messages than it is sent at once."""
    async with open_mailbox() as silent:
        silent.is_open.clear()
        slow, quick = await desk.made(url=silent.url), await desk.made()
        for _ in range(AT_ONCE + 2):
            await desk.tested(slow)
        await desk.received(lambda: len(silent.posts) == AT_ONCE)
        message = await desk.tested(quick)
        assert (await desk.one("test")).id == message
        assert len(silent.posts) == AT_ONCE


async def test_both_secrets_sign_while_one_is_being_replaced(desk: HookDesk) -> None:
    made = await desk.made()
    name = made["webhook"]["id"]
    rotated = (await desk.holder.post(f"/webhooks/{name}/rotate", {"overlap_hours": 2})).body
    await desk.tested(made)
    first = await desk.one("test")
    assert len(first.signatures) == 2
    assert first.is_signed_with(made["secret"])
    assert first.is_signed_with(rotated["secret"])
    await desk.later(hours=2.1)
    await desk.tested(made)
    await desk.received(lambda: len(desk.mailbox.posts) == 2)
    last = desk.mailbox.posts[-1]
    assert (len(last.signatures), last.is_signed_with(rotated["secret"])) == (1, True)


async def test_a_disabled_webhook_is_told_nothing_and_enabled_again_only_what_waited(desk: HookDesk) -> None:
    made = await desk.made(url=_nowhere())
    path = f"/webhooks/{made['webhook']['id']}"
    await desk.tested(made)
    assert (await desk.holder.ask("PATCH", path, {"enabled": False})).body["disabled"] == "BY_HAND"
    await desk.later(minutes=10)
    assert desk.mailbox.posts == []
    changed = await desk.holder.ask("PATCH", path, {"enabled": True, "url": desk.mailbox.url})
    assert changed.body["disabled"] is None
    await desk.one("test")


async def test_two_processes_deliver_a_message_once(desk: HookDesk) -> None:
    """A second courier works on the same database."""
    foundation = desk.counter.emsp.foundation
    other = Courier(
        endpoints=Endpoints(foundation.mongo),
        messages=Messages(foundation.mongo),
        seal=foundation.seal,
        egress=foundation.egress,
        supervisor=foundation.supervisor,
        clock=foundation.clock,
    )
    made = await desk.made()
    sent = {await desk.tested(made) for _ in range(20)}
    await asyncio.gather(other.look(), desk.later(seconds=1.1), other.look())
    await eventually(lambda: len(desk.mailbox.posts) >= 20)
    await desk.later(seconds=1.1)
    assert sorted(post.id for post in desk.mailbox.posts) == sorted(sent)


async def test_what_a_killed_process_had_taken_is_delivered_by_who_lives(desk: HookDesk) -> None:
    made = await desk.made()
    foundation = desk.counter.emsp.foundation
    path = f"/webhooks/{made['webhook']['id']}"
    await desk.holder.ask("PATCH", path, {"enabled": False})
    await Endpoints(foundation.mongo).change(made["webhook"]["id"], {"disabled": None})
    message = await desk.tested(made)
    taken = await Messages(foundation.mongo).take(made["webhook"]["id"], foundation.clock.now())
    assert taken is not None
    assert taken.message == message
    await desk.later(seconds=TAKEN_FOR.total_seconds() - 5)
    assert desk.mailbox.posts == []
    await desk.later(seconds=6)
    assert (await desk.one("test")).id == message


async def test_news_that_was_accepted_before_a_kill_is_told_afterwards(desk: HookDesk) -> None:
    """The mark stands in the write that accepts the session; whoever looks next tells it, once."""
    await desk.made(events=["session.started"])
    objects = desk.counter.mongo.collection("objects")
    await desk.push("sessions", "HOOK4", session(id="HOOK4", status="ACTIVE").to_wire())
    assert (await objects.find_one({"id": "HOOK4"}) or {})["news"] is True
    await desk.one("session.started")
    await objects.update_one({"id": "HOOK4"}, {"$set": {"news": True}, "$unset": {"told": True}})
    await desk.later(seconds=1.1)
    await desk.later(seconds=1.1)
    assert len(desk.mailbox.posts) == 1


async def test_a_message_is_sent_again_when_that_is_asked_for(desk: HookDesk) -> None:
    made = await desk.made()
    message = await desk.tested(made)
    await desk.one("test")
    path = f"/webhooks/{made['webhook']['id']}/messages/{message}/resend"
    assert (await desk.holder.post(path)).http == 202
    await desk.received(lambda: len(desk.mailbox.posts) == 2)
    missing = f"/webhooks/{made['webhook']['id']}/messages/msg_{'0' * 32}/resend"
    assert (await desk.holder.post(missing)).http == 404


async def test_messages_are_listed_page_by_page(desk: HookDesk) -> None:
    made = await desk.made()
    sent = {await desk.tested(made) for _ in range(5)}
    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        page = await desk.messages(made, **query)
        seen += [each["id"] for each in page["messages"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert sorted(seen) == sorted(sent)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"url": "ftp://example.com"}, "/url"),
        ({"url": "https://user:pass@example.com/"}, "/url"),
        ({"url": "https://example.com/", "events": ["session.exploded"]}, "/events/0"),
        ({"url": "https://example.com/", "events": ["test"]}, "/events/0"),
        ({"url": "https://example.com/", "secret": "mine"}, "/secret"),
    ],
)
async def test_what_is_no_webhook_is_told_with_its_place(desk: HookDesk, body: object, place: str) -> None:
    heard = await desk.holder.post("/webhooks", body)
    assert (heard.http, heard.places) == (422, [place])


async def test_an_address_that_is_never_called_is_refused_at_once(desk: HookDesk) -> None:
    heard = await desk.holder.post("/webhooks", {"url": "https://169.254.169.254/latest"})
    assert (heard.http, heard.places) == (409, ["/url"])


async def test_an_app_manages_no_webhooks(desk: HookDesk) -> None:
    app = await desk.counter.holder()
    assert (await app.get("/webhooks")).http == 403


async def test_the_operator_manages_them_too(desk: HookDesk) -> None:
    emsp = desk.counter.emsp
    made = await operate(emsp, "/webhooks", {"url": desk.mailbox.url, "events": ["token.blocked"]})
    name = made["webhook"]["id"]
    await operate(emsp, f"/webhooks/{name}/test", {})
    assert (await desk.one("test")).is_signed_with(made["secret"])
    rotated = await operate(emsp, f"/webhooks/{name}/rotate", {})
    assert rotated["secret"] != made["secret"]
    told = await asyncio.to_thread(emsp.admin.get, f"/webhooks/{name}/messages")
    assert [each["type"] for each in told] == ["test"]
    assert [each["id"] for each in await asyncio.to_thread(emsp.admin.get, "/webhooks")] == [name]
