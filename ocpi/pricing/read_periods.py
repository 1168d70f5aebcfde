"""Charging periods as they came, as the core's plain values.

Nothing raises: what cannot be read is left out and is a finding. Hours have four decimals (0.36 s), so a
time within 0.18 s of a whole second was that second.
Spec: 2.3.0 mod_cdrs, ChargingPeriod, CdrDimension, CdrDimensionType.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from operator import itemgetter
from typing import Any, Final, NamedTuple

from ocpi.pricing import instants
from ocpi.pricing.findings import Finding, Severity, shown
from ocpi.pricing.periods import Period
from ocpi.pricing.policy import Policy
from ocpi.pricing.units import (
    POWER_UNITS,
    TICKS_PER_HOUR,
    TICKS_PER_SECOND,
    UNITS_PER_KWH,
    NumberRefused,
    scaled,
)
from ocpi.pricing.wire import WireDimension, WirePeriod

POINTER: Final = "/charging_periods"
_NOISE: Final = 180_000  # ticks: half of the last decimal of an hour
_Draft = list[Any]  # the fields of a Period, and behind them what was told of its flow
_new_tuple = tuple.__new__  # a Period without the detour over keyword arguments


class _Volume(NamedTuple):
    """Which field of a Period a dimension fills, in which units, and whether seconds were meant."""

    field: int
    units: Decimal
    snaps: bool = False


_KWH: Final = Decimal(UNITS_PER_KWH)
_HOUR: Final = Decimal(TICKS_PER_HOUR)
_POWER: Final = Decimal(POWER_UNITS)
_WIDTH: Final = len(Period._fields)
_FIELDS: Final = {name: at for at, name in enumerate(Period._fields)}
_RESERVED: Final = _FIELDS["reserved"]  # the last of the volumes; what follows is flow
_VOLUMES: Final[Mapping[str | None, _Volume]] = {
    "ENERGY": _Volume(_FIELDS["energy"], _KWH),
    "TIME": _Volume(_FIELDS["time"], _HOUR, snaps=True),
    "PARKING_TIME": _Volume(_FIELDS["parking"], _HOUR, snaps=True),
    "RESERVATION_TIME": _Volume(_RESERVED, _HOUR, snaps=True),
    "MIN_POWER": _Volume(_FIELDS["min_power"], _POWER),
    "MAX_POWER": _Volume(_FIELDS["max_power"], _POWER),
    "MIN_CURRENT": _Volume(_FIELDS["min_current"], _POWER),
    "MAX_CURRENT": _Volume(_FIELDS["max_current"], _POWER),
    "POWER": _Volume(_WIDTH, _POWER),
    "CURRENT": _Volume(_WIDTH + 1, _POWER),
}
_EXTREMES: Final = (
    (_FIELDS["min_power"], _FIELDS["max_power"], _WIDTH),
    (_FIELDS["min_current"], _FIELDS["max_current"], _WIDTH + 1),
)


def read_periods(
    wires: Sequence[WirePeriod], end: int, policy: Policy, findings: list[Finding]
) -> tuple[tuple[Period, ...], bool]:
    """Periods by their starts, each ending where the next begins, the last one at `end` (ticks).

    Tells beside them whether they came in that order.
    """
    drafts: list[_Draft] = []
    is_ordered, last = True, 0
    for index, wire in enumerate(wires):
        draft = _draft(wire, index, findings, snap=policy.snap_hours)
        if draft is not None:
            start: int = draft[0]
            is_ordered = is_ordered and start >= last
            last = start
            drafts.append(draft)
    if not is_ordered:
        drafts.sort(key=itemgetter(0))
    for one, other in pairwise(drafts):
        one[1] = other[0]
    if drafts:
        drafts[-1][1] = end
    return tuple([_new_tuple(Period, draft) for draft in drafts]), is_ordered


def snapped(ticks: int) -> int:
    """The whole second that was meant, if the last decimal allows it."""
    rest = ticks % TICKS_PER_SECOND
    if rest <= _NOISE:
        return ticks - rest
    return ticks - rest + TICKS_PER_SECOND if rest >= TICKS_PER_SECOND - _NOISE else ticks


def _draft(wire: WirePeriod, index: int, findings: list[Finding], *, snap: bool) -> _Draft | None:
    """The fields of a Period, its end still open."""
    try:
        start = instants.parse(wire.start_date_time or "")
    except instants.InstantRefused:
        pointer = f"{POINTER}/{index}/start_date_time"
        findings.append(
            Finding("period_unreadable", Severity.ERROR, pointer, "a DateTime", shown(wire.start_date_time))
        )
        return None
    draft: _Draft = [start, start, None, None, None, None, None, None, None, None, wire.tariff_id]
    for at, dimension in enumerate(wire.dimensions or ()):
        if not _take(draft, dimension, snap=snap):
            pointer = f"{POINTER}/{index}/dimensions/{at}"
            findings.append(
                Finding("dimension_unreadable", Severity.ERROR, pointer, "a volume", shown(dimension.volume))
            )
    if len(draft) > _WIDTH:
        _complete(draft)
    return draft


def _take(draft: _Draft, dimension: WireDimension, *, snap: bool) -> bool:
    """Put one dimension into its field; False if it cannot be read."""
    known = _VOLUMES.get(dimension.type)
    given = dimension.volume
    if known is None or given is None:
        return known is None and bool(dimension.type)  # one that prices nothing
    field, units, snaps = known
    try:
        volume = scaled(given, units)
    except NumberRefused:
        return False
    if field > _RESERVED:
        draft.append((field, volume))
        return True
    if snaps and snap:
        volume = snapped(volume)
    before = draft[field]
    draft[field] = volume if before is None else before + volume
    return True


def _complete(draft: _Draft) -> None:
    """What was told of the flow stands for what was not: the average, else the other extreme."""
    told: dict[int, int] = dict(draft[_WIDTH:])
    del draft[_WIDTH:]
    for low, high, average in _EXTREMES:
        mean = told.get(average)
        draft[low] = told.get(low, told.get(high) if mean is None else mean)
        draft[high] = told.get(high, told.get(low) if mean is None else mean)
