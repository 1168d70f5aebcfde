"""passerelle partners virtual: one command for all registrations of a partner of 2.1.1."""

import json
from pathlib import Path
from typing import Any

from ocpi.wire.credentials_token import CredentialsToken
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests.passerelle.commands import Run
from tests.passerelle.test_partners_cli import hub, passerelle, told
from tests.platforms import CPO, EMSP, Running, agree

__all__ = ["hub", "passerelle"]

OTHER = PartyId("BE", "CPO")
OLD = ("old", "--party", str(EMSP), "--role", "EMSP")


async def every(found: Any) -> dict[str, Any]:
    return {each["remote"]: each for each in (await told(found))["registrations"]}


async def test_all_registrations_are_made_renewed_and_ended_by_one_command_each(
    hub: Running,
    passerelle: Run,
) -> None:
    await agree(hub)
    await agree(hub, cpo=OTHER)
    made = await every(passerelle("partners", "virtual", "create", *OLD, "--expires-in", "1h", "--json"))
    assert made.keys() == {str(CPO), str(OTHER)}
    async with SimulatedPartner(("EMSP", EMSP), versions=("2.1.1",)) as emsp:
        for each in made.values():
            heard = await emsp.register(each["versions_url"], CredentialsToken(each["token"]))
            assert heard.status == 1000
        (shown,) = await told(passerelle("partners", "virtual", "list", "--json"))
        assert {each["state"] for each in shown["registrations"]} == {"REGISTERED"}

        await told(passerelle("partners", "virtual", "rotate", "old", "--with", str(OTHER), "--json"))
        assert [each.json()["country_code"] for each in emsp.handshakes if each.method == "PUT"] == ["BE"]

        await told(passerelle("partners", "virtual", "remove", "old", "--json"))
        assert len([each for each in emsp.handshakes if each.method == "DELETE"]) == 2
        assert await told(passerelle("partners", "virtual", "list", "--json")) == []


async def test_what_failed_makes_the_exit_code_one_and_is_told_beside_what_did_not(
    hub: Running,
    passerelle: Run,
    tmp_path: Path,
) -> None:
    """Tokens come from a file, not from words that others on the machine can read."""
    await agree(hub)
    await agree(hub, cpo=OTHER)
    async with SimulatedPartner(("EMSP", EMSP), versions=("2.1.1",)) as emsp:
        file = tmp_path / "tokens"
        file.write_text(f"{CPO}={emsp.invite().reveal()}\n\n{OTHER}=unknown\n")
        words = ("--url", emsp.versions_url, "--tokens", str(file))
        done = await passerelle("partners", "virtual", "create", *OLD, *words, "--json")
    assert done.returncode == 1
    found = {each["remote"]: each for each in json.loads(done.stdout)["registrations"]}
    assert (found[str(CPO)]["state"], found[str(CPO)]["trouble"]) == ("REGISTERED", None)
    assert "401" in found[str(OTHER)]["trouble"]


async def test_wrong_usage_is_told_by_its_place(
    passerelle: Run,
    tmp_path: Path,
) -> None:
    done = await passerelle("partners", "virtual", "rotate", "nobody")
    assert (done.returncode, done.stderr) == (1, "passerelle: there is no partner named 'nobody'\n")
    (tmp_path / "tokens").write_text("FR*CPO token")
    unread = await passerelle("partners", "virtual", "create", *OLD, "--tokens", str(tmp_path / "tokens"))
    assert (unread.returncode, "--tokens" in unread.stderr) == (2, True)
