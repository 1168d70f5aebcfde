"""Charging schedules as 1.6 spells them, both ways.

Profiles of one transaction are set, and one for whatever else charges. The former begin at an instant: a
Relative one would count from the start of the transaction, which is not what OCPI means by a profile without
a start. What a station tells is read
as leniently as its meter values. A negative limit stands for none, for which OCPI has no word: what is told
of such a schedule ends there.
Spec: OCPP 1.6, 3.13 (smart charging), 5.5, 5.7, 5.16; types ChargingProfile and ChargingSchedule.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Final

from ocpp.v16 import call, enums
from ocpp.v16.datatypes import ChargingProfile, ChargingSchedule, ChargingSchedulePeriod

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.intents import SetFallback, SetProfile, TellSchedule
from cpo_adapter.ocpp.schedules import Limit, RateUnit, Schedule
from cpo_adapter.ocpp.v16.answers import instant
from cpo_adapter.ocpp.v16.reading import decimal, dicts, moment, whole
from schemas.codec import Json

_FINEST: Final = Decimal("0.1")


def set_profile(intent: SetProfile) -> OcppDataclass:
    profile = ChargingProfile(
        charging_profile_id=intent.number,
        stack_level=0,
        charging_profile_purpose=enums.ChargingProfilePurposeType.tx_profile,
        charging_profile_kind=enums.ChargingProfileKindType.absolute,
        transaction_id=int(intent.reference),
        charging_schedule=_written(intent.schedule),
    )
    return call.SetChargingProfile(intent.outlet.evse, profile)


def set_fallback(intent: SetFallback) -> OcppDataclass:
    """Of every connector, from now on for ever; that of a charge counts from the charge's own begin."""
    schedule = _written(intent.schedule)
    kind = enums.ChargingProfileKindType
    purpose = enums.ChargingProfilePurposeType
    profile = ChargingProfile(
        charging_profile_id=intent.number,
        stack_level=0,
        charging_profile_purpose=(
            purpose.charge_point_max_profile if intent.is_for_all else purpose.tx_default_profile
        ),
        charging_profile_kind=kind.absolute if intent.is_for_all else kind.relative,
        charging_schedule=schedule if intent.is_for_all else replace(schedule, start_schedule=None),
    )
    return call.SetChargingProfile(0, profile)


def tell_schedule(intent: TellSchedule) -> OcppDataclass:
    unit = enums.ChargingRateUnitType(intent.unit.value) if intent.unit else None
    return call.GetCompositeSchedule(intent.outlet.evse, intent.for_s, unit)


def schedule_of(payload: Json, *, heard_at: datetime) -> Schedule | None:
    """What GetCompositeSchedule was answered with; None unless it was accepted."""
    if not isinstance(payload, dict) or str(payload.get("status")).casefold() != "accepted":
        return None
    told = payload.get("chargingSchedule")
    schedule = told if isinstance(told, dict) else {}
    begins_at = moment(schedule.get("startSchedule")) or moment(payload.get("scheduleStart")) or heard_at
    limits, ends_s = _limits(dicts(schedule.get("chargingSchedulePeriod")))
    return Schedule(
        begins_at=begins_at,
        unit=_unit(schedule),
        limits=limits,
        lasts_s=whole(schedule.get("duration")) if ends_s is None else ends_s,
        least=decimal(schedule.get("minChargingRate")),
    )


def _written(schedule: Schedule) -> ChargingSchedule:
    """Rates are cut to tenths, which is all that 1.6 can say: never more than was allowed."""
    return ChargingSchedule(
        charging_rate_unit=enums.ChargingRateUnitType(schedule.unit.value),
        start_schedule=instant(schedule.begins_at),
        duration=schedule.lasts_s,
        min_charging_rate=None if schedule.least is None else tenths(schedule.least),  # type: ignore[arg-type]
        charging_schedule_period=[
            ChargingSchedulePeriod(limit.after_s, tenths(limit.rate))  # type: ignore[arg-type]
            for limit in schedule.limits
        ],
    )


def tenths(rate: Decimal) -> Decimal:
    return rate.quantize(_FINEST, ROUND_DOWN)


def _unit(schedule: Payload) -> RateUnit:
    return RateUnit.A if schedule.get("chargingRateUnit") == RateUnit.A else RateUnit.W


def _limits(periods: Iterable[Payload]) -> tuple[tuple[Limit, ...], int | None]:
    """The limits, and the second at which there are none any more."""
    limits: list[Limit] = []
    for period in periods:
        after_s, rate = whole(period.get("startPeriod")), decimal(period.get("limit"))
        if after_s is None or rate is None:
            continue
        if rate >= 0:
            limits.append(Limit(after_s, rate))
        elif limits:
            return tuple(limits), after_s
    return tuple(limits), None
