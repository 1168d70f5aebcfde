"""The stations of the demo: real OCPP clients that charge, and count for themselves."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from aiohttp import ClientSession

from ocpi.process.clock import SystemClock
from ocpi.process.tasks import Supervisor
from passerelle.demo.scenario import Plan, Scenario, WorkedCharge, speed_of
from simulators.charge import Charged
from simulators.station import SimulatedStation, StationSettings

ACCEPTED: Final = "Accepted"


@dataclass(frozen=True, slots=True)
class Played:
    """One charge as the station saw it, beside what it must come to."""

    station: str
    worked: WorkedCharge
    charged: Charged

    @property
    def evse_uid(self) -> str:
        return f"{self.station}-{self.charged.charge.connector}"

    @property
    def began_at(self) -> datetime:
        """As bills tell it: in whole seconds."""
        return self.charged.began_at.replace(microsecond=0)

    @property
    def energy_kwh(self) -> Decimal:
        return Decimal(self.charged.energy_wh) / 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """`refused` counts the charges that a station did not begin because its card was not accepted."""

    played: list[Played]
    refused: int


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the stations connect, with which key, and who hears of each charge that ended."""

    url: str
    keys: dict[str, str]
    told: Callable[[Played], None]


async def play(scenario: Scenario, plans: Sequence[Plan], stage: Stage) -> Outcome:
    """Every plan at once, each on its own station; and one blocked card that must get nothing."""
    clock = SystemClock()
    speed = speed_of(list(plans))
    async with ClientSession() as session, Supervisor(name="stations", clock=clock) as supervisor:
        stations = [_station(plan, stage, session, supervisor) for plan in plans]
        for station in stations:
            station.start()
        await asyncio.gather(*(station.ready() for station in stations))
        refused = await stations[0].charge(replace(scenario.refused, speed=speed))
        pairs = zip(plans, stations, strict=True)
        played = await asyncio.gather(*(_play_one(plan, station, speed, stage) for plan, station in pairs))
    return Outcome([each for share in played for each in share], int(refused.card != ACCEPTED))


async def _play_one(plan: Plan, station: SimulatedStation, speed: int, stage: Stage) -> list[Played]:
    if not plan.charges:
        return []
    charged = await station.charges([replace(each.charge, speed=speed) for each in plan.charges])
    played = [Played(plan.identity, *pair) for pair in zip(plan.charges, charged, strict=True)]
    for each in played:
        stage.told(each)
    return played


def _station(plan: Plan, stage: Stage, session: ClientSession, supervisor: Supervisor) -> SimulatedStation:
    settings = StationSettings(
        identity=plan.identity,
        key=stage.keys[plan.identity],
        connectors=2,
        clock_behind_s=sum(each.charge.duration_s for each in plan.charges) + 1,
    )
    return SimulatedStation(
        settings, url=stage.url, session=session, supervisor=supervisor, clock=SystemClock()
    )
