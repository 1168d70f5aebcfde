"""Terms, groups and pending roles from the command line."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from simulators.partner import SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.passerelle.test_cli import OK, REFUSED, passerelle, refused
from tests.platforms import CPO, Running, connect, running_hub

Command = Callable[..., Awaitable[Any]]
PAIR = ("FR*CPO", "NL*MSP")


@pytest.fixture
async def hub(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_hub(mongo, clock, tmp_path) as service:
        yield service


@pytest.fixture
def run(hub: Running, tmp_path: Path) -> Command:
    """A command against the hub; what it prints, decoded where that is JSON."""
    port = hub.admin.url.rpartition(":")[2]
    environ = {"PASSERELLE_DATA_FOLDER": str(tmp_path), "HUB_ADMIN_PORT": port}

    async def command(*words: str) -> Any:
        return await asyncio.to_thread(passerelle, *words, **environ)

    return command


async def told(run: Command, *words: str) -> Any:
    found = await run(*words, "--json")
    assert found.returncode == OK, found.stderr
    return json.loads(found.stdout)


async def test_terms_are_added_changed_and_listed(run: Command) -> None:
    await told(run, "groups", "set", "FR*CPO", "night", "LOC1", "LOC2")
    added = await told(
        run, "agreements", "add", *PAIR,
        "--modules", "locations, tariffs", "--tariffs", "T1", "--groups", "night", "--ask-unknown",
    )  # fmt: skip
    expected = {
        "modules": ["locations", "tariffs"], "tariffs": ["T1"], "location_groups": ["night"], "holds": [],
        "is_asked": True,
    }  # fmt: skip
    assert added["terms"] == expected
    changed = await told(
        run, "agreements", "change", *PAIR,
        "--tariffs", "all", "--hold", "too_old", "--hold", "total_cost_differs", "--no-ask-unknown",
    )  # fmt: skip
    holds = ["too_old", "total_cost_differs"]
    assert changed["terms"] == {**expected, "tariffs": None, "holds": holds, "is_asked": False}
    assert (await told(run, "agreements", "change", *PAIR, "--hold", "none"))["terms"]["holds"] == []
    table = (await run("agreements", "list")).stdout
    assert "night" in table
    assert "tariffs=" not in table


async def test_groups_are_listed_and_removed(run: Command) -> None:
    await told(run, "groups", "set", "FR*CPO", "night", "LOC1")
    group = {"cpo": "FR*CPO", "name": "night", "locations": ["LOC1"]}
    assert await told(run, "groups", "list") == [group]
    await told(run, "agreements", "add", *PAIR, "--groups", "night")
    refused(await run("groups", "remove", "FR*CPO", "night"), REFUSED, "NL*MSP")
    await told(run, "agreements", "change", *PAIR, "--groups", "all")
    assert (await run("groups", "remove", "FR*CPO", "night")).returncode == OK
    assert await told(run, "groups", "list") == []


async def test_what_is_wrong_with_terms_is_one_line(run: Command) -> None:
    for words, said in (
        (("--modules", "cars"), "/terms/modules/0"),
        (("--hold", "nonsense"), "/terms/holds/0"),
        (("--groups", "night"), "no group of locations named night"),
    ):
        refused(await run("agreements", "add", *PAIR, *words), REFUSED, said)
    refused(await run("agreements", "change", *PAIR, "--tariffs", "T1"), REFUSED, "no agreement")


async def test_a_pending_role_is_listed_and_approved(run: Command, hub: Running) -> None:
    async with SimulatedPartner(("CPO", CPO)) as cpo:
        await connect(hub, cpo, "acme", "CPO")
        cpo.roles = (("CPO", CPO), ("EMSP", CPO))
        await cpo.renew()
        (partner,) = await told(run, "partners", "list")
        assert [each["role"] for each in partner["pending"]] == ["EMSP"]
        approved = await told(run, "partners", "approve", "acme", "EMSP", "FR*CPO")
        assert [each["role"] for each in approved["roles"]] == ["CPO", "EMSP"]
        refused(await run("partners", "approve", "acme", "EMSP", "FR*CPO"), REFUSED, "does not ask")
