"""What becomes of news for a partner that is away: strict, coalesce, store_forward, by its own choice."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ocpi.process.mongo import Mongo
from ocpi.wire.interfaces import Side
from passerelle import cli, partners_cli
from passerelle.admin_client import AdminRefused
from simulators.partner import Reply
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import EMSP, operate, running_hub
from tests.roaming import Roaming

RECEIVER = Side.RECEIVER


async def chooses(roaming: Roaming, **policies: str) -> dict[str, Any]:
    told = await operate(roaming.hub, "/partners/the-emsp/delivery", {"delivery": policies})
    assert isinstance(told, dict)
    return told


async def push_session(roaming: Roaming, kwh: int) -> None:
    body = build.session(kwh=kwh, last_updated=f"2026-03-01T08:{kwh:02d}:00Z")
    heard = await roaming.push("sessions", "FR", "CPO", "S1", body=body, to=EMSP)
    assert heard.status == 1000, heard.body


async def push_location(roaming: Roaming, name: str) -> None:
    heard = await roaming.push("locations", "FR", "CPO", name, body=build.location(id=name))
    assert heard.status == 1000, heard.body


def told(roaming: Roaming) -> list[int]:
    return [each.json()["kwh"] for each in roaming.emsp.heard("sessions")]


async def test_the_usual_is_the_latest_state_and_for_bills_every_one(roaming: Roaming) -> None:
    usual = await asyncio.to_thread(roaming.hub.admin.get, "/partners/the-emsp/delivery")
    assert usual["cdrs"] == "store_forward"
    assert {usual[module] for module in ("locations", "sessions", "tariffs", "tokens")} == {"coalesce"}


async def test_a_choice_is_kept_and_known_after_a_restart(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, roaming: Roaming
) -> None:
    assert (await chooses(roaming, sessions="strict"))["sessions"] == "strict"
    async with running_hub(mongo, clock, tmp_path) as successor:
        partner = successor.foundation.directory.partner("the-emsp")
        assert partner is not None
        assert partner.keeping_of("sessions") == "strict"
        assert partner.keeping_of("locations") == "coalesce"


async def test_a_module_or_policy_that_does_not_exist_is_refused(roaming: Roaming) -> None:
    with pytest.raises(AdminRefused, match="a module is one of"):
        await chooses(roaming, commands="strict")
    with pytest.raises(AdminRefused, match="/delivery/sessions"):
        await chooses(roaming, sessions="perhaps")


async def test_the_command_line_shows_and_sets_it(roaming: Roaming, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partners_cli, "admin_of", lambda _: roaming.hub.admin)
    words = ["partners", "delivery", "the-emsp", "sessions=strict", "--json"]
    done = await asyncio.to_thread(CliRunner().invoke, cli.app, words)
    assert done.exit_code == 0, done.output
    shown = await asyncio.to_thread(CliRunner().invoke, cli.app, words[:3])
    assert "strict" in shown.output


async def test_the_strict_are_tried_once(roaming: Roaming) -> None:
    await chooses(roaming, sessions="strict")
    roaming.emsp.answer("PUT", "sessions", RECEIVER, lambda _: Reply(http=500))
    await push_session(roaming, 1)
    await eventually(lambda: told(roaming) == [1])
    await eventually_so(lambda: empty(roaming))
    await roaming.stroll(minutes=10)
    assert told(roaming) == [1]


async def empty(roaming: Roaming) -> bool:
    return await roaming.marks() == []


async def test_nothing_is_queued_for_the_strict_while_they_are_away_nor_replayed(roaming: Roaming) -> None:
    await chooses(roaming, sessions="strict", locations="strict")
    roaming.emsp.is_online = False
    await push_session(roaming, 1)
    await eventually_so(lambda: empty(roaming))
    await push_session(roaming, 2)
    await push_location(roaming, "LOC1")
    assert await roaming.marks() == []
    roaming.emsp.is_online = True
    await roaming.stroll(minutes=5)
    assert roaming.emsp.received == []
    await push_session(roaming, 3)
    await eventually(lambda: told(roaming) == [3])


async def test_strict_in_one_module_takes_nothing_from_the_others(roaming: Roaming) -> None:
    await chooses(roaming, locations="strict")
    roaming.emsp.is_online = False
    await push_location(roaming, "LOC1")
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    roaming.emsp.is_online = True
    await roaming.until_nothing_due()
    assert [each.module for each in roaming.emsp.received] == ["cdrs"]


async def test_the_strict_are_told_nothing_of_what_was_before_they_came_back(roaming: Roaming) -> None:
    """No catch-up: neither after a suspension nor because an agreement begins."""
    await chooses(roaming, locations="strict")
    await operate(roaming.hub, "/partners/the-emsp/suspend", {})
    await push_location(roaming, "LOC1")
    await operate(roaming.hub, "/partners/the-emsp/resume", {})
    await roaming.stroll(minutes=1)
    await push_location(roaming, "LOC2")
    await eventually(lambda: roaming.emsp.heard("locations"))
    assert [each.path for each in roaming.emsp.heard("locations")] == ["FR/CPO/LOC2"]


async def test_whoever_wants_every_state_gets_each_in_order(roaming: Roaming) -> None:
    await chooses(roaming, sessions="store_forward")
    roaming.emsp.is_online = False
    for kwh in range(5):
        await push_session(roaming, kwh)
        await roaming.later(seconds=1)
    roaming.emsp.is_online = True
    await roaming.until_nothing_due()
    assert told(roaming) == [0, 1, 2, 3, 4]


async def test_a_state_that_is_refused_holds_the_later_ones_until_it_is_parked(roaming: Roaming) -> None:
    await chooses(roaming, sessions="store_forward")
    roaming.emsp.answer(
        "PUT", "sessions", RECEIVER, lambda each: Reply(status_code=2001 if each.json()["kwh"] == 1 else 1000)
    )
    for kwh in (1, 2):
        await push_session(roaming, kwh)
    await roaming.until_nothing_due(stride_s=1.5)
    assert told(roaming) == [1, 1, 1, 2]


async def test_a_bill_waits_for_every_state_of_its_session(roaming: Roaming) -> None:
    await chooses(roaming, sessions="store_forward")
    roaming.emsp.is_online = False
    for kwh in (1, 2):
        await push_session(roaming, kwh)
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    roaming.emsp.is_online = True
    await roaming.until_nothing_due()
    assert [each.module for each in roaming.emsp.received] == ["sessions", "sessions", "cdrs"]


async def test_a_state_that_cannot_be_told_for_a_week_is_parked(roaming: Roaming) -> None:
    await chooses(roaming, sessions="store_forward")
    roaming.emsp.is_online = False
    await push_session(roaming, 1)
    for _ in range(8):
        await roaming.much_later(hours=24)
    await eventually_so(lambda: is_given_up(roaming))


async def is_given_up(roaming: Roaming) -> bool:
    return [str(mark.get("parked"))[:23] for mark in await roaming.marks()] == ["not delivered in 7 days"]
