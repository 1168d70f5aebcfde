"""Meters that contradict themselves: read in the one way that makes sense of them, if there is one. Pure.

Two ends of a transaction that fit its time and its connector are believed, unless the readings between show
that the meter began again at zero. Two that do not fit are read in another unit (some stations tell kWh as if
they were Wh, or the reverse, at one end or at both), and at last as the meter of a station that was
restarted. What was mended stands on the bill; where nothing fits, nothing is mended.
Spec: OCPP 1.6, 4.10 (meterStop); OCPP 2.0.1, SampledValueType (unitOfMeasure).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from cpo_adapter.ocpp.events import Doubt, Sample
from cpo_adapter.sessions.plausibility import ROUNDING_WH, fits
from cpo_adapter.sessions.registers import REGISTER, Reading, as_told, is_register
from cpo_adapter.sessions.transaction import End, Metered, Since, Transaction, registers, samples

_KILO: Final = 1000
_CLEARLY_WH: Final = 100
"""A meter that falls by less, or not below half of what it was, was not restarted."""


def mended(transaction: Transaction) -> Transaction:
    """The transaction itself where its meter can be believed, or not be understood."""
    end = transaction.end
    if end is None or Doubt.METER_UNREADABLE in transaction.doubts:
        return transaction
    ways = _CLEAR if fits(transaction) else _ALL
    others = (way(transaction, end) for way in ways)
    return next((other for other in others if other is not None and fits(other)), transaction)


def _stop_in_kwh(transaction: Transaction, end: End) -> Transaction | None:
    stop_wh = end.meter_wh * _KILO
    highest = max((reading.register_wh for reading in registers(transaction)), default=Decimal(0))
    return replace(transaction, end=_doubted(end, stop_wh, Doubt.UNIT_MENDED)) if stop_wh >= highest else None


def _start_in_kwh(transaction: Transaction, end: End) -> Transaction | None:
    start_wh = transaction.begin.meter_wh * _KILO
    begin, doubted = (
        replace(transaction.begin, meter_wh=start_wh),
        _doubted(end, end.meter_wh, Doubt.UNIT_MENDED),
    )
    return replace(transaction, begin=begin, end=doubted) if end.meter_wh >= start_wh else None


def _all_told_as_kwh(transaction: Transaction, end: End) -> Transaction | None:
    start_wh, stop_wh = transaction.begin.meter_wh, end.meter_wh
    if start_wh % _KILO or stop_wh % _KILO or stop_wh < start_wh:
        return None
    scaled = [replace(each, register_wh=each.register_wh / _KILO) for each in _readings(transaction)]
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
    """Where the two ends alone would do, the fall has to be one that no noise explains."""
    read = [each.register_wh for each in _readings(transaction)]
    falls = any(b < a / 2 and a - b > _CLEARLY_WH for a, b in pairwise([*read, Decimal(end.meter_wh)]))
    return _began_again(transaction, end) if falls else None


def _readings(transaction: Transaction) -> list[Reading]:
    """Those between the two ends, risen or fallen."""
    begin, until = transaction.begin.at, transaction.until
    return [each for each in as_told(samples(transaction)) if begin < each.at < until]


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


_Way = Callable[[Transaction, End], Transaction | None]
_CLEAR: Final[Sequence[_Way]] = (_clearly_began_again,)
_ALL: Final[Sequence[_Way]] = (_stop_in_kwh, _start_in_kwh, _all_told_as_kwh, _began_again)
