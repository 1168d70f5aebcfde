"""Charging profiles. Spec: 2.3.0 mod_charging_profiles; case C-129."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from schemas.rules.rule import Rules
from schemas.v2_3_0.charging_profiles import ChargingProfile, ChargingProfilePeriod
from schemas.validation import Violation

rules = Rules()


@rules.about(ChargingProfilePeriod)
def limits_have_one_decimal(period: ChargingProfilePeriod) -> Iterator[Violation]:
    if _is_finer_than_a_tenth(period.limit):
        yield Violation("/limit", "decimals", "may have one decimal at most")


@rules.about(ChargingProfile)
def the_minimum_has_one_decimal(profile: ChargingProfile) -> Iterator[Violation]:
    if profile.min_charging_rate is not None and _is_finer_than_a_tenth(profile.min_charging_rate):
        yield Violation("/min_charging_rate", "decimals", "may have one decimal at most")


@rules.about(ChargingProfile)
def periods_follow_each_other(profile: ChargingProfile) -> Iterator[Violation]:
    for index, (earlier, later) in enumerate(pairwise(profile.charging_profile_period), start=1):
        if later.start_period <= earlier.start_period:
            at = f"/charging_profile_period/{index}/start_period"
            yield Violation(at, "order", "must be after the period ahead of it")


def _is_finer_than_a_tenth(number: Decimal) -> bool:
    _, _, decimals = format(number.normalize(), "f").partition(".")
    return len(decimals) > 1
