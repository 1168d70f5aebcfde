"""Several processes on one database share the parties; one that is lost, or frozen, does no harm."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ocpi.delivery.leases import COLLECTION, LIFETIME, Leases
from ocpi.delivery.marks import Mark
from ocpi.delivery.readying import Readying, Step
from ocpi.process.mongo import Mongo
from ocpi.wire.interfaces import Side
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import running_hub
from tests.roaming import Roaming

RECEIVER = Side.RECEIVER


async def push(roaming: Roaming, name: str) -> None:
    await roaming.push("locations", "FR", "CPO", name, body=build.location(id=name))


def paths(roaming: Roaming) -> list[str]:
    return [each.path for each in roaming.emsp.heard("locations")]


async def test_the_parties_of_a_lost_process_move_within_fifteen_seconds(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-16. It is lost as by SIGKILL: it gives nothing back."""

    async def nothing(_: Leases) -> None:
        return

    monkeypatch.setattr(Leases, "give_back", nothing)
    await push(roaming, "LOC1")
    await eventually(lambda: paths(roaming) == ["FR/CPO/LOC1"])
    async with running_hub(mongo, clock, tmp_path) as other:
        await roaming.hub.foundation.supervisor.stop()
        await push(roaming, "LOC2")
        await clock.advance(seconds=5)
        other.foundation.delivery.look_soon()
        await clock.advance(seconds=10)
        other.foundation.delivery.look_soon()
        await eventually(lambda: paths(roaming) == ["FR/CPO/LOC1", "FR/CPO/LOC2"])


async def test_a_process_that_lost_its_lease_while_it_was_frozen_sends_nothing(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    await push(roaming, "LOC0")
    await eventually(lambda: paths(roaming) == ["FR/CPO/LOC0"])
    lanes = roaming.hub.foundation.mongo.collection(COLLECTION)
    clock = roaming.hub.foundation.clock
    assert isinstance(clock, ManualClock)
    usual = Readying.of
    frozen: list[Sequence[Mark]] = []

    async def freeze(self: Readying, marks: Sequence[Mark]) -> list[Step]:
        steps = await usual(self, marks)
        if not frozen:
            await clock.leap(minutes=1)
            theirs = {"holder": "another", "until": clock.now() + LIFETIME}
            await lanes.update_many({}, {"$set": theirs})
            frozen.append(marks)
        return steps

    async def too_late(*_: Any) -> None:
        return

    monkeypatch.setattr(Leases, "renew", too_late)
    monkeypatch.setattr(Readying, "of", freeze)
    await push(roaming, "LOC1")
    await eventually(lambda: frozen)
    await roaming.later(seconds=3)
    assert paths(roaming) == ["FR/CPO/LOC0"]
    await lanes.update_many({}, {"$set": {"until": clock.now()}})
    await roaming.later(seconds=3)
    await eventually_so(roaming.nothing_due)
    assert paths(roaming) == ["FR/CPO/LOC0", "FR/CPO/LOC1"]
