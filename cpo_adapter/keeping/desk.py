"""The session room as a station sees it: it always has an answer.

What it says is safe by the time that it comes here. So where the room cannot take it now, because the
database is away or older messages of the station wait, the station hears what it has to hear and the room is
told later. A start then gets a number that is nobody else's. Its card is accepted: a station that tells a
start has let the car charge by what it knew, nobody can be asked, and whether it is billed is found out when
the start is understood.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final, Protocol, TypeVar

from cpo_adapter.keeping.backlog import Backlog
from cpo_adapter.keeping.model import GivenNumber
from cpo_adapter.ocpp.events import MeterRead, TransactionBegan, TransactionEnded, TransactionTold
from cpo_adapter.ocpp.rooms import Begun, CannotStore, CardAnswer, CardStatus, SessionDesk
from cpo_adapter.sessions import identity

TO_BEGIN_S: Final = 9.0
"""Twice what the issuer of a card may take."""

TO_GO_ON_S: Final = 4.0
_REMEMBERED: Final = 100_000

_Answer = TypeVar("_Answer")


class NumberDesk(Protocol):
    """Who has numbers for starts, and keeps which was given to which."""

    async def number(self) -> int: ...

    async def give(self, given: GivenNumber) -> None: ...


class NotNow(Exception):
    """The session room cannot take it."""


class AlwaysAnswering:
    """A `SessionDesk` before another."""

    def __init__(self, *, sessions: SessionDesk, numbers: NumberDesk, backlog: Backlog) -> None:
        self._sessions = sessions
        self._numbers = numbers
        self._backlog = backlog
        self._given: dict[str, int] = {}

    async def began(self, event: TransactionBegan) -> Begun:
        try:
            return await self._now(event.origin.station, self._sessions.began(event), TO_BEGIN_S)
        except NotNow:
            return await self._begun_meanwhile(event)

    async def metered(self, event: MeterRead) -> None:
        with suppress(NotNow):
            await self._now(event.origin.station, self._sessions.metered(event), TO_GO_ON_S)

    async def ended(self, event: TransactionEnded) -> CardAnswer | None:
        try:
            return await self._now(event.origin.station, self._sessions.ended(event), TO_GO_ON_S)
        except NotNow:
            return CardAnswer(CardStatus.ACCEPTED) if event.uid else None

    async def told(self, event: TransactionTold) -> CardAnswer | None:
        try:
            return await self._now(event.origin.station, self._sessions.told(event), TO_BEGIN_S)
        except NotNow:
            return CardAnswer(CardStatus.ACCEPTED) if event.uid else None

    async def _now(self, station: str, telling: Coroutine[Any, Any, _Answer], within_s: float) -> _Answer:
        """Raises NotNow."""
        if self._backlog.is_behind(station):
            telling.close()
        else:
            with suppress(CannotStore, TimeoutError):
                async with asyncio.timeout(within_s):
                    return await telling
        self._backlog.defer(station)
        raise NotNow(station)

    async def _begun_meanwhile(self, event: TransactionBegan) -> Begun:
        """The same number for a start that is told again. Raises CannotStore."""
        told_as = identity.of_start(event)
        number = self._given.get(told_as) or await self._given_now(told_as, event.origin.station)
        card = CardStatus.ACCEPTED if event.uid else CardStatus.INVALID
        return Begun(number, CardAnswer(card))

    async def _given_now(self, told_as: str, station: str) -> int:
        number = await self._numbers.number()
        await self._numbers.give(GivenNumber(number, told_as, station))
        self.remember(told_as, number)
        return number

    def remember(self, told_as: str, number: int) -> None:
        """Of those that were given long ago the database knows as well."""
        while len(self._given) >= _REMEMBERED:
            del self._given[next(iter(self._given))]
        self._given.setdefault(told_as, number)
