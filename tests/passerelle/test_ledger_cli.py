"""passerelle access, ledger, objects and acts, against a hub that runs."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from tests import build
from tests.hub.ledger.bills import TOO_MUCH, bill, hold, post
from tests.passerelle.commands import Run, commands_to
from tests.platforms import CPO, EMSP
from tests.roaming import Roaming, roaming_on


@pytest.fixture
async def roaming(mongo: Mongo, tmp_path: Path) -> AsyncIterator[Roaming]:
    """By the clock of this machine, as the command line goes."""
    async with roaming_on(mongo, SystemClock(), tmp_path) as service:
        yield service


@pytest.fixture
def passerelle(roaming: Roaming, tmp_path: Path) -> Run:
    return commands_to(roaming.hub, tmp_path)


async def test_a_token_is_made_shown_once_listed_and_revoked(roaming: Roaming, passerelle: Run) -> None:
    made = await passerelle(
        "access", "create", "--party", str(CPO), "--modules", "cdrs,sessions",
        "--expires", "2099-01-31", "--name", "bureau",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    token = made.stdout.split()[-1]
    heard = await roaming.cpo.plain("GET", f"{roaming.hub.url}/export/cdrs.csv", f"Bearer {token}")
    assert heard.http == 200
    listed = await passerelle("access", "list", "--json")
    (shown,) = json.loads(listed.stdout)
    assert (shown["name"], shown["modules"], shown["uses"]) == ("bureau", ["cdrs", "sessions"], 1)
    assert token not in listed.stdout
    assert (await passerelle("access", "revoke", "bureau")).returncode == 0
    refused = await roaming.cpo.plain("GET", f"{roaming.hub.url}/export/cdrs.csv", f"Bearer {token}")
    assert refused.http == 401
    acts = json.loads((await passerelle("acts", "--json")).stdout)
    assert acts[0]["path"] == "/admin/v1/access/bureau"


async def test_a_mistake_is_one_line(passerelle: Run) -> None:
    wrong = await passerelle("access", "create", "--party", "FR*XXX", "--expires", "2099-01-31")
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (1, 1)
    missing = await passerelle("ledger", "show", "NONE")
    assert (missing.returncode, missing.stderr) == (1, "passerelle: there is no bill 'NONE'\n")


async def test_a_bill_is_listed_shown_and_released(roaming: Roaming, passerelle: Run) -> None:
    await hold(roaming, "total_cost_differs")
    await post(roaming, bill("ODD/1", total_cost=TOO_MUCH))
    listed = await passerelle("ledger", "list", "--state", "held", "--party", str(EMSP), "--json")
    assert [each["id"] for each in json.loads(listed.stdout)["bills"]] == ["ODD/1"]
    assert "total_cost_differs" in (await passerelle("ledger", "list")).stdout
    shown = await passerelle("ledger", "show", "ODD/1")
    assert "held" in shown.stdout
    released = await passerelle("ledger", "release", "ODD/1", "--json")
    assert json.loads(released.stdout)["bill"]["hold"]["state"] == "released"
    again = await passerelle("ledger", "reject", "ODD/1", "--reason", "late")
    assert (again.returncode, "was released by command line" in again.stderr) == (1, True)


async def test_the_versions_of_an_object_are_shown(roaming: Roaming, passerelle: Run) -> None:
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    shown = await passerelle("objects", "history", "sessions", str(CPO), "S1", "--to", str(EMSP), "--json")
    assert [each["object"]["id"] for each in json.loads(shown.stdout)] == ["S1"]
