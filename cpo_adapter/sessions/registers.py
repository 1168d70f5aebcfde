"""The energy register of an outlet, out of everything that a station samples. Pure.

The register of the whole outlet is one value; some stations tell one per phase instead, and some of those
tell the same total three times. What is nearer to the reading before is meant.
Spec: OCPP 1.6, SampledValue (Energy.Active.Import.Register, phase, location); 2.3.0 mod_cdrs, ENERGY.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from cpo_adapter.ocpp.events import Sample

REGISTER: Final = "Energy.Active.Import.Register"
OUTLET: Final = "Outlet"
BY_THE_CLOCK: Final = "Sample.Clock"
BEGIN: Final = "Transaction.Begin"
_END: Final = "Transaction.End"
_KEPT_TO: Final = timedelta(milliseconds=1)
"""So exactly the database keeps an end, and what was sampled at that instant is of it."""
_ALL_PHASES: Final = frozenset({"L1", "L2", "L3"})


@dataclass(frozen=True, slots=True)
class Reading:
    """Cumulative Wh at an instant."""

    at: datetime
    register_wh: Decimal


def readings(samples: Iterable[Sample], start_wh: int) -> Iterator[Reading]:
    """In order of time, never falling and never below `start_wh`: what falls behind is left out.

    `samples` are in order of time. Samples of a transaction's begin and end repeat its start and stop.
    """
    highest = Decimal(start_wh)
    for at, told in _by_instant(samples).items():
        fitting = [total for total in _totals(told) if total >= highest]
        if fitting:
            highest = min(fitting)
            yield Reading(at, highest)


def as_told(samples: Iterable[Sample]) -> list[Reading]:
    """In order of time, whether it rose or fell; `samples` are in that order."""
    told = ((at, _totals(values)) for at, values in _by_instant(samples).items())
    return [Reading(at, totals[0]) for at, totals in told if totals]


def first_and_last(
    samples: Iterable[Sample], until: datetime | None = None
) -> tuple[Decimal, Decimal] | tuple[None, None]:
    """What the outlet read at the begin and at the end of a transaction, as far as it was told.

    Samples that say that they are of the begin or the end count before all others, those of the clock's
    rhythm last. What was sampled after `until` is no longer of it, if there is anything else.
    """
    told = [sample for sample in samples if is_register(sample)]
    others = [each for each in told if each.context != BY_THE_CLOCK] or told
    within = [each for each in others if until is None or each.at < until + _KEPT_TO] or others
    first = _candidates([each for each in told if each.context == BEGIN] or _at(min, others))
    last = _candidates([each for each in told if each.context == _END] or _at(max, within))
    either = min(len(first), len(last)) - 1
    return (first[either], last[either]) if either >= 0 else (None, None)


def is_register(sample: Sample) -> bool:
    return sample.measurand == REGISTER and sample.location == OUTLET


def _at(which: Callable[[Iterable[datetime]], datetime], told: list[Sample]) -> list[Sample]:
    """Those of the first or the last instant."""
    instant = which(each.at for each in told) if told else None
    return [each for each in told if each.at == instant]


def _candidates(told: list[Sample]) -> list[Decimal]:
    """The sum of three phases first; a single one where both ends tell three times the same."""
    return _totals({sample.phase: sample.value for sample in sorted(told, key=lambda each: each.value)})


def _by_instant(samples: Iterable[Sample]) -> dict[datetime, dict[str, Decimal]]:
    """The register values of each instant, by phase."""
    told: defaultdict[datetime, dict[str, Decimal]] = defaultdict(dict)
    for sample in samples:
        if is_register(sample) and not sample.context.startswith("Transaction."):
            told[sample.at][sample.phase] = sample.value
    return told


def _totals(told: dict[str, Decimal]) -> list[Decimal]:
    """What the outlet may have read: the value without a phase, else the sum of three, or one of them."""
    if "" in told:
        return [told[""]]
    phases = [value for phase, value in told.items() if phase in _ALL_PHASES]
    if len(phases) < len(_ALL_PHASES):
        return []
    total = sum(phases, Decimal(0))
    return [total, phases[0]] if len(set(phases)) == 1 else [total]
