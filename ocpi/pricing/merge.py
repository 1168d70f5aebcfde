"""Neighbouring periods that are priced alike become one.

Alike: the same kind of time under the same tariff, and every volume of the later one priced by the offer
that prices the earlier one; a FLAT that becomes due is a volume too, so its period begins anew. A FLAT that
was chosen by power or current keeps its period apart from any that would widen those: whoever reads the
bill has only the extremes of the whole period to choose by.
Spec: 2.3.0 mod_cdrs, ChargingPeriod.
"""

from collections.abc import Iterator, Sequence

from ocpi.pricing.offers import Offer
from ocpi.pricing.periods import Period, Periods
from ocpi.pricing.policy import Policy
from ocpi.pricing.select import tariffs_of_periods
from ocpi.pricing.tariff import Dimension, Tariff
from ocpi.pricing.walk import Walk
from ocpi.pricing.zones import Zone

_Prices = dict[Dimension, tuple[Offer | None, int]]
"""What prices each volume of one period, and the volume."""


def merged(periods: Periods, tariffs: Sequence[Tariff], zone: Zone, policy: Policy) -> Periods:
    """The same session in as few periods as its prices allow. Volumes of nothing are dropped."""
    walk = Walk(periods, zone, policy)
    walk.over(tariffs_of_periods(periods, tariffs, policy)[0])
    prices: list[_Prices] = [{} for _ in periods.items]
    for line in walk.lines:
        prices[line.period][line.dimension] = line.offer, line.volume
    runs = _runs(periods.items, prices, walk.flats_by_flow)
    return periods._replace(items=tuple(_without_nothing(each) for each in runs))


def _runs(items: Sequence[Period], prices: Sequence[_Prices], by_flow: set[int]) -> Iterator[Period]:
    run: Period | None = None
    first: _Prices = {}
    is_by_flow = False
    for index, (period, price) in enumerate(zip(items, prices, strict=True)):
        if run is not None and _is_alike(run, first, period, price):
            wider = _joined(run, period)
            if not is_by_flow or _flow(wider) == _flow(run):
                run = wider
                continue
        if run is not None:
            yield run
        run, first, is_by_flow = period, price, index in by_flow
    if run is not None:
        yield run


def _is_alike(run: Period, first: _Prices, period: Period, price: _Prices) -> bool:
    if _kind(run) != _kind(period) or run.end != period.start:
        return False
    with_flow = period.min_power is not None or period.min_current is not None
    return all(
        (volume == 0 and not with_flow) or _offer(first, dimension) is offer
        for dimension, (offer, volume) in price.items()
    )


def _flow(period: Period) -> tuple[int | None, ...]:
    return period.min_power, period.max_power, period.min_current, period.max_current


def _kind(period: Period) -> tuple[bool, bool, bool, str | None]:
    return period.time is not None, period.parking is not None, period.reserved is not None, period.tariff_id


def _offer(prices: _Prices, dimension: Dimension) -> Offer | None:
    return prices[dimension][0] if dimension in prices else None


def _joined(run: Period, period: Period) -> Period:
    return Period(
        run.start,
        period.end,
        _sum(run.energy, period.energy),
        _sum(run.time, period.time),
        _sum(run.parking, period.parking),
        _sum(run.reserved, period.reserved),
        _least(run.min_power, period.min_power),
        _most(run.max_power, period.max_power),
        _least(run.min_current, period.min_current),
        _most(run.max_current, period.max_current),
        run.tariff_id,
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)


def _least(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)


def _most(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other)


def _without_nothing(period: Period) -> Period:
    return period if period.energy else period._replace(energy=None)
