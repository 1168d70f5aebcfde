"""Charging profiles, to the CPO, and what is in force, from it. Results come to `response_url`.

Spec: 2.3.0 mod_charging_profiles, Interfaces and endpoints.
"""

from typing import Final

from ocpi.client.line import Line
from ocpi.wire.interfaces import Side
from schemas.translation.context import Context
from schemas.v2_3_0.charging_profiles import (
    ActiveChargingProfile,
    ChargingProfileResponse,
    SetChargingProfile,
)

MODULE: Final = "chargingprofiles"


async def ask_active(
    line: Line, session_id: str, duration_s: int, response_url: str, context: Context
) -> ChargingProfileResponse:
    """What will be in force in the next `duration_s` seconds."""
    url = line.url(MODULE, Side.RECEIVER, session_id)
    url = url.update_query(duration=str(duration_s), response_url=response_url)
    return await line.get(ChargingProfileResponse, url, context)


async def put(
    line: Line, session_id: str, wanted: SetChargingProfile, context: Context
) -> ChargingProfileResponse:
    body = line.written(SetChargingProfile, wanted, context)
    url = line.url(MODULE, Side.RECEIVER, session_id)
    return await line.ask("PUT", url, ChargingProfileResponse, context, body)


async def clear(line: Line, session_id: str, response_url: str, context: Context) -> ChargingProfileResponse:
    url = line.url(MODULE, Side.RECEIVER, session_id).update_query(response_url=response_url)
    return await line.ask("DELETE", url, ChargingProfileResponse, context)


async def tell_active(line: Line, session_id: str, profile: ActiveChargingProfile, context: Context) -> None:
    """To whoever set a profile of this session before."""
    body = line.written(ActiveChargingProfile, profile, context)
    await line.tell("PUT", line.url(MODULE, Side.SENDER, session_id), body)
