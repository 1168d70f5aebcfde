"""Whose lane something is in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocpi.delivery.platforms import Address, Platforms
from ocpi.process.mongo import Mongo
from schemas.kinds import ObjectKind, PartyId
from simulators.partner import SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.hub.virtual.meeting import meeting
from tests.platforms import CPO, EMSP, Running, connect, operate, running_hub

THIRD = PartyId("DE", "XYZ")
ELSEWHERE = PartyId("IT", "HUB")
BEHIND = PartyId("IT", "CPO")


@pytest.fixture
async def hub(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_hub(mongo, clock, tmp_path) as running:
        yield running


def platforms(hub: Running) -> Platforms:
    return Platforms(hub.foundation.directory)


async def test_all_parties_of_a_platform_are_one_and_each_platform_of_a_company_is_another(
    hub: Running,
) -> None:
    async with SimulatedPartner(("CPO", CPO), ("EMSP", THIRD)) as one, SimulatedPartner(("EMSP", CPO)) as two:
        await connect(hub, one, "stations", "CPO", "EMSP")
        await connect(hub, two, "cards", "EMSP")
        found = platforms(hub)
        assert found.of(Address(ObjectKind.TOKEN, CPO)) == "stations"
        assert found.of(Address(ObjectKind.LOCATION, THIRD)) == "stations"
        assert {found.of(Address(kind, CPO)) for kind in (ObjectKind.LOCATION, ObjectKind.CDR)} == {"cards"}


async def test_whoever_stands_behind_a_hub_is_in_the_lane_of_that_hub(hub: Running) -> None:
    async with SimulatedPartner(("CPO", BEHIND), hub_party=ELSEWHERE) as other:
        await connect(hub, other, "elsewhere", "CPO", "HUB")
        found = platforms(hub)
        assert found.of(Address(ObjectKind.TOKEN, BEHIND)) == "elsewhere"
        assert found.of(Address(ObjectKind.TOKEN, ELSEWHERE)) == "elsewhere"


async def test_whoever_is_suspended_keeps_its_lane_and_strangers_have_their_own(hub: Running) -> None:
    async with SimulatedPartner(("EMSP", EMSP)) as emsp:
        await connect(hub, emsp, "the-emsp", "EMSP")
        await operate(hub, "/partners/the-emsp/suspend", {})
        found = platforms(hub)
        assert found.of(Address(ObjectKind.LOCATION, EMSP)) == "the-emsp"
        assert found.of(Address(ObjectKind.LOCATION, THIRD)) == "DE*XYZ|locations"
        assert found.of(Address(ObjectKind.TOKEN, EMSP)) == "NL*MSP|tokens"


async def test_a_partner_of_many_connections_is_one_platform(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """Of 2.1.1: it has a connection for each remote party."""
    async with meeting(mongo, clock, tmp_path, "2.3.0", "2.1.1") as met:
        found = platforms(met.hub)
        assert found.of(Address(ObjectKind.LOCATION, EMSP)) == "the-emsp"
        assert {each.name for each in found.parts("the-emsp")} == {"the-emsp", "the-emsp@FRCPO"}
