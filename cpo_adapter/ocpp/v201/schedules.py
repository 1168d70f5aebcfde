"""Charging schedules as 2.x spells them, both ways; in 1.6 there is one in a profile, here there may be more.

Spec: OCPP 2.0.1, SetChargingProfile, GetCompositeSchedule; types ChargingProfileType and
CompositeScheduleType.
"""

from dataclasses import replace
from datetime import datetime

from ocpp.v201 import call, enums
from ocpp.v201.datatypes import (
    ChargingProfileCriterionType,
    ChargingProfileType,
    ChargingSchedulePeriodType,
    ChargingScheduleType,
)

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.intents import SetFallback, SetProfile, TellProfile, TellSchedule
from cpo_adapter.ocpp.schedules import Schedule
from cpo_adapter.ocpp.v16 import schedules as v16
from cpo_adapter.ocpp.v16.answers import instant
from schemas.codec import Json


def set_profile(intent: SetProfile) -> OcppDataclass:
    profile = ChargingProfileType(
        id=intent.number,
        stack_level=0,
        charging_profile_purpose=enums.ChargingProfilePurposeEnumType.tx_profile,
        charging_profile_kind=enums.ChargingProfileKindEnumType.absolute,
        transaction_id=intent.reference,
        charging_schedule=[_written(intent.number, intent.schedule)],
    )
    return call.SetChargingProfile(intent.outlet.evse, profile)


def set_fallback(intent: SetFallback) -> OcppDataclass:
    """As in 1.6: of every EVSE, from now on for ever."""
    schedule = _written(intent.number, intent.schedule)
    kind, purpose = enums.ChargingProfileKindEnumType, enums.ChargingProfilePurposeEnumType
    profile = ChargingProfileType(
        id=intent.number,
        stack_level=0,
        charging_profile_purpose=(
            purpose.charging_station_max_profile if intent.is_for_all else purpose.tx_default_profile
        ),
        charging_profile_kind=kind.absolute if intent.is_for_all else kind.relative,
        charging_schedule=[schedule if intent.is_for_all else replace(schedule, start_schedule=None)],
    )
    return call.SetChargingProfile(0, profile)


def tell_profile(intent: TellProfile) -> OcppDataclass:
    wanted = ChargingProfileCriterionType(charging_profile_id=[intent.number])
    return call.GetChargingProfiles(intent.request, wanted)


def tell_schedule(intent: TellSchedule) -> OcppDataclass:
    unit = enums.ChargingRateUnitEnumType(intent.unit.value) if intent.unit else None
    return call.GetCompositeSchedule(intent.for_s, intent.outlet.evse, unit)


def schedule_of(payload: Json, *, heard_at: datetime) -> Schedule | None:
    """What GetCompositeSchedule was answered with; None unless it was accepted."""
    if not isinstance(payload, dict):
        return None
    told = payload.get("schedule")
    start = told.get("scheduleStart") if isinstance(told, dict) else None
    return v16.schedule_of({**payload, "chargingSchedule": told, "scheduleStart": start}, heard_at=heard_at)


def _written(number: int, schedule: Schedule) -> ChargingScheduleType:
    """Rates are cut to tenths: no station controls finer, and some refuse finer ones."""
    least = None if schedule.least is None else v16.tenths(schedule.least)
    return ChargingScheduleType(
        id=number,
        charging_rate_unit=enums.ChargingRateUnitEnumType(schedule.unit.value),
        start_schedule=instant(schedule.begins_at),
        duration=schedule.lasts_s,
        min_charging_rate=least,  # type: ignore[arg-type]
        charging_schedule_period=[
            ChargingSchedulePeriodType(limit.after_s, v16.tenths(limit.rate))  # type: ignore[arg-type]
            for limit in schedule.limits
        ],
    )
