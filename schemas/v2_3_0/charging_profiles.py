"""Charging profiles: limits on a running session, and answers about them.

Spec: 2.3.0 mod_charging_profiles.
"""

from schemas.base import OcpiModel
from schemas.strings import Url
from schemas.types import DateTime, Integer, Many, Number
from schemas.v2_3_0.enums import ChargingProfileResponseType, ChargingProfileResultType, ChargingRateUnit


class ChargingProfilePeriod(OcpiModel):
    """From `start_period` seconds after the profile's start; `limit` has at most one decimal."""

    start_period: Integer
    limit: Number


class ChargingProfile(OcpiModel):
    """Without a start it begins when it is received; `duration` is seconds."""

    start_date_time: DateTime | None = None
    duration: Integer | None = None
    charging_rate_unit: ChargingRateUnit
    min_charging_rate: Number | None = None
    charging_profile_period: Many[ChargingProfilePeriod] = ()


class ActiveChargingProfile(OcpiModel):
    start_date_time: DateTime
    charging_profile: ChargingProfile


class SetChargingProfile(OcpiModel):
    charging_profile: ChargingProfile
    response_url: Url


class ChargingProfileResponse(OcpiModel):
    """After `timeout` seconds no result is to be expected any more."""

    result: ChargingProfileResponseType
    timeout: Integer


class ActiveChargingProfileResult(OcpiModel):
    result: ChargingProfileResultType
    profile: ActiveChargingProfile | None = None


class ChargingProfileResult(OcpiModel):
    result: ChargingProfileResultType


class ClearProfileResult(OcpiModel):
    result: ChargingProfileResultType
