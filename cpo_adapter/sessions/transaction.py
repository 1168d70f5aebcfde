"""A transaction: how it began, what was heard since, how it ended. Pure.

Facts come in any order, late, and more than once; what is known is the same whichever way they came.
Energy in Wh, power in W; instants are the station's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import TypeAlias, TypeVar

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.ocpp.events import ConnectorStatus, Doubt, Outlet, Sample
from cpo_adapter.ocpp.rooms import CardAnswer
from cpo_adapter.sessions.registers import Reading, readings
from schemas.v2_3_0.cdrs import CdrLocation
from schemas.v2_3_0.sessions import ChargingPreferences
from schemas.v2_3_0.tariffs import Tariff


@dataclass(frozen=True, slots=True)
class Terms:
    """What is fixed when a transaction begins: a later change of tariff or place is not for it.

    `is_placed`: somebody has said where the station stands; else the location is a place-holder.
    """

    location: CdrLocation
    time_zone: str
    max_power_w: int
    tariffs: tuple[Tariff, ...]
    is_placed: bool = True


@dataclass(frozen=True, slots=True)
class Begin:
    """`number` is ours, `session_id` OCPI's; `reference` is the station's own name of it, if it has one.

    `card` is what the station heard of the card, None until it was judged. `authorized` is what the session
    rests on, None when nobody let this card charge.
    """

    number: int
    session_id: str
    station: str
    outlet: Outlet
    uid: str
    at: datetime
    meter_wh: int
    heard_at: datetime
    terms: Terms
    card: CardAnswer | None = None
    authorized: Authorized | None = None
    doubts: frozenset[Doubt] = frozenset()
    reference: str = ""

    @property
    def name(self) -> str:
        """How its station calls it: in 1.6 by our number."""
        return self.reference or str(self.number)


@dataclass(frozen=True, slots=True)
class Metered:
    """Samples of one message."""

    samples: tuple[Sample, ...]
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """The connector took another status at `at`."""

    status: ConnectorStatus
    at: datetime
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Preferred:
    """The driver chose a tariff at `at`, with what else is wanted."""

    preferences: ChargingPreferences
    tariff_id: str
    at: datetime
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class End:
    """`is_assumed`: the station never told one. It is then at the last instant that anything is known of."""

    at: datetime
    meter_wh: int
    reason: str
    heard_at: datetime
    samples: tuple[Sample, ...] = ()
    doubts: frozenset[Doubt] = frozenset()
    is_assumed: bool = False


Since: TypeAlias = Metered | Changed | Preferred

_Heard = TypeVar("_Heard", Metered, Changed, Preferred, End)


@dataclass(frozen=True, slots=True)
class Transaction:
    """Made by `gathered`, which puts `since` in order. `lacks`: what its station has told of and not sent."""

    begin: Begin
    since: tuple[Since, ...]
    end: End | None
    lacks: str = ""

    @property
    def heard_at(self) -> datetime:
        """When we last heard something of it: the last_updated of whatever it becomes."""
        heard = [self.begin.heard_at, *(fact.heard_at for fact in self.since)]
        return max([*heard, self.end.heard_at] if self.end else heard)

    @property
    def meter_wh(self) -> Decimal:
        """The register now: where it stopped, or the highest reading that was told."""
        if self.end is not None:
            return Decimal(max(self.end.meter_wh, self.begin.meter_wh))
        return max([Decimal(self.begin.meter_wh), *(reading.register_wh for reading in registers(self))])

    @property
    def energy_wh(self) -> Decimal:
        return self.meter_wh - self.begin.meter_wh

    @property
    def until(self) -> datetime:
        """Its end, or the last instant that anything is known about."""
        if self.end is not None:
            return max(self.end.at, self.begin.at)
        told = [fact.at for fact in self.since if isinstance(fact, Changed)]
        return max([self.begin.at, *told, *(sample.at for sample in samples(self))])

    @property
    def doubts(self) -> frozenset[Doubt]:
        """What had to be mended to read how it began and ended."""
        return self.begin.doubts | (self.end.doubts if self.end else frozenset())


def gathered(begin: Begin, heard: Iterable[Since | End]) -> Transaction:
    """All that was heard as one transaction. Of several ends the first told counts, an assumed one last."""
    facts = list(heard)
    ends = _once(fact for fact in facts if isinstance(fact, End))
    since: list[Since] = [
        *_once(fact for fact in facts if isinstance(fact, Metered)),
        *_once(fact for fact in facts if isinstance(fact, Changed)),
        *_once(fact for fact in facts if isinstance(fact, Preferred)),
    ]
    end = min(ends, key=lambda end: (end.is_assumed, end.heard_at, repr(end)), default=None)
    ordered = _in_order(since)
    return Transaction(begin, ordered, _as_far_as_known(Transaction(begin, ordered, None), end))


def _in_order(since: Iterable[Since]) -> tuple[Since, ...]:
    """As they were heard; what was heard in the same instant by what it says."""
    moments = groupby(sorted(since, key=_heard_at), key=_heard_at)
    return tuple(fact for _, together in moments for fact in _by_content(list(together)))


def _by_content(facts: list[Since]) -> list[Since]:
    return facts if len(facts) == 1 else sorted(facts, key=repr)


def _heard_at(fact: Since) -> datetime:
    return fact.heard_at


def _as_far_as_known(running: Transaction, end: End | None) -> End | None:
    """What is heard after an end was assumed moves it."""
    if end is None or not end.is_assumed:
        return end
    meter_wh = max(end.meter_wh, int(running.meter_wh))
    return replace(end, at=max(end.at, running.until), meter_wh=meter_wh)


def samples(transaction: Transaction) -> list[Sample]:
    """Every sampled value, in the order of their instants; one that was told twice counts once."""
    told = {sample for fact in transaction.since if isinstance(fact, Metered) for sample in fact.samples}
    return sorted(told.union(transaction.end.samples if transaction.end else ()), key=_place)


def registers(transaction: Transaction) -> list[Reading]:
    """What the register at the outlet read between start and stop; it only goes up."""
    return list(readings(samples(transaction), transaction.begin.meter_wh))


def _once(facts: Iterable[_Heard]) -> list[_Heard]:
    """A fact that was told again counts as it was first heard."""
    first: dict[_Heard, _Heard] = {}
    for fact in facts:
        content = replace(fact, heard_at=datetime.min)  # noqa: DTZ901 - no instant, the absence of one
        known = first.get(content)
        if known is None or fact.heard_at < known.heard_at:
            first[content] = fact
    return list(first.values())


def _place(sample: Sample) -> tuple[datetime, str, str, str, str, Decimal]:
    return sample.at, sample.measurand, sample.phase, sample.context, sample.location, sample.value
