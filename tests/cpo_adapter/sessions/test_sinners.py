"""Fleets of stations of each version, every sin committed: no energy is lost and no connection dies of it."""

import asyncio
from typing import Any

import pytest

from ocpi.process.clock import SystemClock
from ocpi.process.tasks import Supervisor
from simulators.sins.catalogue import of_version
from simulators.sins.fleet import charge_all
from simulators.sins.model import ALL, Sin
from simulators.sins.sinner import Sinner, SinnerSettings
from tests.cpo_adapter.sessions.charging import KEY, UID
from tests.cpo_adapter.sessions.yard import Place, Yard
from tests.fakes.eventually import eventually_so
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP

STATIONS = 16


def shares(sins: list[Sin], stations: int) -> list[list[Sin]]:
    """Each sin at one station at least."""
    return [sins[first::stations] for first in range(stations)]


@pytest.mark.parametrize("ocpp", ALL)
async def test_whatever_stations_sin_their_energy_is_billed_held_or_written_off(
    yard: Yard, ocpp: str
) -> None:
    places, clock = [yard.place() for _ in range(STATIONS)], SystemClock()
    async with Supervisor(name="sinners", clock=clock) as supervisor:
        sinners = [
            Sinner(
                SinnerSettings(
                    identity=place.identity, key=bytes.fromhex(KEY), card=UID, ocpp=ocpp, sins=sins
                ),
                url=f"{yard.cpo.urls['stations']}/ocpp",
                supervisor=supervisor,
                clock=clock,
            )
            for place, sins in zip(places, shares(of_version(ocpp), STATIONS), strict=True)
        ]
        sinned = await charge_all(sinners, None, clock.now())
        await eventually_so(lambda: all_settled(yard, places))
        assert all(await asyncio.gather(*(each.is_answered() for each in sinners)))
        accounts = await account(yard, places)
        for each in sinners:
            each.leave()

    told = {each.settings.identity: each.counted_wh for each in sinners}
    names = {each.settings.identity: [sin.name for sin in each.settings.sins] for each in sinners}
    wrong = {each: (names[each], told[each], accounts[each]) for each in told if told[each] != accounts[each]}
    assert wrong == {}
    assert set(sinned.by_sin) == {sin.name for sin in of_version(ocpp) if sin.is_of_telling}


async def listed(yard: Yard, places: list[Place]) -> list[Any]:
    names = {place.identity for place in places}
    found = await asyncio.to_thread(yard.cpo.admin.get, "/transactions")
    return [each for each in found if each["station"] in names]


async def all_settled(yard: Yard, places: list[Place]) -> bool:
    return all(each["outcome"] for each in await listed(yard, places))


async def account(yard: Yard, places: list[Place]) -> dict[str, int]:
    """By station, what became of its energy."""
    found = {place.identity: 0 for place in places}
    for each in await listed(yard, places):
        found[each["station"]] += each["billed_wh"] + each["held_wh"] + each["not_billed_wh"]
    return found
