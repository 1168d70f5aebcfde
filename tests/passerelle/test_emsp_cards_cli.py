"""Cards and contracts at the command line."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from tests.command_line import passerelle
from tests.fakes.clock import ManualClock
from tests.passerelle.test_cli import OK, USAGE
from tests.platforms import running_emsp

REFUSED = 1


@dataclass(frozen=True, slots=True)
class AtTheShell:
    folder: Path
    environ: dict[str, str]

    async def runs(self, *words: str) -> "CompletedProcess[str]":
        return await asyncio.to_thread(passerelle, "emsp", *words, **self.environ)

    async def says(self, *words: str) -> Any:
        found = await self.runs(*words, "--json")
        assert found.returncode == OK, found.stderr
        return json.loads(found.stdout)

    def file(self, text: str) -> str:
        file = self.folder / "cards.csv"
        file.write_text(text)
        return str(file)


@pytest.fixture
async def shell(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[AtTheShell]:
    async with running_emsp(mongo, clock, tmp_path) as emsp:
        port = emsp.admin.url.rpartition(":")[2]
        yield AtTheShell(tmp_path, {"PASSERELLE_DATA_FOLDER": str(tmp_path), "EMSP_ADMIN_PORT": port})


async def test_a_contract_and_its_card_are_opened_blocked_and_shown(shell: AtTheShell) -> None:
    opened = await shell.says("contract", "open", "--driver", "D1", "--credit", "50.00EUR")
    contract = opened["contract_id"]
    assert opened["limits"] == {
        "credit": "50.00",
        "currency": "EUR",
        "cpos": [],
        "countries": [],
        "hours": [],
    }
    card = await shell.says("card", "put", "04AA", "--contract", contract)
    assert card["token"]["valid"] is True
    blocked = await shell.runs("contract", "block", contract, "--reason", "unpaid")
    assert blocked.stdout == f"contract {contract} is BLOCKED\n"
    shown = await shell.runs("card", "unblock", "04AA")
    assert shown.stdout == "card 04AA: CPOs are told that it is not valid\n"
    assert (await shell.says("contract", "show", contract))["cards"][0]["uid"] == "04AA"
    assert [each["reason"] for each in await shell.says("contract", "list", "--state", "BLOCKED")] == [
        "unpaid"
    ]


async def test_a_file_is_tried_refused_by_line_and_column_and_taken(shell: AtTheShell) -> None:
    bad = shell.file("uid,contract_id\n04AA,C1\n04BB,NL-TNM-C00122045-X\n")
    refused = await shell.runs("card", "import", bad)
    assert refused.returncode == REFUSED
    assert refused.stderr.splitlines() == [
        f"{bad}:3:6: contract_id: its check digit is not right",
        "passerelle: 1 of 2 rows cannot be taken",
    ]
    tried = await shell.runs("card", "import", bad, "--dry-run")
    assert tried.stdout == "would be: 2 rows: 1 created, 0 changed, 0 unchanged, 1 refused\n"
    taken = await shell.runs("card", "import", bad, "--good-rows")
    assert (taken.returncode, taken.stdout) == (
        REFUSED,
        "2 rows: 1 created, 0 changed, 0 unchanged, 1 refused\n",
    )
    good = await shell.says("card", "import", shell.file("uid,contract_id\n04AA,C1\n"))
    assert (good["unchanged"], good["is_done"]) == (1, True)
    nothing = await shell.runs("card", "import", str(shell.folder / "no.csv"))
    assert (nothing.returncode, "cannot be read" in nothing.stderr) == (USAGE, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("build", "c00122045", "--party", "NL*TNM"), OK, "NL-TNM-C00122045-K\n"),
        (
            ("build", "C1", "--party", "NL*TNM"),
            USAGE,
            "passerelle: a contract is named by 9 letters and digits\n",
        ),
        (("check", "nl*tnm*c00122045*k"), OK, "NLTNMC00122045K\n"),
        (
            ("check", "NL-TNM-C00122045-X"),
            REFUSED,
            "passerelle: NL-TNM-C00122045-X: the check digit is not right\n",
        ),
    ],
)
def test_contract_ids_are_built_and_checked_without_a_service(
    words: tuple[str, ...], code: int, said: str
) -> None:
    found = passerelle("emsp", "contract-id", *words)
    assert (found.returncode, found.stdout + found.stderr) == (code, said)
