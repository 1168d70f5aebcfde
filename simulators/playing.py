"""Playing one charge on one connector: card, start, meter readings, stop.

Simulated time runs `speed` times as fast as real time and ends when the charge ends. All that is said goes
into the station's queue, so the car goes on charging while nobody listens.
A transaction is told in the words of the station's version of OCPP.
Spec: OCPP 1.6, 4.2, 4.7, 4.8, 4.10; StopTransactionOnInvalidId is true.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from ocpp.v16.enums import AuthorizationStatus, ChargePointStatus, Reason

from ocpi.process.clock import Clock
from simulators.charge import Charge, Charged
from simulators.errands import Errands
from simulators.speech import Begin, Name, Speech, Tale

NOT_FREE: Final = "not free"
"""Instead of what the central system says of a card that was never asked about."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """Whose card alone may charge there until then."""

    number: int
    uid: str
    until: datetime


@dataclass(slots=True)
class Outlet:
    """A connector: its status, its meter that never goes back, and what goes on at it.

    `profiles` by their ids, as they were set for the transaction that runs.
    """

    number: int
    status: ChargePointStatus = ChargePointStatus.available
    register_wh: int = 0
    tale: Tale | None = None
    stop_asked: Reason | None = None
    reservation: Reservation | None = None
    profiles: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def transaction_id(self) -> Name | None:
        """Of what runs there, once it has a name."""
        return self.tale.name if self.tale else None

    def is_free_for(self, uid: str) -> bool:
        if self.reservation is not None:
            return self.reservation.uid == uid
        return self.status is ChargePointStatus.available

    def stop(self, reason: Reason) -> None:
        """The transaction ends at the next reading of the meter."""
        self.stop_asked = reason

    def release(self) -> None:
        """The transaction has ended, and all that was for it."""
        self.tale = self.stop_asked = None
        self.profiles.clear()


def back_to_back(charges: Sequence[Charge], now: datetime) -> list[datetime]:
    """When each began, in simulated time, for the last to end when all have been played from now on."""
    ends_at = now + timedelta(seconds=sum(charge.lasts_s for charge in charges))
    begins: list[datetime] = []
    for charge in reversed(charges):
        ends_at -= timedelta(seconds=charge.duration_s)
        begins.append(ends_at)
    return begins[::-1]


class Player:
    def __init__(
        self,
        charge: Charge,
        outlet: Outlet,
        *,
        speech: Speech,
        errands: Errands,
        tell: Callable[[int, ChargePointStatus, datetime], None],
        clock: Clock,
    ) -> None:
        self._charge = charge
        self._outlet = outlet
        self._speech = speech
        self._errands = errands
        self._tell = tell
        self._clock = clock
        self._used: Reservation | None = None

    async def play(self, began_at: datetime, *, asks: bool = True, order: int | None = None) -> Charged:
        """`asks`: whether the card is authorized first; else it was ordered, in 2.x by a number.

        Raises GivenUp for what cannot be delivered.
        """
        if not self._outlet.is_free_for(self._charge.uid):
            return self._result(NOT_FREE, began_at, 0)
        self._used, self._outlet.reservation = self._outlet.reservation, None
        self._show(ChargePointStatus.preparing, began_at)
        card = await self._authorized() if asks else AuthorizationStatus.accepted
        if card == AuthorizationStatus.accepted:
            charged = await self._charged(
                Begin(
                    charge=self._charge,
                    began_at=began_at,
                    register_wh=self._outlet.register_wh,
                    reservation=self._used.number if self._used else None,
                    order=order,
                    is_ordered=not asks,
                )
            )
        else:
            charged = self._result(card, began_at, 0)
        self._show(ChargePointStatus.available, charged.ended_at)
        return charged

    async def _authorized(self) -> str:
        return self._speech.card(await self._errands.ask(lambda: self._speech.authorize(self._charge.uid)))

    async def _charged(self, begin: Begin) -> Charged:
        tale = self._outlet.tale = self._speech.tale(begin)
        began = self._errands.ask(tale.start())
        began.add_done_callback(partial(_know, tale))
        self._show(ChargePointStatus.charging, begin.began_at)
        second, reason = await self._drawn(tale, begin.began_at, began)
        await began
        await self._errands.ask(tale.stop(second, reason))
        result = self._result(self._card(began), begin.began_at, second)
        self._outlet.register_wh += result.energy_wh
        self._outlet.release()
        return replace(result, transaction_id=tale.name)

    async def _drawn(self, tale: Tale, began_at: datetime, began: asyncio.Future[Any]) -> tuple[int, Reason]:
        """Until the car is gone, or somebody ends it: the second in which, and why."""
        passed = 0
        for second in self._charge.sample_seconds():
            await self._pass(second - passed)
            passed = second
            if (reason := self._ended_by(began)) is not None:
                return second, reason
            self._errands.tell(tale.sample(second))
            self._show(self._drawing(second), began_at + timedelta(seconds=second))
        await self._pass(self._charge.duration_s - passed)
        return self._charge.duration_s, self._ended_by(began) or Reason.local

    async def _pass(self, seconds: int) -> None:
        await self._clock.sleep(seconds / self._charge.speed)

    def _ended_by(self, began: asyncio.Future[Any]) -> Reason | None:
        if self._card(began) != AuthorizationStatus.accepted:
            return Reason.de_authorized
        return self._outlet.stop_asked

    def _drawing(self, second: int) -> ChargePointStatus:
        is_drawing = self._charge.profile.power_w(second) > 0
        return ChargePointStatus.charging if is_drawing else ChargePointStatus.suspended_ev

    def _show(self, status: ChargePointStatus, at: datetime) -> None:
        if self._outlet.status is not status:
            self._outlet.status = status
            self._tell(self._outlet.number, status, at)

    def _card(self, began: asyncio.Future[Any]) -> str:
        """What the start was answered; until it is, the card counts as it did when it was held up."""
        if not began.done() or began.exception() is not None:
            return AuthorizationStatus.accepted
        return self._speech.card(began.result())

    def _result(self, card: str, began_at: datetime, second: int) -> Charged:
        return Charged(
            charge=self._charge,
            card=card,
            transaction_id=None,
            energy_wh=self._charge.profile.energy_wh(second),
            began_at=began_at,
            ended_at=began_at + timedelta(seconds=second),
        )


def _know(tale: Tale, began: asyncio.Future[Any]) -> None:
    if not began.cancelled() and began.exception() is None:
        tale.heard(began.result())
