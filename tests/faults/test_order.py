"""Scenario 12: changes that come in any order, and at once, end in the newest state."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.times import datetime_text, parse
from simulators.partner import Heard
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.faults.forms import chance, form
from tests.faults.here import hub_here
from tests.faults.invariants import never_backwards
from tests.faults.load import session
from tests.faults.oracle import Arrived
from tests.faults.partners import Player, cast_of
from tests.faults.story import Story

CHANGES = form(20, 200)
BEGAN = parse(build.LAST_UPDATED) + timedelta(hours=2)


@pytest.mark.parametrize("order", ["reversed", "shuffled", "at once"])
async def test_changes_in_any_order_end_in_the_newest_state(
    order: str, mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """An older change than the one that is held is refused, and says so."""
    story, fate = Story(f"out-of-order {order}"), chance(f"changes {order}")
    async with hub_here(mongo, clock, tmp_path) as hub, cast_of(hub, cpos=1, emsps=1) as cast:
        (cpo,), (emsp,) = cast.cpos, cast.emsps
        told = session(cpo.party, emsp.party, "S1", "ACTIVE", 1)
        assert (await cpo.tell(told)).is_success
        numbers = list(reversed(range(CHANGES)))
        if order != "reversed":
            fate.shuffle(numbers)
        answers = await told_all(cpo, emsp, numbers, at_once=order == "at once")
        accepted = [answer.is_success for answer in answers]
        assert accepted[numbers.index(CHANGES - 1)]
        assert {answer.status for answer in answers} <= {1000, 2001}
        await eventually(lambda: newest(cast.oracle.arrived))
        await eventually_so(hub.nothing_due)
        story.tell(f"{sum(accepted)} of {CHANGES} changes were news")
        (held,) = await hub.operate("/objects/sessions")
        assert (held["kwh"], emsp.partner.received[-1].json()["kwh"]) == (CHANGES - 1, CHANGES - 1)
        story.ends_well(list(never_backwards(cast.oracle.arrived)))


async def told_all(cpo: Player, emsp: Player, numbers: Sequence[int], *, at_once: bool) -> list[Heard]:
    if at_once:
        return await asyncio.gather(*(change(cpo, emsp, number) for number in numbers))
    return [await change(cpo, emsp, number) for number in numbers]


async def change(cpo: Player, emsp: Player, number: int) -> Heard:
    """The n-th state says n kWh."""
    path = ("FR", cpo.party.party_id, "S1")
    stamp = datetime_text(BEGAN + timedelta(minutes=number))
    body = codec.encode({"kwh": number, "last_updated": stamp})
    routing = Routing(to=emsp.party, sender=cpo.party)
    return await cpo.partner.call("PATCH", "sessions", Side.RECEIVER, *path, routing=routing, body=body)


def newest(arrived: Sequence[Arrived]) -> bool:
    return any(each.last_updated == datetime_text(BEGAN + timedelta(minutes=CHANGES - 1)) for each in arrived)
