"""Several processes count alike, whichever of them heard of something first."""

import asyncio
from collections.abc import Collection

import pytest

from hub.presence.census import Census
from hub.presence.infos import Infos
from hub.presence.reach import Presences
from hub.presence.views import Client, Scope, View
from ocpi.partners.directory import Directory
from schemas.v2_3_0.enums import ConnectionStatus
from tests.hub.presence.test_presence import another_cpo, hears, shown, told
from tests.platforms import CPO, operate
from tests.roaming import Roaming


async def test_whoever_has_not_heard_of_a_newcomer_does_not_take_it_for_gone(roaming: Roaming) -> None:
    foundation = roaming.hub.foundation
    directory = Directory(
        partners=foundation.partners, agreements=foundation.agreements, clock=foundation.clock
    )
    await directory.refresh()
    late = Census(
        directory=directory,
        presences=Presences(foundation.mongo, foundation.clock),
        infos=Infos(foundation.mongo, foundation.clock),
        clock=foundation.clock,
        changed=asyncio.Event(),
    )
    async with another_cpo(roaming) as another:
        await hears(roaming.emsp, "CPO BE*CPO", "PLANNED")
        assert directory.partner("another") is None
        await late.up_to_date()
        assert (await shown(roaming.emsp))["CPO BE*CPO"] == "PLANNED"
        assert await shown(another) == {"CPO FR*CPO": "PLANNED", "EMSP NL*MSP": "PLANNED"}
        assert told(roaming.emsp).count(("CPO BE*CPO", "PLANNED")) == 1


async def test_of_one_change_only_what_belongs_to_it_is_looked_at(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario 8: among hundreds the whole is tens of thousands of rows, for each that goes or comes."""
    read: list[Scope | None] = []
    usual = Infos.shown

    async def noted(
        self: Infos, viewers: Collection[str], scope: Scope | None = None
    ) -> dict[View, ConnectionStatus]:
        read.append(scope)
        return await usual(self, viewers, scope)

    async with another_cpo(roaming):
        await hears(roaming.emsp, "CPO BE*CPO", "PLANNED")
        monkeypatch.setattr(Infos, "shown", noted)
        await operate(roaming.hub, "/partners/the-cpo/suspend", {})
        await hears(roaming.emsp, "CPO FR*CPO", "SUSPENDED")
    assert read[-1] == Scope(frozenset({"the-cpo"}), frozenset({Client("CPO", CPO)}))
    assert None not in read
