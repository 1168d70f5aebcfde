"""Transactions of stations that nobody had placed: settled once the inventory says where they stand.

Such a station was added or adopted by a command. What it tells is answered and kept like everything else; a
session has no location to name until then, and the bill no tariff.
"""

from collections.abc import Callable

from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.terms import TermsBook
from ocpi.process.logs import logger

log = logger(__name__)


class Placing:
    """`touched` hears the number of every transaction that has changed."""

    def __init__(self, *, store: TransactionStore, terms: TermsBook, touched: Callable[[int], None]) -> None:
        self._store = store
        self._terms = terms
        self._touched = touched

    async def turn(self) -> None:
        """The inventory may know more stations than before."""
        for begin in await self._store.unplaced():
            card = begin.authorized.token if begin.authorized else None
            terms = self._terms.at(begin.station, begin.outlet, begin.at, card)
            if terms.is_placed:
                await self._store.place(begin.number, begin.outlet, terms)
                log.info("transaction placed", station=begin.station, number=begin.number)
                self._touched(begin.number)
