"""passerelle conformance as a person meets it: bad words are one clear line, a red case is exit code 1."""

import asyncio
import json

import pytest
from typer.testing import CliRunner, Result

from passerelle.cli import app
from schemas.kinds import PartyId
from simulators.partner import Quirks, SimulatedPartner

OK, RED, USAGE = 0, 1, 2
URL = "http://127.0.0.1:9/versions"
GOOD = {"--versions-url": URL, "--token": "a-token", "--party": "DE*CHK"}


def conformance(*words: str, **options: str) -> Result:
    told = [word for option, value in options.items() for word in (option, value)]
    return CliRunner().invoke(app, ["conformance", *words, *told], env={"COLUMNS": "200"})


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"--versions-url": "ftp://x/"}, "--versions-url"),
        ({"--token": "with a blank"}, "--token"),
        ({"--party": "nobody"}, "--party"),
        ({"--listen": "8080"}, "--listen"),
        ({"--callback-url": "here"}, "--callback-url"),
        ({}, "was not answered"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(wrong: dict[str, str], named: str) -> None:
    found = conformance(**{**GOOD, **wrong})
    assert found.exit_code == USAGE
    (line,) = found.stderr.splitlines()
    assert named in line
    assert "a-token" not in found.stderr


@pytest.mark.parametrize(
    ("quirks", "code", "colour"),
    [(Quirks(), OK, "green"), (Quirks(endless_links=True), RED, "red")],
    ids=["good", "bad"],
)
async def test_a_red_case_is_an_exit_code(quirks: Quirks, code: int, colour: str) -> None:
    objects = [{"id": f"T{day}", "last_updated": f"2026-01-0{day}T00:00:00Z"} for day in range(1, 6)]
    party = PartyId("FR", "CPO")
    async with SimulatedPartner(("CPO", party), versions=("2.1.1",), quirks=quirks) as platform:
        for module in ("locations", "tariffs", "sessions", "cdrs"):
            platform.publishes(module, objects if module == "locations" else [], at_most=2)
        token = platform.invite().reveal()
        options = {**GOOD, "--versions-url": platform.versions_url, "--token": token, "--role": "CPO"}
        found = await asyncio.to_thread(conformance, "--json", **options)
        table = await asyncio.to_thread(conformance, **options)
    told = json.loads(found.stdout)
    (paging,) = [each for each in told["cases"] if each["number"] == "C-025"]
    assert (found.exit_code, table.exit_code, paging["colour"]) == (code, code, colour)
    assert told["counts"]["red"] == sum(each["colour"] == "red" for each in told["cases"])
    assert len(told["cases"]) == len({each["number"] for each in told["cases"]}) == 153
    assert token not in found.output + table.output
    assert "transport_and_format" in paging["section"]
    assert "C-025" in table.stdout
