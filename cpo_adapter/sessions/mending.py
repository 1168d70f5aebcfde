"""Meters that contradict themselves: read in the one way that makes sense of them, if there is one. Pure.

Two ends of a transaction that fit its time and its connector are believed, unless the readings between show
that the meter began again at zero. Two that do not fit are read in another unit, if one alone fits (some
stations tell kWh as if they were Wh, or the reverse, at one end or at both), else as the meter of a station
that was restarted. What was mended stands on the bill; where there is a choice, nothing is mended.
Spec: OCPP 1.6, 4.10 (meterStop); OCPP 2.0.1, SampledValueType (unitOfMeasure).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Final, TypeAlias

from cpo_adapter.ocpp.events import Doubt, Sample
from cpo_adapter.sessions.ends import assumed_end
from cpo_adapter.sessions.plausibility import ROUNDING_WH, fits
from cpo_adapter.sessions.registers import REGISTER, Reading, as_told, is_register
from cpo_adapter.sessions.transaction import End, Metered, Since, Transaction, samples

_Way: TypeAlias = Callable[[Transaction, End], Transaction | None]

_KILO: Final = 1000
_CLEARLY_WH: Final = 100
"""A meter that falls by less, or not below half of what it was, was not restarted."""


def mended(transaction: Transaction) -> Transaction:
    """The transaction itself where its meter can be believed, or not be understood."""
    end = transaction.end
    if Doubt.METER_UNREADABLE in transaction.doubts:
        return transaction
    if end is None:
        return _as_it_runs(transaction, assumed_end(transaction, transaction.heard_at))
    if fits(transaction):
        return _fitting([_clearly_began_again], transaction, end) or transaction
    in_another_unit = _fitting(_unit_ways(transaction, end), transaction, end)
    return in_another_unit or _fitting([_began_again], transaction, end) or transaction


def _as_it_runs(transaction: Transaction, so_far: End) -> Transaction:
    """Whoever shows it to a driver should not show a thousandfold."""
    shown = replace(transaction, end=so_far)
    found = None if fits(shown) else _fitting(_unit_ways(shown, so_far), shown, so_far)
    return replace(found, end=None) if found else transaction


def _unit_ways(transaction: Transaction, end: End) -> Sequence[_Way]:
    """The start of 1.6 has no unit to be told wrongly; where no end is told, the last reading is it.

    A time that is not the station's may be far too short: nothing is a thousandfold by it.
    """
    if Doubt.TIME_REPLACED in transaction.doubts:
        return [_stop_in_kwh]
    if end.is_assumed and not transaction.begin.reference:
        return [_readings_told_as_kwh]
    return [_stop_in_kwh, _start_in_kwh, _all_told_as_kwh]


def _fitting(ways: Sequence[_Way], transaction: Transaction, end: End) -> Transaction | None:
    """What the only way makes of it that fits."""
    others = [way(transaction, end) for way in ways]
    fitting = [other for other in others if other is not None and fits(other)]
    return fitting[0] if len(fitting) == 1 else None


def _stop_in_kwh(transaction: Transaction, end: End) -> Transaction | None:
    start_wh, stop_wh = transaction.begin.meter_wh, end.meter_wh * _KILO
    is_between = all(start_wh <= each.register_wh <= stop_wh for each in _readings(transaction))
    return replace(transaction, end=_doubted(end, stop_wh, Doubt.UNIT_MENDED)) if is_between else None


def _start_in_kwh(transaction: Transaction, end: End) -> Transaction | None:
    start_wh = transaction.begin.meter_wh * _KILO
    if end.meter_wh < start_wh:
        return None
    begin = replace(transaction.begin, meter_wh=start_wh)
    return replace(transaction, begin=begin, end=_doubted(end, end.meter_wh, Doubt.UNIT_MENDED))


def _readings_told_as_kwh(transaction: Transaction, end: End) -> Transaction | None:
    scaled = [replace(each, register_wh=each.register_wh / _KILO) for each in _readings(transaction, end.at)]
    other = replace(transaction, end=_doubted(end, end.meter_wh // _KILO, Doubt.UNIT_MENDED))
    return _with_readings(other, scaled)


def _all_told_as_kwh(transaction: Transaction, end: End) -> Transaction | None:
    start_wh, stop_wh = transaction.begin.meter_wh, end.meter_wh
    if start_wh % _KILO or stop_wh % _KILO or stop_wh < start_wh:
        return None
    last = end.at if end.is_assumed else None
    scaled = [replace(each, register_wh=each.register_wh / _KILO) for each in _readings(transaction, last)]
    begin = replace(transaction.begin, meter_wh=start_wh // _KILO)
    other = replace(transaction, begin=begin, end=_doubted(end, stop_wh // _KILO, Doubt.UNIT_MENDED))
    return _with_readings(other, scaled)


def _began_again(transaction: Transaction, end: End) -> Transaction | None:
    """Once: what it read before counts, and from zero what it read then."""
    begin, between = transaction.begin, _readings(transaction)
    series = [Decimal(begin.meter_wh), *(each.register_wh for each in between), Decimal(end.meter_wh)]
    falls = [place for place, (a, b) in enumerate(pairwise(series)) if b < a - ROUNDING_WH]
    if len(falls) != 1:
        return None
    before, (place,) = int(series[falls[0]]), falls
    moved = [
        replace(each, register_wh=each.register_wh + before) if number >= place else each
        for number, each in enumerate(between)
    ]
    other = replace(transaction, end=_doubted(end, end.meter_wh + before, Doubt.METER_RESET))
    return _with_readings(other, moved)


def _clearly_began_again(transaction: Transaction, end: End) -> Transaction | None:
    """Where the two ends alone would do, it has to fall far and to stay below: noise does not."""
    series = [*(each.register_wh for each in _readings(transaction)), Decimal(end.meter_wh)]
    for place, (before, after) in enumerate(pairwise(series), start=1):
        if after < before / 2 and before - after > _CLEARLY_WH:
            stays = sum(value < before for value in series[place:]) > 1 or series[-1] < before
            return _began_again(transaction, end) if stays else None
    return None


def _readings(transaction: Transaction, last: datetime | None = None) -> list[Reading]:
    """Those between the two ends, risen or fallen; with that of the `last` instant where it is given."""
    begin, until = transaction.begin.at, transaction.until
    read = as_told(samples(transaction))
    return [each for each in read if begin < each.at < until or each.at == last]


def _with_readings(transaction: Transaction, readings: Sequence[Reading]) -> Transaction:
    """In place of the registers that were told."""
    since: list[Since] = [
        replace(fact, samples=_others(fact.samples)) if isinstance(fact, Metered) else fact
        for fact in transaction.since
    ]
    told = tuple(Sample(each.at, REGISTER, each.register_wh) for each in readings)
    end = transaction.end and replace(transaction.end, samples=_others(transaction.end.samples))
    metered = Metered(told, transaction.begin.heard_at)
    return replace(transaction, since=(metered, *since), end=end)


def _others(told: tuple[Sample, ...]) -> tuple[Sample, ...]:
    return tuple(sample for sample in told if not is_register(sample))


def _doubted(end: End, meter_wh: int, doubt: Doubt) -> End:
    return replace(end, meter_wh=meter_wh, doubts=end.doubts | {doubt})
