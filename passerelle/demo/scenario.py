"""Reads the scenario, and spreads its charges over as many stations and sessions as are asked for."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Any, Final

from simulators.charge import Charge, PowerProfile

LONGEST_REAL_S: Final = 12.0
_FASTEST: Final = 6000
_SLOWEST: Final = 300


@dataclass(frozen=True, slots=True)
class Card:
    uid: str
    contract_id: str
    visual_number: str
    valid: bool


@dataclass(frozen=True, slots=True)
class WorkedCharge:
    """A charge with what it must come to, by hand."""

    name: str
    charge: Charge
    energy_wh: int
    total_excl_vat: Decimal
    arithmetic: str


@dataclass(frozen=True, slots=True)
class Scenario:
    cards: tuple[Card, ...]
    charges: tuple[WorkedCharge, ...]
    refused: Charge


@dataclass(frozen=True, slots=True)
class Plan:
    """What one station plays, one after another."""

    identity: str
    charges: tuple[WorkedCharge, ...]


def read_scenario() -> Scenario:
    document = tomllib.loads(
        resources.files(__package__).joinpath("scenario.toml").read_text(encoding="utf-8")
    )
    refused = document["refused"]
    nothing = PowerProfile.constant(power_w=0, duration_s=1)
    return Scenario(
        cards=tuple(_card(each) for each in document["cards"]),
        charges=tuple(_worked(each) for each in document["charges"]),
        refused=Charge(uid=refused["uid"], connector=refused["connector"], profile=nothing, duration_s=1),
    )


def spread(scenario: Scenario, stations: int, sessions: int) -> list[Plan]:
    """Session i is charge i, round and round, at station i, round and round."""
    shares: list[list[WorkedCharge]] = [[] for _ in range(stations)]
    for number in range(sessions):
        shares[number % stations].append(scenario.charges[number % len(scenario.charges)])
    return [Plan(f"DEMO-{index:03d}", tuple(share)) for index, share in enumerate(shares, start=1)]


def speed_of(plans: list[Plan]) -> int:
    """Simulated seconds to a real one, so that the longest plan is over in time."""
    longest_s = max(sum(each.charge.duration_s for each in plan.charges) for plan in plans)
    return min(max(int(longest_s / LONGEST_REAL_S) + 1, _SLOWEST), _FASTEST)


def _card(written: dict[str, Any]) -> Card:
    return Card(written["uid"], written["contract_id"], written["visual_number"], written.get("valid", True))


def _worked(written: dict[str, Any]) -> WorkedCharge:
    profile = PowerProfile(tuple((second, power_w) for second, power_w in written["power_w"]))
    charge = Charge(
        uid=written["uid"],
        connector=written["connector"],
        profile=profile,
        duration_s=written["duration_s"],
        sample_every_s=60,
    )
    return WorkedCharge(
        name=written["name"],
        charge=charge,
        energy_wh=written["energy_wh"],
        total_excl_vat=Decimal(written["total_excl_vat"]),
        arithmetic=written["arithmetic"],
    )
