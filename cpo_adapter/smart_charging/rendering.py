"""Charging profiles of OCPI as schedules of stations, and back; and whether two say the same. Pure.

Spec: 2.3.0 mod_charging_profiles, ChargingProfile and ActiveChargingProfile class.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from cpo_adapter.ocpp.schedules import Limit, RateUnit, Schedule
from ocpi.errors import InvalidParameters
from schemas.v2_3_0.charging_profiles import ActiveChargingProfile, ChargingProfile, ChargingProfilePeriod
from schemas.v2_3_0.enums import ChargingRateUnit

_SAME: Final = timedelta(seconds=5)
"""Stations count from when they were asked, and round."""


def schedule_of(profile: ChargingProfile, now: datetime) -> Schedule:
    """Without a start it begins now. Raises InvalidParameters for what no station could keep."""
    periods = profile.charging_profile_period
    if not periods or periods[0].start_period != 0:
        raise _wrong("needs a period that starts at 0")
    if any(later.start_period <= earlier.start_period for earlier, later in pairwise(periods)):
        raise _wrong("is not in the order of its start_period")
    if any(period.limit < 0 for period in periods):
        raise _wrong("has a negative limit")
    return Schedule(
        begins_at=profile.start_date_time or now,
        unit=RateUnit(profile.charging_rate_unit.value),
        limits=tuple(Limit(period.start_period, period.limit) for period in periods),
        lasts_s=profile.duration,
        least=profile.min_charging_rate,
    )


def active_profile(schedule: Schedule) -> ActiveChargingProfile:
    """Without periods nothing is limited."""
    periods = tuple(
        ChargingProfilePeriod(start_period=limit.after_s, limit=limit.rate) for limit in schedule.limits
    )
    profile = ChargingProfile(
        start_date_time=schedule.begins_at,
        duration=schedule.lasts_s,
        charging_rate_unit=ChargingRateUnit(schedule.unit.value),
        min_charging_rate=schedule.least,
        charging_profile_period=periods,
    )
    return ActiveChargingProfile(start_date_time=schedule.begins_at, charging_profile=profile)


def is_news(told: Schedule | None, found: Schedule, now: datetime) -> bool:
    """Whether a partner that was told the one would learn something from the other.

    That time goes on and a schedule with it is no news; that what was told has come to its end is.
    """
    if told is None or told.unit is not found.unit:
        return True
    ends_at = _end(told)
    if ends_at is not None and ends_at <= now:
        return True
    if _rate(told, now) != _rate(found, now):
        return True
    ahead, found_ahead = list(_ahead(told, now, ends_at)), list(_ahead(found, now, ends_at))
    return len(ahead) != len(found_ahead) or any(
        one.rate != other.rate or abs(at - other_at) > _SAME
        for (at, one), (other_at, other) in zip(ahead, found_ahead, strict=True)
    )


def _rate(schedule: Schedule, now: datetime) -> Decimal | None:
    """What limits now, give or take."""
    begun = [limit for limit in schedule.limits if _instant(schedule, limit) <= now + _SAME]
    return begun[-1].rate if begun else None


def _ahead(schedule: Schedule, now: datetime, until: datetime | None) -> Iterator[tuple[datetime, Limit]]:
    for limit in schedule.limits:
        at = _instant(schedule, limit)
        if at > now + _SAME and (until is None or at < until - _SAME):
            yield at, replace(limit, after_s=0)


def _instant(schedule: Schedule, limit: Limit) -> datetime:
    return schedule.begins_at + timedelta(seconds=limit.after_s)


def _end(schedule: Schedule) -> datetime | None:
    return None if schedule.lasts_s is None else schedule.begins_at + timedelta(seconds=schedule.lasts_s)


def _wrong(text: str) -> InvalidParameters:
    return InvalidParameters(text, "/charging_profile/charging_profile_period")
