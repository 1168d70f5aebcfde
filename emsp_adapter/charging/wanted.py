"""What the back office wants of a running session, checked before anything is looked up.

Spec: 2.3.0 mod_charging_profiles, Receiver Interface; mod_sessions, Set: Charging Preferences.
"""

from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, Field, TypeAdapter

from emsp_adapter.commands.wanted import Id, ToCpo
from schemas import conformance
from schemas.base import OcpiModel
from schemas.v2_3_0.charging_profiles import ChargingProfile
from schemas.v2_3_0.sessions import ChargingPreferences

Model = TypeVar("Model", bound=OcpiModel)


def _conforming(model: Model) -> Model:
    """What we say ourselves keeps every rule, also those that nobody is refused for."""
    if found := conformance.check(model):
        raise ValueError("; ".join(f"{each.pointer} {each.text}" for each in found))
    return model


class OfSession(ToCpo):
    session_id: Id


class SetProfile(OfSession):
    action: Literal["SET_PROFILE"]
    profile: Annotated[ChargingProfile, AfterValidator(_conforming)]


class GetProfile(OfSession):
    """How the session will charge in the next `duration` seconds, as far as the CPO knows."""

    action: Literal["GET_PROFILE"]
    duration: Annotated[int, Field(gt=0, le=7 * 24 * 3600)] = 3600


class ClearProfile(OfSession):
    action: Literal["CLEAR_PROFILE"]


Wanted: TypeAlias = SetProfile | GetProfile | ClearProfile
WANTED: TypeAdapter[Wanted] = TypeAdapter(Annotated[Wanted, Field(discriminator="action")])


class Prefer(OfSession):
    preferences: Annotated[ChargingPreferences, AfterValidator(_conforming)]
