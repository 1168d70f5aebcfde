"""Ends that come before their starts: kept until the start comes, and joined where one alone fits it.

A station without a line queues both, and some tell them in the wrong order; the end then names no number that
was ever given.
Spec: OCPP 1.6, 4.10 (an end is never refused).
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from cpo_adapter.ocpp.events import SignedReading, TransactionEnded
from cpo_adapter.ocpp.v16.reading import signed_in_end
from cpo_adapter.sessions.plausibility import fits
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Begin, End, Transaction
from ocpi.process.logs import logger

log = logger(__name__)

KeepSigned: TypeAlias = Callable[[int, Sequence[SignedReading], datetime], Awaitable[None]]


class EarlyEnds:
    """`signed` keeps what a meter signed with it."""

    def __init__(self, store: TransactionStore, signed: KeepSigned) -> None:
        self._store = store
        self._signed = signed

    async def keep(self, event: TransactionEnded, end: End) -> None:
        await self._store.keep_end(event, end)

    async def join(self, begin: Begin) -> None:
        """May be done twice: one that has its end by now takes no other."""
        _, has = await self._store.ended(begin.number, begin.station)
        if has is not None and not has.is_assumed:
            return
        kept = await self._store.unjoined_ends(begin.station, begin.at)
        found = {(end.at, end.meter_wh): (frame, end) for frame, uid, end in kept if _is_of(begin, uid, end)}
        if len(found) != 1:
            return
        ((frame, end),) = found.values()
        await self._signed(begin.number, signed_in_end(frame, end.heard_at), end.heard_at)
        await self._store.end(begin.number, end, frame)
        await self._store.join_ends(begin.station, frame, begin.number)
        log.info("end found that was told before its start", station=begin.station, number=begin.number)


def _is_of(begin: Begin, uid: str, end: End) -> bool:
    """Told before the start, by the same card or none, with a meter that it can have reached."""
    is_early = end.heard_at <= begin.heard_at
    return is_early and uid in ("", begin.uid.casefold()) and fits(Transaction(begin, (), end))
