"""Terms, groups and pending roles from the command line."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from simulators.partner import SimulatedPartner
from tests.command_line import passerelle
from tests.fakes.clock import ManualClock
from tests.passerelle.test_cli import OK, REFUSED, refused
from tests.platforms import CPO, Running, connect, running_hub

Command = Callable[..., Awaitable[Any]]
PAIR = ("FR*CPO", "NL*MSP")


@pytest.fixture
async def hub(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_hub(mongo, clock, tmp_path) as service:
        yield service


@pytest.fixture
def run(hub: Running, tmp_path: Path) -> Command:
    """A command against the hub."""
    port = hub.admin.url.rpartition(":")[2]
    environ = {"PASSERELLE_DATA_FOLDER": str(tmp_path), "HUB_ADMIN_PORT": port}

    async def command(*words: str) -> Any:
        return await asyncio.to_thread(passerelle, *words, **environ)

    return command


async def told(run: Command, *words: str) -> Any:
    found = await run(*words, "--json")
    assert found.returncode == OK, found.stderr
    return json.loads(found.stdout)


async def test_groups_and_terms_are_set_and_listed(run: Command) -> None:
    """`all` and `none` open up again; what is not named stays."""
    group = await told(run, "groups", "set", "FR*CPO", "night", "LOC1", "LOC2")
    assert await told(run, "groups", "list") == [group]
    added = await told(
        run, "agreements", "add", *PAIR, "--modules", "locations, tariffs", "--tariffs", "T1",
        "--groups", "night", "--hold", "too_old", "--hold", "total_cost_differs", "--ask-unknown",
    )  # fmt: skip
    expected = {
        "modules": ["locations", "tariffs"],
        "tariffs": ["T1"],
        "location_groups": ["night"],
        "holds": ["too_old", "total_cost_differs"],
        "is_asked": True,
    }
    assert added["terms"] == expected
    changed = await told(run, "agreements", "change", *PAIR, "--tariffs", "all", "--hold", "none")
    assert changed["terms"] == {**expected, "tariffs": None, "holds": []}
    table = (await run("agreements", "list")).stdout
    assert "location_groups=night" in table
    assert "tariffs=" not in table
    refused(await run("groups", "remove", "FR*CPO", "night"), REFUSED, "NL*MSP")
    refused(await run("agreements", "change", *PAIR, "--modules", "cars"), REFUSED, "/terms/modules/0")


async def test_a_pending_role_is_approved(run: Command, hub: Running) -> None:
    async with SimulatedPartner(("CPO", CPO)) as cpo:
        await connect(hub, cpo, "acme", "CPO")
        cpo.roles = (("CPO", CPO), ("EMSP", CPO))
        await cpo.renew()
        approved = await told(run, "partners", "approve", "acme", "EMSP", "FR*CPO")
        assert [each["role"] for each in approved["roles"]] == ["CPO", "EMSP"]
        assert approved["pending"] == []
        refused(await run("partners", "approve", "acme", "EMSP", "FR*CPO"), REFUSED, "does not ask")
