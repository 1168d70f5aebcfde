"""The command line as a person meets it: what it prints, and its exit code."""

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from tests.command_line import passerelle
from tests.fakes.clock import ManualClock
from tests.platforms import running_hub

OK, REFUSED, USAGE, DATA_ERROR, UNAVAILABLE, OS_ERROR, CONFIG = 0, 1, 2, 65, 69, 71, 78


def refused(found: "subprocess.CompletedProcess[str]", code: int, *named: str) -> None:
    """One clear line, whose words are among those that an operator needs; no traceback."""
    lines = [line for line in found.stderr.splitlines() if not line.startswith("{")]
    assert found.returncode == code, found.stderr
    assert len(lines) == 1, found.stderr
    for word in named:
        assert word in lines[0]


def test_without_words_it_says_what_it_can_do() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "passerelle"], capture_output=True, text=True, timeout=60, check=False
    )
    assert found.returncode == USAGE
    for verb in ("hub", "cpo", "emsp", "partners", "agreements", "config", "demo"):
        assert verb in found.stdout


def test_a_question_to_a_service_brings_no_service_along() -> None:
    """An answer comes in a moment: what a service runs on is not even imported."""
    asked = "app(['partners', 'list', '--help'], standalone_mode=False)"
    told = "print('loaded', sorted({'pymongo', 'motor', 'aiohttp', 'ocpp'} & set(sys.modules)))"
    program = f"import sys; from passerelle.cli import app; {asked}; {told}"
    found = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert found.stdout.splitlines()[-1] == "loaded []", found.stderr


def test_no_database_is_one_line_without_the_password() -> None:
    url = "mongodb://operator:hunter2@127.0.0.1:9/?serverSelectionTimeoutMS=200"
    found = passerelle("hub", PASSERELLE_MONGO_URL=url)
    refused(found, UNAVAILABLE, "MongoDB", "127.0.0.1:9")
    assert "hunter2" not in found.stderr


def test_a_port_that_is_taken_is_one_line_that_names_the_setting(mongo_url: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        settings = {
            "HUB_PORT": port,
            "HUB_DATABASE": "test_port_taken",
            "PASSERELLE_DATA_FOLDER": str(tmp_path),
        }
        refused(passerelle("hub", PASSERELLE_MONGO_URL=mongo_url, **settings), OS_ERROR, port, "HUB_PORT")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("HUB_PORT", "eighty"), ("HUB_PARTY", "FRHUB"), ("HUB_PUBLIC_URL", "hub.example"), ("HUB_PRT", "8000")],
)
def test_a_broken_setting_is_one_line_that_names_the_variable(variable: str, value: str) -> None:
    refused(passerelle("hub", **{variable: value}), CONFIG, variable)


@pytest.mark.parametrize(
    ("service", "setting", "name", "text", "place"),
    [
        ("cpo", "CPO_INVENTORY", "stations.toml", "[[sites]]\nid = \n", "stations.toml:2:6"),
        ("cpo", "CPO_INVENTORY", "stations.csv", "site_id,nonsense\nGARE,1\n", "stations.csv:2:6"),
        ("cpo", "CPO_TARIFFS", "tariffs.toml", '[[tariffs]]\nid = "AC"\ncurency = "EUR"\n', "tariffs.toml:"),
        ("emsp", "EMSP_CARDS", "cards.csv", "uid,contract_id,valid\n04AB,C1,maybe\n", "cards.csv:2:9"),
    ],
)
def test_a_mistake_in_a_file_is_told_by_line_and_column(
    service: str, setting: str, name: str, text: str, place: str, mongo_url: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    database = f"test_broken_{service}"
    found = passerelle(
        service,
        PASSERELLE_MONGO_URL=mongo_url,
        PASSERELLE_DATA_FOLDER=str(tmp_path),
        **{setting: str(tmp_path / name), f"{service.upper()}_DATABASE": database},
    )
    assert found.returncode == DATA_ERROR, found.stderr
    assert place in found.stderr
    assert "Traceback" not in found.stderr


def test_config_shows_what_is_in_force_and_no_secret() -> None:
    found = passerelle(
        "config",
        "hub",
        PASSERELLE_MONGO_URL="mongodb://u:hunter2@db.example/",
        PASSERELLE_PSEUDONYM_KEY="a-key-that-nobody-may-see",
        HUB_PORT="8123",
    )
    told = json.loads(found.stdout)["hub"]
    assert told["HUB_PORT"] == 8123
    assert "hunter2" not in found.stdout
    assert "nobody-may-see" not in found.stdout


def test_a_service_that_never_ran_here_is_one_line(tmp_path: Path) -> None:
    refused(passerelle("partners", "list", PASSERELLE_DATA_FOLDER=str(tmp_path)), REFUSED, "operator.key")


async def test_partners_and_agreements_are_managed_through_the_admin_port(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with running_hub(mongo, clock, tmp_path) as hub:
        environ = {
            "PASSERELLE_DATA_FOLDER": str(tmp_path),
            "HUB_ADMIN_PORT": hub.admin.url.rpartition(":")[2],
        }

        async def command(*words: str) -> Any:
            found = await asyncio.to_thread(passerelle, *words, "--json", **environ)
            assert found.returncode == OK, found.stderr
            return json.loads(found.stdout)

        invited = await command("partners", "invite", "acme", "--role", "CPO")
        assert invited["versions_url"] == hub.versions_url
        assert [each["state"] for each in await command("partners", "list")] == ["INVITED"]
        assert await command("presence") == []
        told = await command("partners", "quirks", "acme", "--set", "raw_token", "--set", "trailing_slash")
        assert {each["quirk"] for each in told if each["by"]} == {"raw_token", "trailing_slash"}
        assert await command("partners", "quirks", "acme", "--clear", "raw_token") == await command(
            "partners", "quirks", "acme"
        )
        assert [each["quirks"] for each in await command("partners", "list")] == [["trailing_slash"]]
        await command("partners", "policy", "acme", "time_zone=Europe/Paris", "ascii_only=yes")
        policy = {each["key"]: each["value"] for each in await command("partners", "policy", "acme")}
        assert (policy["time_zone"], policy["ascii_only"]) == ("Europe/Paris", True)
        await command("agreements", "add", "FR*CPO", "NL*MSP", "--first-day", "2026-01-01")
        assert [each["holds"] for each in await command("agreements", "list")] == [True]
        ended = await command("agreements", "end", "FR*CPO", "NL*MSP", "--last-day", "2025-12-31")
        assert ended["last_day"] == "2025-12-31"
        assert [each["holds"] for each in await command("agreements", "list")] == [False]


async def test_what_the_service_refuses_is_one_line(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> None:
    async with running_hub(mongo, clock, tmp_path) as hub:
        environ = {
            "PASSERELLE_DATA_FOLDER": str(tmp_path),
            "HUB_ADMIN_PORT": hub.admin.url.rpartition(":")[2],
        }
        found = await asyncio.to_thread(passerelle, "partners", "suspend", "nobody", **environ)
    refused(found, REFUSED, "there is no partner named 'nobody'")
