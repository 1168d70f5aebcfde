"""Events of transactions that their stations name: each kept, whichever comes first.

The first that is heard makes the transaction; what it does not say, where and whose it is, is filled in by
those that do. A name that comes again with another start is another transaction. Of a card is said what was
said of it before; that of a start we ordered is known by the order's number.
Spec: OCPP 2.0.1, TransactionEvent; E03 and F01 to F02 (remoteStartId, late idToken), E04 (offline events).
"""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from cpo_adapter.ocpp.events import (
    STATION,
    Moment,
    Outlet,
    SignedReading,
    TransactionBegan,
    TransactionTold,
)
from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus
from cpo_adapter.sessions.named import NO_START, told
from cpo_adapter.sessions.numbers import Numbers
from cpo_adapter.sessions.store import Ending, TransactionStore
from cpo_adapter.sessions.terms import TermsBook
from cpo_adapter.sessions.transaction import Begin
from ocpi.process.logs import logger, pseudonym
from schemas.v2_3_0.tokens import Token

log = logger(__name__)

_ANOTHER_CARD = CardAnswer(CardStatus.ACCEPTED)
"""Who ends a charge with a card of the same group is not asked about: the station has let him."""


class NamedTransactions:
    """`opened` closes what ran there before and judges the card; `signed` keeps what a meter signed."""

    def __init__(
        self,
        *,
        store: TransactionStore,
        numbers: Numbers,
        terms: TermsBook,
        ordered: Callable[[str, int], Awaitable[tuple[str, Outlet] | None]],
        session_of: Callable[[TransactionBegan], Awaitable[str | None]],
        opened: Callable[[Begin, TransactionBegan], Awaitable[CardAnswer]],
        signed: Callable[[int, Sequence[SignedReading], datetime], Awaitable[None]],
        touched: Callable[[int], None],
    ) -> None:
        self._store = store
        self._numbers = numbers
        self._terms = terms
        self._ordered = ordered
        self._session_of = session_of
        self._opened = opened
        self._signed = signed
        self._touched = touched

    async def told(self, event: TransactionTold) -> CardAnswer | None:
        """What to say of the card that it names."""
        if not event.reference:
            await self._stray(event, "an event of no transaction")
            return None
        known = await self._completed(event)
        begin = await self._transaction(known)
        await self._signed(begin.number, event.signed, event.origin.received_at)
        await self._store.add(begin.number, told(event), event.origin.frame)
        await self._store.look_again(begin.number)
        answer = await self._answer(begin, known)
        if event.moment is Moment.ENDED:
            await self._end(begin, event)
        self._touched(begin.number)
        return answer

    async def _completed(self, event: TransactionTold) -> TransactionTold:
        """With the card and the place of our order, where the station leaves them to us."""
        found = None
        if event.remote_start is not None:
            found = await self._ordered(event.origin.station, event.remote_start)
        if found is None:
            return event
        return replace(event, uid=event.uid or found[0], outlet=event.outlet or found[1])

    async def _transaction(self, event: TransactionTold) -> Begin:
        known = await self._store.named(event.origin.station, event.reference)
        if known is None:
            return await self._begin(event, is_again=False)
        if await self._is_another(known, event):
            return await self._begin(event, is_again=True)
        better = self._better(known, event)
        return known if better == known else await self._store.know_begin(known, better)

    async def _begin(self, event: TransactionTold, *, is_again: bool) -> Begin:
        station, outlet = event.origin.station, event.outlet or STATION
        begin = Begin(
            number=await self._numbers.take(),
            session_id=await self._session_of(_as_start(event)) or str(uuid.uuid4()),
            station=station,
            outlet=outlet,
            uid=event.uid or "",
            at=event.at,
            meter_wh=0,
            heard_at=event.origin.received_at,
            terms=self._terms.at(station, outlet, event.at),
            reference=event.reference,
        )
        kept = await self._store.begin_named(begin, event, is_again=is_again)
        log.info("transaction began", station=station, number=kept.number, uid=pseudonym(kept.uid))
        return kept

    async def _is_another(self, known: Begin, event: TransactionTold) -> bool:
        """A second start under the name of one that has ended: a station that counts from 1 again."""
        if event.moment is not Moment.STARTED:
            return False
        earlier = await self._store.load(known.number)
        return earlier.end is not None and earlier.lacks != NO_START and event.at > earlier.until

    def _better(self, known: Begin, event: TransactionTold) -> Begin:
        """What an event adds to what is known of a begin, which may have been any event."""
        at = min(known.at, event.at)
        outlet = _named_best(known.outlet, event.outlet)
        better = replace(known, uid=known.uid or event.uid or "", at=at, outlet=outlet)
        if (at, outlet) == (known.at, known.outlet):
            return better
        return replace(better, terms=self._terms.at(known.station, outlet, at, _card(known)))

    async def _answer(self, begin: Begin, event: TransactionTold) -> CardAnswer | None:
        """Whose transaction it is is judged once; nobody's is judged at all."""
        if not begin.uid:
            return None
        is_the_same = not event.uid or event.uid.casefold() == begin.uid.casefold()
        if begin.card is not None and event.uid is None and event.moment is Moment.UPDATED:
            return begin.card
        answer = await self._opened(begin, _as_start(event, begin))
        return answer if is_the_same else _ANOTHER_CARD

    async def _end(self, begin: Begin, event: TransactionTold) -> None:
        so_far = await self._store.load(begin.number)
        if so_far.end is None:
            return
        ending = await self._store.end(begin.number, so_far.end, event.origin.frame)
        log.info("transaction ended", station=begin.station, number=begin.number, end=ending.value)
        if ending is Ending.CONTRADICTED:
            await self._stray(event, f"an end, {ending.value}")

    async def _stray(self, event: TransactionTold, reason: str) -> None:
        origin = event.origin
        log.warning("event not used", station=origin.station, reason=reason)
        await self._store.stray(origin.station, origin.frame, reason, origin.received_at)


def _card(begin: Begin) -> Token | None:
    return begin.authorized.token if begin.authorized else None


def _named_best(known: Outlet, told: Outlet | None) -> Outlet:
    """An EVSE instead of none, its connector instead of any; never another EVSE."""
    if told is None or (known != STATION and known.evse != told.evse):
        return known
    return told if known == STATION or not known.connector else known


def _as_start(event: TransactionTold, begin: Begin | None = None) -> TransactionBegan:
    return TransactionBegan(
        origin=event.origin,
        outlet=(begin.outlet if begin else event.outlet) or STATION,
        uid=(begin.uid if begin else event.uid) or "",
        meter_wh=0,
        at=begin.at if begin else event.at,
        reservation=event.reservation,
        is_offline=event.is_offline,
        order=event.remote_start,
    )
