"""What stations tell of transactions: kept first, then answered, then passed on.

A fact is on disk when its method returns. What it means for partners is somebody else's work, in its own
time.
Spec: OCPP 1.6, 4.7, 4.8, 4.10 (a transaction that has begun is never refused, only its card).
"""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Protocol

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.ocpp.events import (
    ConnectorStatus,
    MeterRead,
    Origin,
    Outlet,
    SignedReading,
    StatusChanged,
    TransactionBegan,
    TransactionEnded,
    TransactionTold,
)
from cpo_adapter.ocpp.rooms import Begun, CannotStore, CardAnswer, CardStatus
from cpo_adapter.sessions import identity
from cpo_adapter.sessions.attribution import Attribution
from cpo_adapter.sessions.early_ends import EarlyEnds
from cpo_adapter.sessions.named_desk import NamedTransactions
from cpo_adapter.sessions.numbers import GivenNumbers, Numbers, NumbersExhausted
from cpo_adapter.sessions.store import Ending, TransactionStore
from cpo_adapter.sessions.succession import Succession
from cpo_adapter.sessions.terms import TermsBook
from cpo_adapter.sessions.transaction import Begin, Changed, End, Metered, Preferred
from ocpi.process.clock import Clock
from ocpi.process.logs import logger, pseudonym
from ocpi.process.mongo import DriverError
from schemas.v2_3_0.sessions import ChargingPreferences

log = logger(__name__)


_NOT_JUDGED = CardAnswer(CardStatus.INVALID)


class CardJudge(Protocol):
    async def judge_start(self, event: TransactionBegan) -> tuple[CardAnswer, Authorized | None]:
        """What the station hears of the card, and what the session rests on."""

    async def ordered(self, station: str, number: int, /) -> tuple[str, Outlet] | None:
        """What the card is called, and where, of the charge that was ordered by that number."""


class Reservations(Protocol):
    """Who keeps connectors for cards."""

    async def session_of(self, event: TransactionBegan) -> str | None:
        """The id of the session that a start goes on with; None for one of its own."""

    async def began(self, begin: Begin) -> None:
        """Told at least once, before the station is answered."""


class SignedReadings(Protocol):
    """Who keeps what meters signed."""

    async def keep(self, number: int, readings: Sequence[SignedReading], heard_at: datetime) -> None:
        """Of the transaction of that number; durable when it returns."""


