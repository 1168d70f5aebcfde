"""Server-sent events: the state first, then its changes, whichever process made them, until the end."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from emsp_adapter.apps.streams import HEARTBEAT_S, MOST_PER_KEY
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind
from tests import build
from tests.emsp_adapter.apps.counter import SHARED_LOOP, Counter, running_counter
from tests.emsp_adapter.apps.listening import Stream, following
from tests.fakes.eventually import eventually_so
from tests.platforms import CPO

pytestmark = SHARED_LOOP

START = {"cpo": "FR*CPO", "location_id": "LOC1", "token": {"uid": "04AA"}}
MINE = {**build.CDR_TOKEN, "contract_id": "NL-MSP-C1"}


async def push(counter: Counter, name: str, **changes: Any) -> None:
    assert (await counter.obeying.pushes_session(id=name, cdr_token=MINE, **changes)).is_success


async def test_a_session_is_told_as_it_is_then_as_it_changes_and_ends_with_it(counter: Counter) -> None:
    app = await counter.holder()
    await push(counter, "F-1", kwh=1)
    async with following(app, "/sessions/F-1/events") as stream:
        assert stream.answer.headers["Content-Type"].startswith("text/event-stream")
        assert stream.answer.headers["X-Accel-Buffering"] == "no"
        first = await stream.event()
        assert (first.name, first.data["status"], first.data["kwh"]) == ("session", "ACTIVE", "1")
        await push(counter, "F-1", kwh=2, last_updated="2026-03-01T08:01:00Z")
        await counter.clock.advance(seconds=1)
        assert (await stream.event()).data["kwh"] == "2"
        await push(counter, "F-1", kwh=3, status="COMPLETED", last_updated="2026-03-01T08:02:00Z")
        await counter.clock.advance(seconds=1)
        last = await stream.event()
        assert (last.data["kwh"], last.data["status"]) == ("3", "COMPLETED")
        assert await stream.block() is None


async def test_a_change_by_another_process_is_told_too(counter: Counter) -> None:
    app = await counter.holder()
    await push(counter, "F-2", kwh=1)
    elsewhere = ObjectStore(counter.mongo, counter.clock)
    async with following(app, "/sessions/F-2/events") as stream:
        await stream.event()
        changed = build.session(id="F-2", cdr_token=MINE, kwh=7, last_updated="2026-03-01T09:00:00Z")
        key = ObjectKey(ObjectKind.SESSION, CPO, "F-2")
        await elsewhere.put(Record(key, changed.last_updated, codec.dump(changed)))
        await counter.clock.advance(seconds=1)
        assert (await stream.event()).data["kwh"] == "7"


async def test_who_comes_back_is_told_only_what_is_new(counter: Counter) -> None:
    app = await counter.holder()
    await push(counter, "F-3", kwh=1)
    async with following(app, "/sessions/F-3/events") as stream:
        known = (await stream.event()).id
    async with following(app, "/sessions/F-3/events", known) as stream:
        await push(counter, "F-3", kwh=2, last_updated="2026-03-01T08:01:00Z")
        await counter.clock.advance(seconds=1)
        assert (await stream.event()).data["kwh"] == "2"
    async with following(app, "/sessions/F-3/events", known) as stream:
        assert (await stream.event()).data["kwh"] == "2"


async def test_who_comes_back_after_the_end_is_told_that_there_is_nothing_more(counter: Counter) -> None:
    app = await counter.holder()
    await push(counter, "F-4", status="COMPLETED")
    async with following(app, "/sessions/F-4/events") as stream:
        known = (await stream.event()).id
        assert await stream.block() is None
    async with following(app, "/sessions/F-4/events", known) as stream:
        assert stream.answer.status == 204


async def test_a_line_that_is_silent_is_kept_open_by_comments(counter: Counter) -> None:
    app = await counter.holder()
    await push(counter, "F-5")
    async with following(app, "/sessions/F-5/events") as stream:
        await stream.event()
        await counter.clock.advance(seconds=HEARTBEAT_S + 1)
        assert await stream.block() == ": still here\n\n"


async def test_a_key_that_is_revoked_hears_no_more(counter: Counter) -> None:
    app = await counter.holder(name="revoked-while-listening")
    await push(counter, "F-6")
    async with following(app, "/sessions/F-6/events") as stream:
        await stream.event()
        await asyncio.to_thread(counter.emsp.admin.delete, "/api_keys/revoked-while-listening")
        await counter.clock.advance(seconds=HEARTBEAT_S + 1)
        assert await stream.block() is None


async def test_a_key_follows_so_many_things_and_no_more(counter: Counter) -> None:
    app = await counter.holder()
    await push(counter, "F-7")
    opened = [await app.session.get(app.address("/sessions/F-7/events"), headers=app.headers)
              for _ in range(MOST_PER_KEY)]  # fmt: skip
    heard = await app.get("/sessions/F-7/events")
    assert (heard.http, heard.headers["Retry-After"]) == (429, "30")
    assert (await (await counter.holder()).get("/key")).http == 200
    for each in opened:
        each.close()

    async def is_free_again() -> bool:
        await counter.clock.advance(seconds=HEARTBEAT_S + 1)
        async with following(app, "/sessions/F-7/events") as stream:
            return stream.answer.status == 200

    await eventually_so(is_free_again)


async def test_a_session_of_another_contract_is_followed_by_nobody(counter: Counter) -> None:
    await push(counter, "F-8")
    stranger = await counter.holder(contracts=["NL-MSP-C2"])
    assert (await stranger.get("/sessions/F-8/events")).http == 404


async def test_a_command_is_followed_to_its_result_and_to_the_session_that_it_led_to(
    counter: Counter,
) -> None:
    app = await counter.holder()
    command = (await app.post("/sessions", START)).body
    asked = counter.cpo.heard("commands")[-1]
    async with following(app, f"/commands/{command['id']}/events") as stream:
        assert (await stream.event()).data["state"] == "PROMISED"
        await counter.obeying.tell(asked, "ACCEPTED")
        await counter.clock.advance(seconds=1)
        assert (await stream.event()).data["state"] == "DONE"
        reference = command["about"]["authorization_reference"]
        await push(counter, "F-9", authorization_reference=reference)
        await counter.clock.advance(seconds=1)
        told = await stream.event()
        assert (told.name, told.data["sessions"]) == ("command", ["F-9"])
        assert await stream.block() is None


async def test_a_command_that_is_refused_ends_its_stream_at_once(counter: Counter) -> None:
    counter.obeying.answers("REJECTED", timeout=0)
    app = await counter.holder()
    command = (await app.post("/sessions", START)).body
    counter.obeying.answers("ACCEPTED")
    async with following(app, f"/commands/{command['id']}/events") as stream:
        assert (await stream.event()).data["state"] == "REFUSED"
        assert await stream.block() is None


async def test_streams_end_well_when_the_service_stops(mongo_url: str, tmp_path: Path) -> None:
    """Not cut off after the time that a service has for that: such an answer would not be whole."""
    async with ClientSession() as outside:
        async with running_counter(mongo_url, tmp_path) as counter:
            app = replace(await counter.holder(), session=outside)
            await push(counter, "F-10")
            stream = Stream(await outside.get(app.address("/sessions/F-10/events"), headers=app.headers))
            await stream.event()
        assert await stream.block() is None
