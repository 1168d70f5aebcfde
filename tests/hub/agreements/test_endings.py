"""What happens when an agreement ends: each side is told, alone, that what it has of the other's is gone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocpi.delivery.parting import Parting
from ocpi.process.mongo import Mongo
from ocpi.service.changes import Changes
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.hub.agreements.telling import (
    PAIR,
    UID,
    end_today,
    forget,
    heard,
    settled,
    tell_everything,
    tell_location,
    told,
    tomorrow,
)
from tests.hub.presence.test_presence import hears
from tests.platforms import CPO, EMSP, HUB, agree, connect, operate, running_hub
from tests.roaming import Roaming, roaming_on

OTHER_EMSP, OTHER_CPO = PartyId("DE", "XYZ"), PartyId("BE", "CPO")


@pytest.fixture
async def others(roaming: Roaming) -> AsyncIterator[tuple[SimulatedPartner, SimulatedPartner]]:
    """Another eMSP and another CPO, with agreements of their own that go on."""
    async with SimulatedPartner(("EMSP", OTHER_EMSP)) as emsp, SimulatedPartner(("CPO", OTHER_CPO)) as cpo:
        await connect(roaming.hub, emsp, "other-emsp", "EMSP")
        await connect(roaming.hub, cpo, "other-cpo", "CPO")
        await agree(roaming.hub, emsp=OTHER_EMSP)
        await agree(roaming.hub, cpo=OTHER_CPO)
        yield emsp, cpo


async def test_when_it_ends_each_side_alone_is_told_that_what_it_has_is_gone(
    roaming: Roaming, others: tuple[SimulatedPartner, SimulatedPartner]
) -> None:
    other_emsp, other_cpo = others
    await tell_everything(roaming)
    await eventually(lambda: heard(other_emsp, "locations") and heard(other_cpo, "tokens"))
    before = await roaming.hub.foundation.mongo.collection("objects").find({}).to_list(None)
    forget(roaming.cpo, roaming.emsp, *others)

    await end_today(roaming)

    await eventually(lambda: told(roaming.emsp) == [("PUT", "LOC1", {"REMOVED"})])
    await eventually(lambda: told(roaming.emsp, "tariffs") == [("DELETE", "T1", None)])
    await eventually(lambda: told(roaming.cpo, "tokens") == [("PUT", UID, False)])
    await hears(roaming.emsp, "CPO FR*CPO", "PLANNED")
    await hears(roaming.cpo, "EMSP NL*MSP", "PLANNED")
    assert heard(other_emsp, "locations") + heard(other_emsp, "tariffs") + heard(other_cpo, "tokens") == []
    assert await roaming.hub.foundation.mongo.collection("objects").find({}).to_list(None) == before


async def test_the_last_day_still_counts(roaming: Roaming) -> None:
    await tell_everything(roaming)
    await operate(roaming.hub, "/agreements/end", PAIR)
    await roaming.much_later(hours=23)
    await settled(roaming)
    assert [state for _, _, state in told(roaming.emsp)] == [{"AVAILABLE"}]
    assert [state for _, _, state in told(roaming.cpo, "tokens")] == [True]


async def test_what_is_told_at_the_end_keeps_its_age_and_all_else_that_it_says(roaming: Roaming) -> None:
    """Else what is told when another agreement begins would be older, and be refused."""
    await tell_location(roaming, name="Gare du Nord", odd=1)
    await eventually(lambda: heard(roaming.emsp, "locations"))
    await end_today(roaming)
    await eventually(lambda: len(heard(roaming.emsp, "locations")) == 2)
    first, last = (each.json() for each in heard(roaming.emsp, "locations"))
    assert last == {**first, "evses": [{**first["evses"][0], "status": "REMOVED"}]}


async def test_another_agreement_brings_everything_back(roaming: Roaming) -> None:
    await tell_everything(roaming)
    await end_today(roaming)
    await eventually(lambda: told(roaming.cpo, "tokens")[-1:] == [("PUT", UID, False)])
    await eventually(lambda: told(roaming.emsp)[-1:] == [("PUT", "LOC1", {"REMOVED"})])
    await operate(roaming.hub, "/agreements", PAIR)
    await eventually(lambda: told(roaming.emsp)[-1:] == [("PUT", "LOC1", {"AVAILABLE"})])
    await eventually(lambda: told(roaming.emsp, "tariffs")[-1][0] == "PUT")
    await eventually(lambda: told(roaming.cpo, "tokens")[-1:] == [("PUT", UID, True)])
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    await tomorrow(roaming)
    assert told(roaming.emsp)[-1:] == [("PUT", "LOC1", {"AVAILABLE"})]


async def test_whoever_is_away_at_the_end_is_told_when_it_is_back(roaming: Roaming) -> None:
    await tell_everything(roaming)
    forget(roaming.emsp)
    roaming.emsp.is_online = False
    await end_today(roaming)
    await tell_location(roaming, name="newer", last_updated="2026-03-02T00:00:00Z")
    roaming.emsp.is_online = True
    await roaming.much_later(minutes=10)
    await roaming.later(seconds=2)
    await eventually(lambda: told(roaming.emsp) == [("PUT", "LOC1", {"REMOVED"})])


async def test_whoever_is_suspended_at_the_end_is_told_when_it_is_resumed(roaming: Roaming) -> None:
    await tell_everything(roaming)
    forget(roaming.emsp)
    await operate(roaming.hub, "/partners/the-emsp/suspend", {})
    await end_today(roaming)
    await operate(roaming.hub, "/partners/the-emsp/resume", {})
    await roaming.much_later(minutes=10)
    await roaming.later(seconds=2)
    await eventually(lambda: told(roaming.emsp) == [("PUT", "LOC1", {"REMOVED"})])


async def test_an_agreement_that_never_began_has_nothing_to_take_back(roaming: Roaming) -> None:
    """I4: its eMSP is not told of locations that it never had."""
    async with SimulatedPartner(("EMSP", OTHER_EMSP)) as other:
        await connect(roaming.hub, other, "other-emsp", "EMSP")
        pair = {"cpo": str(CPO), "emsp": str(OTHER_EMSP)}
        await operate(roaming.hub, "/agreements", {**pair, "first_day": "2026-02-01"})
        await tell_everything(roaming)
        await operate(roaming.hub, "/agreements/end", {**pair, "last_day": "2026-01-01"})
        await tomorrow(roaming)
        await roaming.much_later(hours=24 * 60)
        await settled(roaming)
        assert heard(other, "locations") + heard(other, "tariffs") == []


async def test_what_was_told_to_one_alone_is_taken_back_too(roaming: Roaming) -> None:
    body = build.location(id="MINE")
    await roaming.push("locations", "FR", "CPO", "MINE", body=body, to=EMSP)
    await eventually(lambda: told(roaming.emsp) == [("PUT", "MINE", {"AVAILABLE"})])
    await end_today(roaming)
    await eventually(lambda: told(roaming.emsp)[-1:] == [("PUT", "MINE", {"REMOVED"})])


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
async def test_it_is_told_in_the_version_of_the_far_side(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, version: str
) -> None:
    other = "2.3.0" if version == "2.2.1" else "2.2.1"
    async with roaming_on(mongo, clock, tmp_path, cpo_speaks=other, emsp_speaks=version) as roaming:
        await tell_everything(roaming)
        forget(roaming.cpo, roaming.emsp)
        await end_today(roaming)
        await eventually(lambda: told(roaming.emsp) == [("PUT", "LOC1", {"REMOVED"})])
        await eventually(lambda: told(roaming.cpo, "tokens") == [("PUT", UID, False)])
        await eventually(lambda: told(roaming.emsp, "tariffs") == [("DELETE", "T1", None)])


async def test_two_processes_that_see_it_end_tell_the_same(roaming: Roaming) -> None:
    """They mark the same; one that comes late may tell it again, and nothing else."""
    await tell_everything(roaming)
    forget(roaming.cpo, roaming.emsp)
    foundation = roaming.hub.foundation
    parting = Parting(
        sender=HUB, directory=foundation.directory, store=foundation.store, delivery=foundation.delivery
    )
    second = Changes(
        directory=foundation.directory,
        agreements=foundation.agreements,
        parting=parting,
        clock=foundation.clock,
    )
    foundation.supervisor.start("a second process", second.run)
    await end_today(roaming)
    await eventually(lambda: heard(roaming.emsp, "locations") and heard(roaming.cpo, "tokens"))
    await eventually_so(roaming.nothing_due)
    await settled(roaming)
    assert all(state == {"REMOVED"} for _, _, state in told(roaming.emsp))
    assert all(state is False for _, _, state in told(roaming.cpo, "tokens"))
    assert len(told(roaming.emsp)) <= 2


async def test_a_hub_that_was_down_when_it_ended_tells_it_when_it_is_up(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with SimulatedPartner(("CPO", CPO)) as cpo, SimulatedPartner(("EMSP", EMSP)) as emsp:
        async with running_hub(mongo, clock, tmp_path) as hub:
            await connect(hub, cpo, "the-cpo", "CPO")
            await connect(hub, emsp, "the-emsp", "EMSP")
            await operate(hub, "/agreements", {**PAIR, "last_day": "2026-01-01"})
            await tell_everything(Roaming(hub, cpo, emsp))
        forget(cpo, emsp)
        await clock.leap(hours=30)
        async with running_hub(mongo, clock, tmp_path):
            await clock.advance(seconds=5)
            await eventually(lambda: told(emsp) == [("PUT", "LOC1", {"REMOVED"})])
            await eventually(lambda: told(cpo, "tokens") == [("PUT", UID, False)])
        forget(cpo, emsp)
        async with running_hub(mongo, clock, tmp_path) as again:
            await Roaming(again, cpo, emsp).later(seconds=10)
            assert heard(emsp, "locations") + heard(cpo, "tokens") == []


async def test_marks_that_were_put_before_a_crash_are_put_again_and_told(roaming: Roaming) -> None:
    """That it is done is written last: half of it done is none of it."""
    await tell_everything(roaming)
    await end_today(roaming)
    await eventually(lambda: told(roaming.emsp)[-1:] == [("PUT", "LOC1", {"REMOVED"})])
    agreements = roaming.hub.foundation.mongo.collection("agreements")
    await agreements.update_one({}, {"$set": {"is_parted": False}})
    forget(roaming.cpo, roaming.emsp)
    await settled(roaming)
    await eventually(lambda: told(roaming.emsp) == [("PUT", "LOC1", {"REMOVED"})])
    assert await agreements.find_one({"is_parted": True})
