"""passerelle partners, against a hub that runs and a partner that answers."""

import json
import subprocess
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.credentials_token import CredentialsToken
from simulators.partner import SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.passerelle.commands import Run, commands_to
from tests.platforms import CPO, Running, running_hub

USAGE = 2


@pytest.fixture
async def hub(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_hub(mongo, clock, tmp_path) as service:
        yield service


@pytest.fixture
async def both() -> AsyncIterator[SimulatedPartner]:
    async with SimulatedPartner(("CPO", CPO), versions=["2.2.1", "2.3.0"]) as partner:
        yield partner


@pytest.fixture
def passerelle(hub: Running, tmp_path: Path) -> Run:
    return commands_to(hub, tmp_path)


async def told(found: Awaitable["subprocess.CompletedProcess[str]"]) -> Any:
    done = await found
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def test_an_invitation_lasts_as_long_as_it_was_told_to(
    hub: Running, passerelle: Run, both: SimulatedPartner, clock: ManualClock
) -> None:
    invited = await told(
        passerelle("partners", "invite", "acme", "--role", "CPO", "--expires-in", "2h", "--json")
    )
    token = CredentialsToken(invited["token"])
    assert (await both.send("GET", hub.versions_url, token)).http == 200
    assert invited["lifetime_s"] == 2 * 3600
    partner = await hub.foundation.mongo.collection("partners").find_one({})
    assert partner is not None
    assert partner["tokens"][0]["expires_at"] - clock.now() == timedelta(hours=2)


@pytest.mark.parametrize("written", ["", "h", "2", "2w", "-1h", "1.5h", "٣d"])
async def test_how_long_an_invitation_lasts_has_a_number_and_a_unit(passerelle: Run, written: str) -> None:
    found = await passerelle("partners", "invite", "acme", "--role", "CPO", f"--expires-in={written}")
    assert found.returncode == USAGE
    assert "--expires-in" in found.stderr


async def test_an_invitation_can_be_taken_back(hub: Running, passerelle: Run, both: SimulatedPartner) -> None:
    invited = await told(passerelle("partners", "invite", "acme", "--role", "CPO", "--json"))
    assert (await passerelle("partners", "revoke", "acme")).returncode == 0
    heard = await both.send("GET", hub.versions_url, CredentialsToken(invited["token"]))
    assert heard.http == 401
    assert (await passerelle("partners", "revoke", "acme")).returncode == 1


async def test_a_partner_is_registered_with_moved_and_renewed(
    passerelle: Run, both: SimulatedPartner
) -> None:
    words = ("--url", both.versions_url, "--role", "CPO", "--version", "2.2.1", "--json")
    secret = both.invite().reveal()
    shown = await told(passerelle("partners", "register", "acme", *words, PARTNER_TOKEN=secret))
    assert shown["version"] == both.version == "2.2.1"
    assert (await told(passerelle("partners", "switch-version", "acme", "2.3.0", "--json")))[
        "version"
    ] == "2.3.0"
    before = both.their_token
    await told(passerelle("partners", "rotate", "acme", "--json"))
    assert both.version == "2.3.0"
    assert both.their_token != before
    assert (await passerelle("partners", "revoke", "acme")).returncode == 1
