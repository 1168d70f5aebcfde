"""Reservations that hold: used, expired, dropped by the station or by the operator, and who hears of it.

While it holds, its customer's session is a reservation; used, that session goes on as a charge under the same
id; unused it is over. A station that frees the connector by itself has cancelled for us, and the eMSP hears
so at the address of its order.
Spec: 2.3.0 mod_sessions, Reservation; mod_commands, Flow (CANCELED_RESERVATION by the CPO).
"""

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

from cpo_adapter.authorization.commanded import CLOCKS_DIFFER, CommandedStarts
from cpo_adapter.commands.control import Asker
from cpo_adapter.commands.model import Promise
from cpo_adapter.commands.promises import Promises
from cpo_adapter.commands.reservation import Reservation, ReservationState
from cpo_adapter.commands.reservation_store import ReservationStore
from cpo_adapter.ocpp.events import ConnectorStatus, ReservationDropped, StatusChanged, TransactionBegan
from cpo_adapter.ocpp.intents import CancelReservation, NotAsked
from cpo_adapter.sessions.transaction import Begin
from cpo_adapter.stations.model import Spot
from cpo_adapter.stations.states import States
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from schemas.kinds import PartyId
from schemas.v2_3_0.commands import CommandResult
from schemas.v2_3_0.enums import CommandResultType, TokenType
from schemas.v2_3_0.tokens import Token

log = logger(__name__)

EVERY_S: Final = 5.0
_NEARLY: Final = timedelta(minutes=1)
"""A connector that is freed so shortly before the end was freed by a clock that runs ahead."""

_LONG_ENOUGH: Final = timedelta(minutes=2)
"""Whatever a station was asked, it has answered by then, or never will."""

_FREED: Final = (ConnectorStatus.AVAILABLE, ConnectorStatus.UNAVAILABLE, ConnectorStatus.FAULTED)


class ReservationNews(Protocol):
    async def changed(self, reservation: Reservation) -> None:
        """Tell its eMSP of the session that it is. Durable when it returns; it may be told twice."""


