"""A schedule as a station can keep it: in its unit, as finely as it counts, in as many steps as it takes.

Whatever is changed, no more is allowed than was: rates are cut, never rounded up, and steps that are too many
are put together under the lowest of them.
Spec: OCPP 1.6, 9.4; OCPP 2.0.1, SmartChargingCtrlr; OCPI 2.3.0 mod_charging_profiles, ChargingRateUnit (W for
all phases together, A for each).
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from typing import Final

from cpo_adapter.ocpp.schedules import Limit, RateUnit, Schedule, StationBounds
from cpo_adapter.stations.model import Connector
from schemas.v2_3_0.enums import PowerType

_FINEST: Final = Decimal("0.1")


class Unfit(Exception):
    """The station cannot keep it in any form; the text says why."""


def fitted(schedule: Schedule, bounds: StationBounds, connector: Connector) -> Schedule:
    """Raises Unfit."""
    if bounds.highest_stack is not None and bounds.highest_stack < 0:
        raise Unfit("the station keeps no charging profiles")
    converted = _in_unit(schedule, bounds.units, connector)
    limits = tuple(replace(limit, rate=_cut(limit.rate)) for limit in converted.limits)
    least = None if converted.least is None else _cut(converted.least)
    return replace(converted, limits=_few(limits, bounds.most_periods), least=least)


def _in_unit(schedule: Schedule, units: frozenset[RateUnit], connector: Connector) -> Schedule:
    if schedule.unit in units:
        return schedule
    (unit,) = units
    if connector.power_type is PowerType.DC:
        raise Unfit(f"the station limits in {unit} alone, and with direct current that is not known before")
    watts = Decimal(connector.max_voltage * connector.phases)
    convert: Callable[[Decimal], Decimal] = (
        (lambda rate: rate * watts) if unit is RateUnit.W else (lambda rate: rate / watts)
    )
    return replace(
        schedule,
        unit=unit,
        limits=tuple(replace(limit, rate=convert(limit.rate)) for limit in schedule.limits),
        least=None if schedule.least is None else convert(schedule.least),
    )


def _cut(rate: Decimal) -> Decimal:
    return rate.quantize(_FINEST, ROUND_DOWN)


def _few(limits: tuple[Limit, ...], most: int | None) -> tuple[Limit, ...]:
    """The first as they are; what is too much at the end is one step."""
    if most is None or len(limits) <= most:
        return limits
    last = limits[most - 1 :]
    return (*limits[: most - 1], Limit(last[0].after_s, min(limit.rate for limit in last)))
