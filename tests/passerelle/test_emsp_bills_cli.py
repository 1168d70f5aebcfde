"""Bills and statements at the shell: what is printed, saved and refused."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.emsp_adapter.billing.office import SHARED_LOOP, Office, price, running_office
from tests.passerelle.commands import Run, commands_to
from tests.passerelle.test_cli import OK, USAGE

pytestmark = SHARED_LOOP
REFUSED = 1


@dataclass(frozen=True, slots=True)
class Shell:
    office: Office
    run: Run

    async def says(self, *words: str) -> Any:
        found = await self.run("emsp", *words, "--json")
        assert found.returncode == OK, found.stderr
        return json.loads(found.stdout)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shell(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shell]:
    folder = tmp_path_factory.mktemp("emsp")
    async with running_office(mongo_url, folder) as office:
        yield Shell(office, commands_to(office.emsp, folder, "EMSP"))


async def test_a_bill_is_listed_shown_and_disputed(shell: Shell) -> None:
    cpo = shell.office.cpo()
    dear = await shell.office.bill(cpo, total_cost=price(Decimal("5.25"), Decimal("1.05")))
    listed = await shell.says("bills", "list", "-w", f"cpo={cpo.party}", "-w", "finding=total_cost_differs")
    assert [each["id"] for each in listed["bills"]] == [dear["id"]]
    table = await shell.run("emsp", "bills", "show", dear["id"])
    assert "total_cost_differs" in table.stdout
    assert "kWh" in table.stdout
    words = ("bills", "dispute", dear["id"], "OPEN", "--reason", "too dear", "--seen", "1")
    assert (await shell.says(*words))["dispute"]["state"] == "OPEN"
    again = await shell.run("emsp", *words)
    assert (again.returncode, len(again.stderr.splitlines())) == (REFUSED, 1)


async def test_bills_are_saved_in_the_format_that_the_file_names(shell: Shell, tmp_path: Path) -> None:
    cpo = shell.office.cpo()
    bill = await shell.office.bill(cpo)
    where = ("-w", f"cpo={cpo.party}")
    told = await shell.says("bills", "export", str(tmp_path / "bills.ndjson"), *where)
    assert json.loads((tmp_path / "bills.ndjson").read_text())["cdr"]["id"] == bill["id"]
    behind = ("bills", "export", str(tmp_path / "bills.parquet"), *where, "--after", str(told["next"]))
    await shell.says(*behind)
    assert (tmp_path / "bills.parquet").read_bytes().startswith(b"PAR1")
    wrong = await shell.run("emsp", "bills", "export", str(tmp_path / "bills.xlsx"))
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (USAGE, 1)
    refused = await shell.run("emsp", "bills", "export", str(tmp_path / "no.csv"), "-w", "colour=red")
    assert refused.returncode == REFUSED
    assert _files(tmp_path) == ["bills.ndjson", "bills.parquet"]


def _files(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def test_a_month_is_looked_at_closed_and_saved(shell: Shell, tmp_path: Path) -> None:
    cpo = shell.office.cpo()
    bill = await shell.office.bill(cpo)
    named = (str(cpo.party), "2026-03")
    assert (await shell.says("statements", "show", *named))["state"] == "OPEN"
    closed = await shell.run("emsp", "statements", "close", *named)
    assert "CLOSED" in closed.stdout
    assert [each["month"] for each in await shell.says("statements", "list", "--cpo", named[0])] == [
        "2026-03"
    ]
    saved = await shell.run("emsp", "statements", "save", *named, str(tmp_path / "march.csv"))
    assert saved.returncode == OK, saved.stderr
    assert f"BILLED,{bill['id']}," in (tmp_path / "march.csv").read_text()
    assert (await shell.says("statements", "invoices", *named))["uninvoiced"] == [bill["id"]]
