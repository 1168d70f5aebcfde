"""A transaction out of all that was kept of it, and what it still lacks. Pure.

In 1.6 it lacks nothing but perhaps its end. In 2.x it is made of whichever of its events have come: it began
with the earliest and ended with the one that says so; the register is what was sampled at those two, or
nearest to them. Events are numbered without gaps, so that one that is still to come shows; a station that
gives every event the same number is taken at its word that there are no others.
Spec: OCPP 2.0.1, TransactionEvent; E01 to E12 (seqNo, offline events, order of delivery).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from cpo_adapter.ocpp.events import ConnectorStatus, Doubt, Moment, Sample, TransactionTold
from cpo_adapter.sessions.estimating import by_intervals, by_power
from cpo_adapter.sessions.mending import mended
from cpo_adapter.sessions.registers import first_and_last
from cpo_adapter.sessions.transaction import Begin, Changed, End, Metered, Since, Transaction, gathered

NO_START = "events before its first are missing: the station may still send them"
NO_EVENT = "events between are missing: the station may still send them"
NO_END = "the station never told its end"


@dataclass(frozen=True, slots=True)
class Told:
    """One event, less what is said once of the whole transaction."""

    moment: Moment
    at: datetime
    heard_at: datetime
    seq: int | None = None
    status: ConnectorStatus | None = None
    samples: tuple[Sample, ...] = ()
    reason: str = ""
    doubts: frozenset[Doubt] = frozenset()


Fact: TypeAlias = Since | Told


def told(event: TransactionTold) -> Told:
    return Told(
        moment=event.moment,
        at=event.at,
        heard_at=event.origin.received_at,
        seq=event.seq,
        status=event.status,
        samples=event.samples,
        reason=event.reason,
        doubts=event.doubts,
    )


def transaction_of(
    begin: Begin, facts: Iterable[Fact], ends: Iterable[End], *, is_all: bool = False
) -> Transaction:
    """Of all that was heard; a transaction without numbered events is as it was gathered.

    `is_all`: nothing more can come, whatever is missing.
    """
    heard = list(facts)
    events = [fact for fact in heard if isinstance(fact, Told)]
    since = [fact for fact in heard if not isinstance(fact, Told)]
    whole = _counted(begin, events, since, ends) if events else _gathered(begin, since, ends)
    return mended(_for_good(whole) if is_all else whole)


def _gathered(begin: Begin, since: list[Since], ends: Iterable[End]) -> Transaction:
    added_up = by_intervals(_samples(since), begin.at, begin.meter_wh)
    heard = [*since, Metered(added_up, begin.heard_at)] if added_up else since
    whole = gathered(begin, [*heard, *ends])
    return replace(whole, lacks=NO_END if whole.end and whole.end.is_assumed else "")


def _counted(begin: Begin, events: Sequence[Told], since: list[Since], ends: Iterable[End]) -> Transaction:
    heard = [*since, *(part for event in events for part in _parts(event))]
    known, estimated = _estimated(_begun(begin, events), heard)
    heard += [Metered(estimated, known.heard_at)] if estimated else []
    ended = _ended(events)
    first, last = first_and_last(_samples(heard), ended.at if ended else None)
    if first is None:
        known = _doubting(known, Doubt.METER_UNREADABLE)
    known = replace(known, meter_wh=begin.meter_wh if first is None else int(first))
    stop_wh = known.meter_wh if last is None else int(last)
    whole = gathered(known, [*heard, *([replace(ended, meter_wh=stop_wh)] if ended else ends)])
    return replace(whole, lacks=_lacking(events, whole.end))


def _estimated(begin: Begin, heard: Iterable[Since]) -> tuple[Begin, tuple[Sample, ...]]:
    """The register of a station that has none, where it can be worked out."""
    told = _samples(heard)
    added_up = by_intervals(told, begin.at, 0)
    if added_up:
        return begin, added_up
    by_its_power = by_power(told, begin.at)
    return (_doubting(begin, Doubt.ENERGY_ESTIMATED) if by_its_power else begin), by_its_power


def _for_good(transaction: Transaction) -> Transaction:
    """What it lacks will not come: the bill says so."""
    if not transaction.lacks:
        return transaction
    doubt = Doubt.END_ASSUMED if transaction.lacks == NO_END else Doubt.EVENTS_MISSING
    return replace(transaction, begin=_doubting(transaction.begin, doubt), lacks="")


def _doubting(begin: Begin, doubt: Doubt) -> Begin:
    return replace(begin, doubts=begin.doubts | {doubt})


def _samples(heard: Iterable[Since]) -> list[Sample]:
    return [sample for fact in heard if isinstance(fact, Metered) for sample in fact.samples]


def _parts(event: Told) -> Iterable[Since]:
    if event.samples:
        yield Metered(event.samples, event.heard_at)
    if event.status is not None:
        yield Changed(event.status, event.at, event.heard_at)


def _begun(begin: Begin, events: Sequence[Told]) -> Begin:
    return replace(
        begin,
        at=min(event.at for event in events),
        heard_at=min(begin.heard_at, *(event.heard_at for event in events)),
        doubts=begin.doubts.union(*(event.doubts for event in events)),
    )


def _ended(events: Sequence[Told]) -> End | None:
    """Of several ends the first that was told counts."""
    ends = [event for event in events if event.moment is Moment.ENDED]
    if not ends:
        return None
    first = min(ends, key=lambda event: (event.heard_at, repr(event)))
    return End(first.at, 0, first.reason, first.heard_at)


def _lacking(events: Sequence[Told], end: End | None) -> str:
    if end is None:
        return ""
    if end.is_assumed:
        return NO_END
    if not any(event.moment is Moment.STARTED for event in events):
        return NO_START
    numbers = {event.seq for event in events if event.seq is not None}
    is_counted = len(numbers) > 1
    return NO_EVENT if is_counted and max(numbers) - min(numbers) >= len(numbers) else ""
