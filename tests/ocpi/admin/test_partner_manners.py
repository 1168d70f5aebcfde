"""How an operator says in which manner a partner is spoken to."""

import asyncio
from dataclasses import fields
from typing import Any

import pytest

from ocpi.admin.bodies import PolicyChange
from ocpi.wire.quirks import Quirk
from passerelle.admin_client import AdminRefused
from schemas.translation.context import Policy
from simulators.partner import SimulatedPartner
from tests.platforms import Running, connect, invited, operate

QUIRKS, POLICY = "/partners/the-cpo/quirks", "/partners/the-cpo/policy"


@pytest.fixture(autouse=True)
async def _invitation(hub: Running) -> None:
    await invited(hub, "the-cpo", "CPO")


async def shown(hub: Running) -> Any:
    (partner,) = await asyncio.to_thread(hub.admin.get, "/partners")
    return partner


def had(told: list[Any]) -> dict[str, str]:
    return {each["quirk"]: each["by"] for each in told if each["by"]}


async def test_quirks_are_set_cleared_and_shown_with_their_reasons(hub: Running) -> None:
    told = await operate(hub, QUIRKS, {"set": ["raw_token", "trailing_slash"]})
    assert had(told) == {"raw_token": "operator", "trailing_slash": "operator"}
    assert all(each["reason"] for each in told)
    assert len(told) == len(Quirk)
    await operate(hub, QUIRKS, {"set": ["base64_token"], "clear": ["raw_token"]})
    assert (await shown(hub))["quirks"] == ["base64_token", "trailing_slash"]
    assert had(await asyncio.to_thread(hub.admin.get, QUIRKS)) == {
        "base64_token": "operator",
        "trailing_slash": "operator",
    }


async def test_an_unknown_quirk_is_refused_with_all_that_there_are(hub: Running) -> None:
    with pytest.raises(AdminRefused) as refused:
        await operate(hub, QUIRKS, {"set": ["left_handed"]})
    assert "/set/0" in str(refused.value)
    assert all(str(quirk) in str(refused.value) for quirk in Quirk)


async def test_quirks_that_exclude_each_other_are_refused_and_nothing_changes(hub: Running) -> None:
    await operate(hub, QUIRKS, {"set": ["raw_token"]})
    with pytest.raises(AdminRefused, match="newline_token and raw_token exclude each other"):
        await operate(hub, QUIRKS, {"set": ["newline_token"]})
    assert (await shown(hub))["quirks"] == ["raw_token"]


async def test_a_policy_changes_in_what_is_named(hub: Running) -> None:
    await operate(hub, POLICY, {"time_zone": "Europe/Paris", "command_timeout": "60"})
    told = await operate(hub, POLICY, {"ascii_only": "true"})
    assert told == (await shown(hub))["translation"]
    named = {"time_zone": "Europe/Paris", "command_timeout": 60, "ascii_only": True, "untaxed": "N/A"}
    assert {name: told[name] for name in named} == named


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"time_zone": "Paris"}, "/time_zone"),
        ({"command_timeout": "0"}, "/command_timeout"),
        ({"untaxed": "SOMETIMES"}, "/untaxed"),
        ({"colour": "red"}, "/colour"),
    ],
)
async def test_a_mistake_in_a_policy_is_told_by_its_name(
    hub: Running, change: dict[str, str], place: str
) -> None:
    with pytest.raises(AdminRefused, match=place):
        await operate(hub, POLICY, change)


def test_every_part_of_a_policy_can_be_changed() -> None:
    assert set(PolicyChange.model_fields) == {field.name for field in fields(Policy)}


async def test_nobody_is_nobody(hub: Running) -> None:
    for noun in ("quirks", "policy"):
        with pytest.raises(AdminRefused, match="no partner named 'nobody'"):
            await operate(hub, f"/partners/nobody/{noun}", {})


async def test_what_is_chosen_holds_from_the_next_request_on(hub: Running, cpo: SimulatedPartner) -> None:
    await connect(hub, cpo, "another", "CPO")
    await operate(hub, "/partners/another/quirks", {"set": ["raw_token", "trailing_slash"]})
    assert cpo.their_token is not None
    told = await operate(hub, "/partners/another/curl", {"module": "cdrs"})
    partner = hub.foundation.directory.partner("another")
    assert partner is not None
    assert partner.connection is not None
    assert f"Authorization: Token {partner.connection.token.reveal()}" in told["curl"]
    assert told["curl"].endswith(f"{cpo.base}/sender/cdrs/")
