"""What operators did is kept."""

import asyncio

from ocpi.server.operator_auth import issue
from tests.fakes.clock import ManualClock
from tests.ocpi.admin.test_admin import ask
from tests.platforms import Running, agree


async def test_each_act_is_kept_with_who_did_it_and_what_came_of_it(hub: Running, clock: ManualClock) -> None:
    await agree(hub)
    await clock.advance(seconds=1)
    await ask(hub, "POST", "/agreements/end", {"cpo": "FR*CPO", "emsp": "NL*XXX"})
    listed = await asyncio.to_thread(hub.admin.get, "/acts")
    assert [(each["operator"], each["path"], each["status"]) for each in listed] == [
        ("anna", "/admin/v1/agreements/end", 404),
        ("command line", "/admin/v1/agreements", 201),
    ]


async def test_looking_is_no_act_and_a_stranger_is_no_operator(hub: Running, clock: ManualClock) -> None:
    for key in ("0" * 64, hub.admin.key):
        await ask(hub, "GET", "/partners", bearer=issue(key, "eve", clock.now()))
    await ask(hub, "POST", "/agreements", {}, bearer=issue("0" * 64, "eve", clock.now()))
    assert await asyncio.to_thread(hub.admin.get, "/acts") == []
