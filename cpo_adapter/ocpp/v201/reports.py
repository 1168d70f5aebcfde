"""Which charging profiles a 2.x station says that it keeps, in the messages that follow a question for them.

Spec: OCPP 2.0.1, GetChargingProfiles and ReportChargingProfiles.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.schedules import Limit, RateUnit
from cpo_adapter.ocpp.v16.reading import decimal, dicts, whole

ACTION = "ReportChargingProfiles"


@dataclass(frozen=True, slots=True)
class KeptProfile:
    """`unit` and `limits` of its first schedule."""

    number: int
    unit: RateUnit
    limits: tuple[Limit, ...]


def profiles_in(told: Payload) -> Iterator[KeptProfile]:
    """Those of them that can be read."""
    for each in dicts(told.get("chargingProfile")):
        number = whole(each.get("id"))
        schedule = next(iter(dicts(each.get("chargingSchedule"))), {})
        if number is not None:
            unit = RateUnit.A if schedule.get("chargingRateUnit") == RateUnit.A else RateUnit.W
            yield KeptProfile(number, unit, tuple(_limits(schedule)))


def _limits(schedule: Payload) -> Iterator[Limit]:
    for period in dicts(schedule.get("chargingSchedulePeriod")):
        after_s, rate = whole(period.get("startPeriod")), decimal(period.get("limit"))
        if after_s is not None and rate is not None:
            yield Limit(after_s, rate)
