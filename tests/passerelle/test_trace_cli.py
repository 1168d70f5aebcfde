"""passerelle trace and messages, as an operator reads them."""

import asyncio
import json
import os
import shlex
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ocpi.process.mongo import Mongo
from ocpi.recorder.curl import curl_line
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from passerelle.cli import app
from simulators.partner import Reply
from tests import build
from tests.command_line import passerelle
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.passerelle.test_cli import OK, REFUSED, USAGE, refused
from tests.platforms import CPO, EMSP
from tests.roaming import Roaming, roaming_on

UID = "04E2A1B2C3"


class Desk:
    """The command line of an operator of the hub, in this process: starting another one takes seconds."""

    def __init__(self, roaming: Roaming, folder: Path) -> None:
        self.roaming = roaming
        self.environ = {
            "PASSERELLE_DATA_FOLDER": str(folder),
            "HUB_ADMIN_PORT": roaming.hub.admin.url.rpartition(":")[2],
        }

    async def run(self, *words: str) -> Any:
        await self.roaming.hub.foundation.recording.writer.write()
        environ = {**self.environ, "COLUMNS": "200"}
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, words, env=environ))

    async def told(self, *words: str) -> str:
        found = await self.run(*words)
        assert found.exit_code == OK, found.stderr
        return str(found.stdout)


@pytest.fixture
async def desk(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Desk]:
    """After a card was refused and another charge was billed to an eMSP of 2.2.1."""
    async with roaming_on(mongo, clock, tmp_path, emsp_speaks="2.2.1") as roaming:
        refusal = Reply(status_code=2004, http=404)
        roaming.emsp.answer("POST", "tokens", Side.SENDER, lambda _: refusal)
        where = ("tokens", Side.SENDER, UID, "authorize")
        ids, routing = MessageIds("tap", "the-tap"), Routing(to=EMSP, sender=CPO)
        await roaming.cpo.call("POST", *where, routing=routing, body={"location_id": "LOC1"}, ids=ids)
        await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
        await eventually_so(roaming.nothing_due)
        cost = {"before_taxes": 2, "taxes": [{"name": "VAT", "amount": 1}, {"name": "city", "amount": 1}]}
        await roaming.push("cdrs", body=build.cdr(total_cost=cost), to=EMSP, method="POST")
        await eventually_so(roaming.nothing_due)
        yield Desk(roaming, tmp_path)


async def test_a_story_is_told_line_by_line_with_its_losses_its_deliveries_and_its_bill(desk: Desk) -> None:
    told = await desk.told("trace", "--session", "S1")
    assert "the-cpo ▶" in told
    assert "▶ the-emsp" in told
    assert f"{CPO} → {EMSP}" in told
    assert "lost: CDR in 2.2.1: /total_cost/taxes" in told
    assert f"cdr/{CPO}/cdr1 to {EMSP}: delivered" in told
    assert f"bill CDR1 of {CPO} for {EMSP}: doubted" in told
    assert UID not in told


async def test_a_story_is_machine_readable_and_begins_with_any_id_of_it(desk: Desk) -> None:
    story = json.loads(await desk.told("trace", "--cdr", "CDR1", "--json"))
    assert story == json.loads(await desk.told("trace", "--session", "s1", "--json"))
    request_id = story["messages"][0]["request_id"]
    assert story == json.loads(await desk.told("trace", request_id, "--json"))


async def test_what_failed_shows_why(desk: Desk) -> None:
    told = await desk.told("trace", "the-tap")
    assert told.count("404 2004") == 2


async def test_a_message_is_copied_as_curl_without_the_token(desk: Desk) -> None:
    found = await desk.run("trace", "the-tap", "--curl", "2")
    line = found.stdout.strip()
    assert line.startswith('curl -sS -X POST -H "Authorization: Token $TOKEN"')
    assert f'{desk.roaming.emsp.base}/sender/tokens/"$CARD"/authorize' in line
    words = shlex.split(line)
    assert words[words.index("--data") + 1] == '{"location_id":"LOC1"}'
    assert {"X-Correlation-ID: the-tap", "OCPI-to-party-id: MSP", "OCPI-from-party-id: CPO"} <= set(words)
    assert "CARD" in found.stderr


async def test_mistakes_are_one_line(desk: Desk) -> None:
    for words, named in (
        (["trace"], "--session"),
        (["trace", "x", "--cdr", "y"], "--session"),
        (["trace", "the-tap", "--curl", "9"], "1 to 2"),
    ):
        found = await desk.run(*words)
        assert (found.exit_code, found.stderr.count("\n")) == (USAGE, 1)
        assert named in found.stderr
    refused(await asyncio.to_thread(passerelle, "trace", "nobody", **desk.environ), REFUSED, "kept")


async def test_the_latest_messages_are_listed_and_chosen_by_partner_module_status_and_failure(
    desk: Desk,
) -> None:
    async def listed(*words: str) -> list[tuple[str, str]]:
        found = json.loads(await desk.told("messages", "--json", *words))["messages"]
        return [(each["partner"], each["module"]) for each in found]

    assert set(await listed("--failed")) == {("the-cpo", "tokens"), ("the-emsp", "tokens")}
    assert await listed("--status", "2004", "--partner", "the-emsp") == [("the-emsp", "tokens")]
    assert set(await listed("--module", "cdrs")) == {("the-cpo", "cdrs"), ("the-emsp", "cdrs")}
    assert len(await listed("--limit", "1")) == 1
    assert "PUT sessions/FR/CPO/S1" in await desk.told("messages", "--module", "sessions")


async def test_new_messages_are_followed_each_once_and_a_line_each(desk: Desk) -> None:
    words = (sys.executable, "-m", "passerelle", "messages", "--follow", "--json", "--limit", "1")
    following = await asyncio.create_subprocess_exec(
        *words, env={**os.environ, **desk.environ}, stdout=asyncio.subprocess.PIPE
    )
    assert following.stdout is not None
    try:
        async with asyncio.timeout(30):
            latest = json.loads(await following.stdout.readline())
            for name in ("S7", "S8"):
                body = build.session(id=name)
                await desk.roaming.push("sessions", "FR", "CPO", name, body=body, to=EMSP)
                await desk.roaming.hub.foundation.recording.writer.write()
                told = [latest]
                while not told[-1]["url"].endswith(name):
                    told.append(json.loads(await following.stdout.readline()))
                assert len({each["id"] for each in told}) == len(told)
    finally:
        following.kill()
        await following.wait()


async def test_older_messages_are_come_to_page_by_page(desk: Desk) -> None:
    await desk.roaming.hub.foundation.recording.writer.write()
    admin = desk.roaming.hub.admin
    whole = (await asyncio.to_thread(admin.get, "/messages", limit="500"))["messages"]
    page = await asyncio.to_thread(admin.get, "/messages", limit="4")
    leafed = page["messages"]
    while page["before"]:
        page = await asyncio.to_thread(admin.get, "/messages", limit="4", before=page["before"])
        leafed += page["messages"]
    assert [each["id"] for each in leafed] == [each["id"] for each in whole]


def test_a_card_in_the_body_is_a_variable_too_and_a_cut_body_is_left_out() -> None:
    message = {"method": "PUT", "correlation_id": "c", "to": None, "from": None, "url": "https://h.example/x"}
    card = '{"uid":"card:0123-0123456789ab","it":"isn\'t"}'
    assert """'{"uid":"'"$CARD"'","it":"isn'"'"'t"}'""" in curl_line({**message, "request": card})
    assert "--data" not in curl_line({**message, "request": '{"a": … [cut]'})
