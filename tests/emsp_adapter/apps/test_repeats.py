"""Idempotency-Key: who asks again gets the first answer, and the CPO is asked once."""

import asyncio
from typing import Any

import pytest

from emsp_adapter.apps.repeats import AT_WORK
from ocpi.wire.interfaces import Side
from simulators.partner import Reply, Request
from tests.emsp_adapter.apps.counter import SHARED_LOOP, Counter, Heard, Holder

pytestmark = SHARED_LOOP

START = {"cpo": "FR*CPO", "location_id": "LOC1", "token": {"uid": "04AA"}}


async def start(app: Holder, key: str, **changes: Any) -> Heard:
    return await app.post("/sessions", {**START, **changes}, {"Idempotency-Key": key})


def asked(counter: Counter) -> int:
    return len(counter.cpo.heard("commands"))


def claims(counter: Counter) -> Any:
    return counter.mongo.collection("app_repeats")


async def test_the_same_key_gets_the_same_answer_and_the_cpo_is_asked_once(counter: Counter) -> None:
    app, before = await counter.holder(), asked(counter)
    first = await start(app, "tap-1")
    await counter.obeying.tell(counter.cpo.heard("commands")[-1], "ACCEPTED")
    again = await start(app, "tap-1")
    assert asked(counter) == before + 1
    assert (again.http, again.raw) == (201, first.raw)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


async def test_another_request_with_the_same_key_is_a_conflict(counter: Counter) -> None:
    app, before = await counter.holder(), asked(counter)
    await start(app, "tap-2")
    heard = await start(app, "tap-2", evse_uid="E2")
    assert (heard.http, heard.places) == (409, ["Idempotency-Key"])
    other = await app.post("/connectors/unlock", START, {"Idempotency-Key": "tap-2"})
    assert other.http == 403
    assert asked(counter) == before + 1


async def test_keys_of_one_app_are_none_of_another(counter: Counter) -> None:
    before = asked(counter)
    for app in (await counter.holder(), await counter.holder()):
        assert (await start(app, "tap-3")).http == 201
    assert asked(counter) == before + 2


async def test_of_two_at_the_same_moment_one_asks(counter: Counter) -> None:
    app, before = await counter.holder(), asked(counter)
    heard = await asyncio.gather(*(start(app, "tap-4") for _ in range(5)))
    assert asked(counter) == before + 1
    assert {each.http for each in heard} <= {201, 409}
    assert (await start(app, "tap-4")).http == 201


async def test_who_asks_while_the_first_is_at_work_is_told_to_wait(counter: Counter) -> None:
    app, before = await counter.holder(), asked(counter)
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_: Request) -> Reply:
        arrived.set()
        await go_on.wait()
        return Reply({"result": "ACCEPTED", "timeout": 120})

    counter.cpo.answer("POST", "commands", Side.RECEIVER, slowly)
    first = asyncio.gather(start(app, "tap-5"))
    await arrived.wait()
    heard = await start(app, "tap-5")
    assert (heard.http, heard.headers["Retry-After"]) == (409, "1")
    go_on.set()
    assert (await first)[0].http == 201
    counter.obeying.answers("ACCEPTED")
    assert asked(counter) == before + 1


async def test_what_could_not_be_asked_may_be_tried_again(counter: Counter) -> None:
    app, before = await counter.holder(), asked(counter)
    refused = await start(app, "tap-6", token={"uid": "04CC"})
    assert (refused.http, refused.places) == (409, ["/token"])
    assert (await start(app, "tap-6")).http == 201
    assert asked(counter) == before + 1


async def test_after_a_crash_the_errand_that_was_asked_is_the_answer(counter: Counter) -> None:
    app, before = await counter.holder(name="crashed"), asked(counter)
    first = await start(app, "tap-7")
    await claims(counter).update_one({"_id": "crashed|tap-7"}, {"$set": {"answer": None}})
    assert (await start(app, "tap-7")).http == 409
    await counter.clock.advance(seconds=AT_WORK.total_seconds() + 1)
    again = await start(app, "tap-7")
    assert (again.http, again.body["id"]) == (201, first.body["id"])
    assert asked(counter) == before + 1


async def test_after_a_crash_before_anything_was_asked_it_is_asked(counter: Counter) -> None:
    app, before = await counter.holder(name="early"), asked(counter)
    await start(app, "tap-8")
    await counter.mongo.collection("errands").delete_one({"about.api_key": "early"})
    await claims(counter).update_one({"_id": "early|tap-8"}, {"$set": {"answer": None}})
    await counter.clock.advance(seconds=AT_WORK.total_seconds() + 1)
    heard = await asyncio.gather(*(start(app, "tap-8") for _ in range(3)))
    assert asked(counter) == before + 2
    assert 201 in {each.http for each in heard}


@pytest.mark.parametrize("key", ["", "with space", "x" * 129])
async def test_a_key_that_is_none_is_refused_before_anything_is_asked(counter: Counter, key: str) -> None:
    app, before = await counter.holder(), asked(counter)
    heard = await start(app, key)
    assert (heard.http, heard.places) == (400, ["Idempotency-Key"])
    assert asked(counter) == before
