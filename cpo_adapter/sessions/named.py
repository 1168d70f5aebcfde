"""A transaction whose events its station counts, out of whichever of them have come. Pure.

It began with the earliest event that is known and ended with the one that says so; the register is what was
sampled at those two, or nearest to them. Events are numbered without gaps, so that one that is still to come
shows; a station that gives every event the same number is taken at its word that there are no others.
Spec: OCPP 2.0.1, TransactionEvent; E01 to E12 (seqNo, offline events, order of delivery).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from cpo_adapter.ocpp.events import ConnectorStatus, Doubt, Moment, Sample, TransactionTold
from cpo_adapter.sessions.registers import first_and_last
from cpo_adapter.sessions.transaction import Begin, Changed, End, Metered, Since, Transaction, gathered

NO_START = "events before its first are missing"
NO_EVENT = "events between are missing"


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
    if not events:
        return gathered(begin, [*since, *ends])
    since += [part for event in events for part in _parts(event)]
    first, last = first_and_last(
        sample for fact in since if isinstance(fact, Metered) for sample in fact.samples
    )
    start_wh = begin.meter_wh if first is None else int(first)
    lacks = _lacking(events)
    doubts = _doubts(begin, events, is_metered=first is not None, lacks_for_good=bool(lacks) and is_all)
    known = _begun(begin, events, start_wh, doubts)
    end = _ended(events, start_wh if last is None else int(last))
    whole = gathered(known, [*since, *([end] if end else ends)])
    return replace(whole, lacks=lacks if end and not is_all else "")


def _parts(event: Told) -> Iterable[Since]:
    if event.samples:
        yield Metered(event.samples, event.heard_at)
    if event.status is not None:
        yield Changed(event.status, event.at, event.heard_at)


def _begun(begin: Begin, events: Sequence[Told], start_wh: int, doubts: frozenset[Doubt]) -> Begin:
    return replace(
        begin,
        at=min(event.at for event in events),
        heard_at=min(begin.heard_at, *(event.heard_at for event in events)),
        meter_wh=start_wh,
        doubts=doubts,
    )


def _doubts(
    begin: Begin, events: Sequence[Told], *, is_metered: bool, lacks_for_good: bool
) -> frozenset[Doubt]:
    """Of a station that told no register at all nobody knows what it delivered."""
    doubts = set(begin.doubts).union(*(event.doubts for event in events))
    if not is_metered:
        doubts.add(Doubt.METER_UNREADABLE)
    if lacks_for_good:
        doubts.add(Doubt.EVENTS_MISSING)
    return frozenset(doubts)


def _ended(events: Sequence[Told], stop_wh: int) -> End | None:
    """Of several ends the first that was told counts."""
    ends = [event for event in events if event.moment is Moment.ENDED]
    if not ends:
        return None
    first = min(ends, key=lambda event: (event.heard_at, repr(event)))
    return End(first.at, stop_wh, first.reason, first.heard_at)


def _lacking(events: Sequence[Told]) -> str:
    if not any(event.moment is Moment.STARTED for event in events):
        return NO_START
    numbers = {event.seq for event in events if event.seq is not None}
    is_counted = len(numbers) > 1
    return NO_EVENT if is_counted and max(numbers) - min(numbers) >= len(numbers) else ""