class Sessions:
    """The `SessionDesk` of the door. `touched` hears the number of every transaction that has changed."""

    def __init__(  # noqa: PLR0913 - each is another room
        self,
        *,
        store: TransactionStore,
        numbers: Numbers,
        given: GivenNumbers,
        terms: TermsBook,
        cards: CardJudge,
        reservations: Reservations,
        signed: SignedReadings,
        touched: Callable[[int], None],
        clock: Clock,
    ) -> None:
        self._store = store
        self._numbers = numbers
        self._given = given
        self._terms = terms
        self._cards = cards
        self._reservations = reservations
        self._signed = signed
        self._touched = touched
        self._clock = clock
        self._attribution = Attribution(store, given)
        self._early_ends = EarlyEnds(store, signed.keep)
        self._succession = Succession(store, touched, clock)
        self._named = NamedTransactions(
            store=store,
            numbers=numbers,
            terms=terms,
            ordered=cards.ordered,
            session_of=reservations.session_of,
            opened=self._opened,
            signed=signed.keep,
            touched=touched,
        )

    async def began(self, event: TransactionBegan) -> Begun:
        """Kept before the card is judged: that may take seconds, in which anything can happen."""
        async with _storing("the start of a transaction"):
            begin = await self._store.told_before(event) or await self._begin(event)
            answer = await self._opened(begin, event)
        self._touched(begin.number)
        return Begun(begin.number, answer)

    async def told(self, event: TransactionTold) -> CardAnswer | None:
        """One event of a transaction that its station names."""
        async with _storing("an event of a transaction"):
            return await self._named.told(event)

    async def recover(self) -> None:
        """Judge the cards of starts that a crash left unanswered: they may never be told again."""
        for begin, frame in await self._store.unjudged():
            await self._opened(begin, _as_told(begin, frame))
            self._touched(begin.number)

    async def metered(self, event: MeterRead) -> None:
        async with _storing("meter values"):
            await self._keep_samples(event)

    async def ended(self, event: TransactionEnded) -> CardAnswer | None:
        async with _storing("the end of a transaction"):
            await self._end(event)
        return CardAnswer(CardStatus.ACCEPTED) if event.uid else None

    async def status_changed(self, event: StatusChanged) -> None:
        """Whether the car draws power matters to the bill: a transaction keeps its connector's statuses."""
        heard_at = event.origin.received_at
        freed_at = heard_at if event.status is ConnectorStatus.AVAILABLE else None
        for begin in await self._store.running(event.origin.station, event.outlet):
            if _may_be_same(begin.outlet, event.outlet):
                fact = Changed(event.status, event.at, heard_at)
                await self._store.add(begin.number, fact, event.origin.frame)
                await self._store.freed(begin.number, freed_at)

    async def prefer(self, begin: Begin, preferences: ChargingPreferences, tariff_id: str) -> None:
        """What the driver wants from now on."""
        now = self._clock.now()
        await self._store.add(begin.number, Preferred(preferences, tariff_id, now, now), "")
        self._touched(begin.number)

    async def _begin(self, event: TransactionBegan) -> Begin:
        begin = Begin(
            number=await self._given.to(identity.of_start(event)) or await self._numbers.take(),
            session_id=await self._reservations.session_of(event) or str(uuid.uuid4()),
            station=event.origin.station,
            outlet=event.outlet,
            uid=event.uid,
            at=event.at,
            meter_wh=event.meter_wh,
            heard_at=event.origin.received_at,
            terms=self._terms.at(event.origin.station, event.outlet, event.at),
            doubts=event.doubts,
        )
        kept = await self._store.begin(begin, event)
        log.info("transaction began", station=begin.station, number=kept.number, uid=pseudonym(event.uid))
        return kept

    async def _opened(self, begin: Begin, event: TransactionBegan) -> CardAnswer:
        """What follows from a start that is kept; all of it may be done twice."""
        await self._succession.keep(begin)
        if not begin.reference:
            await self._early_ends.join(begin)
        answer = await self._judged(begin, event)
        await self._reservations.began(begin)
        return answer

    async def _judged(self, begin: Begin, event: TransactionBegan) -> CardAnswer:
        """A start that is told again gets the answer that it got before."""
        if begin.card is None:
            answer, authorized = await self._cards.judge_start(event)
            tariffs = self._terms.tariffs_for(begin, authorized)
            begin = await self._store.judge(begin.number, answer, authorized, tariffs)
        return begin.card or _NOT_JUDGED

    async def _keep_samples(self, event: MeterRead) -> None:
        station, frame, heard_at = event.origin.station, event.origin.frame, event.origin.received_at
        meant = await self._attribution.of_samples(event)
        if meant is not None:
            await self._signed.keep(meant.number, event.signed, heard_at)
            await self._store.add(meant.number, Metered(event.samples, heard_at), frame)
            if meant.has_ended:
                await self._store.look_again(meant.number)
            self._touched(meant.number)
        elif event.reference:
            await self._store.stray(station, frame, "meter values of no transaction", heard_at)

    async def _end(self, event: TransactionEnded) -> None:
        station, frame, heard_at = event.origin.station, event.origin.frame, event.origin.received_at
        end = End(event.at, event.meter_wh, event.reason, heard_at, event.samples, event.doubts)
        number = await self._attribution.of_end(event)
        if number is None:
            log.warning("end of no transaction", station=station)
            await self._early_ends.keep(event, end)
            return
        await self._signed.keep(number, event.signed, heard_at)
        ending = await self._store.end(number, end, frame)
        log.info("transaction ended", station=station, number=number, reason=event.reason, end=ending.value)
        if ending is Ending.CONTRADICTED:
            await self._store.stray(station, frame, f"an end, {ending.value}", heard_at)
        self._touched(number)


def _may_be_same(one: Outlet, other: Outlet) -> bool:
    """Of one EVSE: the same connector, or one of them was not told."""
    return one.connector == other.connector or not (one.connector and other.connector)


def _as_told(begin: Begin, frame: str) -> TransactionBegan:
    return TransactionBegan(
        origin=Origin(begin.station, begin.heard_at, frame),
        outlet=begin.outlet,
        uid=begin.uid,
        meter_wh=begin.meter_wh,
        at=begin.at,
        doubts=begin.doubts,
    )


@asynccontextmanager
async def _storing(what: str) -> AsyncIterator[None]:
    """Raises CannotStore when the database is away, or no number is left."""
    try:
        yield
    except (DriverError, NumbersExhausted) as error:
        raise CannotStore(f"{what} cannot be kept") from error
