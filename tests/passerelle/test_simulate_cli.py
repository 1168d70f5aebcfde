"""passerelle simulate, as somebody types it who wants to see what a CPO adapter makes of bad stations."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ocpi.process.mongo import Mongo
from passerelle.cli import app
from simulators.sins.catalogue import SINS
from tests.cpo_adapter.sessions.charging import KEY, UID
from tests.cpo_adapter.sessions.yard import running_yard


@pytest.fixture(autouse=True)
def logs_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocpi.process.logs.configure", lambda _: None)


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["simulate", *map(str, words)])


def test_every_sin_is_listed_with_what_it_does_and_shows() -> None:
    rows = json.loads(run("sins", "--json").stdout)

    assert [row["name"] for row in rows] == list(SINS)
    assert all(row["does"] and row["ocpp"] and row["shows"] for row in rows)


def test_the_sins_of_one_version_are_listed_alone() -> None:
    rows = json.loads(run("sins", "--ocpp", "2.1", "--json").stdout)

    assert {"sends", "parks"} <= {row["name"] for row in rows}
    assert all("2.1" in row["ocpp"] for row in rows)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        ("a,b\n1,2\n", "the columns station and key"),
        ("station,key\nCP-1,no hex\n", "the columns station and key"),
        ("station,key\n", "no station in it"),
        (f"station,key,ocpp\nCP-1,{KEY},1.5\n", "a version in ocpp"),
    ],
)
def test_a_file_without_stations_is_one_line_and_1(tmp_path: Path, content: str | None, says: str) -> None:
    file = tmp_path / "stations.csv"
    if content is not None:
        file.write_text(content)

    result = run("stations", file, "--card", "X")

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert says in result.stderr


@pytest.mark.parametrize(("sin", "says"), [("gluttony", "there is no sin"), ("parks", "no sin of OCPP 1.6")])
def test_a_sin_that_is_none_is_one_line_and_2(tmp_path: Path, sin: str, says: str) -> None:
    file = tmp_path / "stations.csv"
    file.write_text(f"station,key\nCP-1,{KEY}\n")

    result = run("stations", file, "--card", "X", "--sin", sin)

    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert says in result.stderr


async def test_stations_of_an_inventory_charge_and_their_count_is_told(mongo: Mongo, tmp_path: Path) -> None:
    """Each in its version, and a sin where its version has it."""
    file = tmp_path / "some.csv"
    file.write_text(f"station,key,ocpp\nCP-01,{KEY},\nCP-02,{KEY},2.0.1\n")
    async with running_yard(mongo, tmp_path) as yard:
        places = [yard.place(), yard.place()]
        url = f"{yard.cpo.urls['stations']}/ocpp"
        sins = ("--sin", "repeats", "--sin", "counts-on", "--charges", 3)
        words = ("stations", file, "--card", UID, "--url", url, *sins, "--json")
        result = await asyncio.to_thread(run, *words)
        assert result.exit_code == 0, result.output
        listed = [each for place in places for each in await place.settled()]

    told = json.loads(result.stdout[result.stdout.rindex("\n{\n") :])  # after what the adapter logs
    assert (told["charges"], told["by_sin"]) == (6, {"repeats": 3, "counts-on": 1})
    assert told["messages"] > 6 * 4
    assert told["counted_wh"] == sum(each["billed_wh"] for each in listed)