class Reserved:
    def __init__(
        self,
        *,
        store: ReservationStore,
        starts: CommandedStarts,
        states: States,
        asker: Asker,
        promises: Promises,
        news: ReservationNews,
        is_alone: Callable[[], bool],
        clock: Clock,
    ) -> None:
        """`is_alone`: no other process of the adapter may be at work on a reservation."""
        self._store = store
        self._starts = starts
        self._states = states
        self._asker = asker
        self._promises = promises
        self._news = news
        self._is_alone = is_alone
        self._clock = clock

    async def recover(self) -> None:
        """What a crash interrupted; among others only what nobody can be at work on any more."""
        now = self._clock.now()
        await self._settle_interrupted(now if self._is_alone() else now - _LONG_ENOUGH)

    async def run(self) -> None:
        """Expire what is due, and tell what a crash left untold."""
        while True:
            for reservation in await self._store.due(self._clock.now()):
                await self.ends(reservation, ReservationState.EXPIRED)
            for reservation in await self._store.untold():
                await self._tell(reservation)
            await self._settle_interrupted(self._clock.now() - _LONG_ENOUGH)
            await self._clock.sleep(EVERY_S)

    async def run_doubts(self) -> None:
        """Drop at stations, once they are there, what they may keep without our knowing."""
        while True:
            for reservation in await self._store.doubtful():
                await self._clear_up(reservation)
            await self._clock.sleep(EVERY_S)

    async def holds(self, reservation: Reservation) -> None:
        await self._move(reservation, ReservationState.ACTIVE)

    async def ends(self, reservation: Reservation, state: ReservationState) -> bool:
        """Without having been used. False when it has gone another way meanwhile.

        Of one that expired a station without a line may still tell a charge that began in time.
        """
        if state is not ReservationState.EXPIRED:
            await self._starts.withdraw(reservation.id)
        return await self._move(reservation, state)

    async def changing(self, reservation: Reservation) -> Reservation | None:
        """From now on its connector may say anything; None when it does not hold any more."""
        return await self._store.move(reservation, ReservationState.CHANGING, self._clock.now())

    async def unchanged(self, changing: Reservation | None) -> None:
        """The station would not: it holds as before."""
        if changing is not None:
            await self._store.move(changing, ReservationState.ACTIVE, self._clock.now())

    async def tag_of(self, spot: Spot, token: Token) -> str | None:
        held = await self._store.held_at(spot.station.identity, spot.evse.number)
        is_theirs = held is not None and _is_same(held.token, token)
        return held.tag if held and is_theirs else None

    async def session_of(self, event: TransactionBegan) -> str | None:
        """The session of the reservation that a transaction uses up: by its number, or its place and card."""
        for held in await self._store.held_at_station(event.origin.station):
            is_there = (held.evse, held.tag.casefold()) == (event.outlet.evse, event.uid.casefold())
            if held.number == event.reservation or (is_there and _is_in_time(held, event)):
                return held.session_id
        return None

    async def began(self, begin: Begin) -> None:
        """Its session is a charge from now on, which tells of itself."""
        held = await self._store.held_for_session(begin.session_id)
        if held is not None:
            await self._store.move(held, ReservationState.USED, self._clock.now())

    async def status_changed(self, event: StatusChanged) -> None:
        """Before anybody else hears of it: what counts is what the connector was."""
        station = event.origin.station
        was = self._states.of(station).reports.get(event.outlet)
        if was is None or was.status is not ConnectorStatus.RESERVED or event.status not in _FREED:
            return
        held = await self._store.held_at(station, event.outlet.evse)
        if held is None or held.state is not ReservationState.ACTIVE or event.at < was.at:
            return
        if held.expires - self._clock.now() > _NEARLY:
            log.warning("reservation dropped by its station", station=station, evse=held.evse_uid)
            await self._cancelled_by_us(held)

    async def dropped(self, event: ReservationDropped) -> None:
        """The station says so itself; shortly before the end by a clock that runs ahead."""
        for held in await self._store.held_at_station(event.origin.station):
            if held.number != event.number or held.state is not ReservationState.ACTIVE:
                continue
            if held.expires - self._clock.now() > _NEARLY:
                log.warning("reservation dropped by its station", station=held.station, evse=held.evse_uid)
                await self._cancelled_by_us(held)
            else:
                await self.ends(held, ReservationState.EXPIRED)

    async def cancel(self, reservation: Reservation) -> bool:
        """By the operator. False when it does not hold any more; a station that is away is not waited for."""
        changing = await self.changing(reservation)
        if changing is None:
            return False
        with suppress(NotAsked):
            await self._asker.ask(changing.station, CancelReservation(changing.number))
        return await self._cancelled_by_us(changing)

    async def _settle_interrupted(self, before: datetime) -> None:
        for reservation in await self._store.interrupted(before):
            if reservation.state is ReservationState.CHANGING:
                await self.unchanged(reservation)
            else:
                await self._starts.withdraw(reservation.id)
                await self._store.move(reservation, ReservationState.DOUBTFUL, self._clock.now())

    async def _clear_up(self, reservation: Reservation) -> None:
        if reservation.expires > self._clock.now():
            try:
                await self._asker.ask(reservation.station, CancelReservation(reservation.number))
            except NotAsked:
                return
        await self._store.move(reservation, ReservationState.REFUSED, self._clock.now())

    async def _cancelled_by_us(self, reservation: Reservation) -> bool:
        if not await self.ends(reservation, ReservationState.CANCELLED):
            return False
        promise = Promise(
            id=uuid.uuid4().hex,
            action="CANCELED_RESERVATION",
            kind=CommandResult,
            station=reservation.station,
            about=reservation.reservation_id,
            reply=reservation.reply,
            at=self._clock.now(),
        )
        await self._promises.make(promise, _canceled)
        return True

    async def _move(self, reservation: Reservation, state: ReservationState) -> bool:
        moved = await self._store.move(reservation, state, self._clock.now(), told=False)
        if moved is not None:
            await self._tell(moved)
        return moved is not None

    async def _tell(self, reservation: Reservation) -> None:
        await self._news.changed(reservation)
        await self._store.told(reservation)


async def _canceled() -> CommandResult:
    return CommandResult(result=CommandResultType.CANCELED_RESERVATION)


def _is_in_time(held: Reservation, event: TransactionBegan) -> bool:
    """A name that was made for this reservation needs no clock."""
    is_made_up = held.tag.casefold() != held.token.uid.casefold()
    return is_made_up or held.at - CLOCKS_DIFFER <= event.at <= held.expires + CLOCKS_DIFFER


def _is_same(one: Token, other: Token) -> bool:
    """Uids are their issuers' own: another's customer may be called alike."""
    return _identity(one) == _identity(other)


def _identity(token: Token) -> tuple[PartyId, str, TokenType]:
    return PartyId(token.country_code, token.party_id), token.uid.casefold(), token.type
