"""What a CPO can be asked to do, how it answers at once and what it tells later.

Spec: 2.3.0 mod_commands, Receiver Interface; mod_charging_profiles, Receiver Interface.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.v2_3_0.charging_profiles import (
    ActiveChargingProfileResult,
    ChargingProfileResponse,
    ChargingProfileResult,
    ClearProfileResult,
)
from schemas.v2_3_0.commands import CommandResponse, CommandResult
from schemas.v2_3_0.locations import Location

COMMANDS: Final = "commands"
CHARGING_PROFILES: Final = "chargingprofiles"

Response: TypeAlias = CommandResponse | ChargingProfileResponse
Result: TypeAlias = CommandResult | ChargingProfileResult | ActiveChargingProfileResult | ClearProfileResult


@dataclass(frozen=True, slots=True)
class Action:
    """`name` stands in the response_url; of commands it is also the address that is called."""

    module: str
    name: str
    response: type[Response]
    result: type[Result]


def _command(name: str) -> Action:
    return Action(COMMANDS, name, CommandResponse, CommandResult)


def _profile(name: str, result: type[Result]) -> Action:
    return Action(CHARGING_PROFILES, name, ChargingProfileResponse, result)


START_SESSION: Final = _command("START_SESSION")
STOP_SESSION: Final = _command("STOP_SESSION")
RESERVE_NOW: Final = _command("RESERVE_NOW")
CANCEL_RESERVATION: Final = _command("CANCEL_RESERVATION")
UNLOCK_CONNECTOR: Final = _command("UNLOCK_CONNECTOR")
SET_PROFILE: Final = _profile("SET_PROFILE", ChargingProfileResult)
GET_PROFILE: Final = _profile("GET_PROFILE", ActiveChargingProfileResult)
CLEAR_PROFILE: Final = _profile("CLEAR_PROFILE", ClearProfileResult)

ACTIONS: Final[Mapping[str, Action]] = {
    action.name: action
    for action in (
        START_SESSION,
        STOP_SESSION,
        RESERVE_NOW,
        CANCEL_RESERVATION,
        UNLOCK_CONNECTOR,
        SET_PROFILE,
        GET_PROFILE,
        CLEAR_PROFILE,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`path` is what follows the address of the module at the CPO."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    body: OcpiModel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One thing that one CPO is to be asked.

    `asks` makes the question from the response_url. `location` is where, as far as it is known: 2.1.1 names
    no connectors. `open_until`: the CPO may have something to say until then. `id` is that of the errand, for
    whoever has to find it again.
    """

    action: Action
    cpo: PartyId
    about: Mapping[str, str]
    asks: Callable[[str], Question]
    location: Location | None = None
    open_until: datetime | None = None
    id: str | None = None
