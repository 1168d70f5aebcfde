"""Playing one charge on one connector: card, start, meter readings, stop.

Simulated time runs `speed` times as fast as real time and ends when the charge ends. All that is said goes
into the station's queue, so the car goes on charging while nobody listens.
Spec: OCPP 1.6, 4.2, 4.7, 4.8, 4.10; StopTransactionOnInvalidId is true.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from ocpp.v16 import call
from ocpp.v16.enums import AuthorizationStatus, ChargePointStatus, Reason

from ocpi.process.clock import Clock
from simulators.charge import Charge, Charged, meter_value, stamp
from simulators.errands import Errands

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
    transaction_id: int | None = None
    stop_asked: Reason | None = None
    reservation: Reservation | None = None
    profiles: dict[int, dict[str, Any]] = field(default_factory=dict)

    def is_free_for(self, uid: str) -> bool:
        if self.reservation is not None:
            return self.reservation.uid == uid
        return self.status is ChargePointStatus.available

    def stop(self, reason: Reason) -> None:
        """The transaction ends at the next reading of the meter."""
        self.stop_asked = reason

    def release(self) -> None:
        """The transaction has ended, and all that was for it."""
        self.transaction_id = self.stop_asked = None
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
        errands: Errands,
        tell: Callable[[int, ChargePointStatus, datetime], None],
        clock: Clock,
    ) -> None:
        self._charge = charge
        self._outlet = outlet
        self._errands = errands
        self._tell = tell
        self._clock = clock
        self._used: Reservation | None = None

    async def play(self, began_at: datetime, *, asks: bool = True) -> Charged:
        """`asks`: whether the card is authorized first. Raises GivenUp for what cannot be delivered."""
        if not self._outlet.is_free_for(self._charge.uid):
            return self._result(NOT_FREE, began_at, 0)
        self._used, self._outlet.reservation = self._outlet.reservation, None
        self._show(ChargePointStatus.preparing, began_at)
        card = await self._authorized() if asks else AuthorizationStatus.accepted
        if card == AuthorizationStatus.accepted:
            charged = await self._charged(began_at)
        else:
            charged = self._result(card, began_at, 0)
        self._show(ChargePointStatus.available, charged.ended_at)
        return charged

    async def _authorized(self) -> str:
        answer = await self._errands.ask(lambda: call.Authorize(self._charge.uid))
        return str(answer.id_tag_info["status"])

    async def _charged(self, began_at: datetime) -> Charged:
        began = self._errands.ask(partial(self._start_transaction, began_at))
        began.add_done_callback(self._know_number)
        self._show(ChargePointStatus.charging, began_at)
        second, reason = await self._drawn(began_at, began)
        answer = await began
        await self._errands.ask(
            partial(self._stop_transaction, began_at, second, reason, answer.transaction_id)
        )
        result = self._result(_card(began), began_at, second)
        self._outlet.register_wh += result.energy_wh
        self._outlet.release()
        return replace(result, transaction_id=answer.transaction_id)

    async def _drawn(self, began_at: datetime, began: asyncio.Future[Any]) -> tuple[int, Reason]:
        """Until the car is gone, or somebody ends it: the second in which, and why."""
        passed = 0
        for second in self._charge.sample_seconds():
            await self._pass(second - passed)
            passed = second
            if (reason := self._ended_by(began)) is not None:
                return second, reason
            self._errands.tell(partial(self._meter_values, began_at, second))
            self._show(self._drawing(second), began_at + timedelta(seconds=second))
        await self._pass(self._charge.duration_s - passed)
        return self._charge.duration_s, self._ended_by(began) or Reason.local

    async def _pass(self, seconds: int) -> None:
        await self._clock.sleep(seconds / self._charge.speed)

    def _ended_by(self, began: asyncio.Future[Any]) -> Reason | None:
        if _card(began) != AuthorizationStatus.accepted:
            return Reason.de_authorized
        return self._outlet.stop_asked

    def _drawing(self, second: int) -> ChargePointStatus:
        is_drawing = self._charge.profile.power_w(second) > 0
        return ChargePointStatus.charging if is_drawing else ChargePointStatus.suspended_ev

    def _show(self, status: ChargePointStatus, at: datetime) -> None:
        if self._outlet.status is not status:
            self._outlet.status = status
            self._tell(self._outlet.number, status, at)

    def _know_number(self, began: asyncio.Future[Any]) -> None:
        if not began.cancelled() and began.exception() is None:
            self._outlet.transaction_id = began.result().transaction_id

    def _start_transaction(self, began_at: datetime) -> Any:
        return call.StartTransaction(
            connector_id=self._outlet.number,
            id_tag=self._charge.uid,
            meter_start=self._outlet.register_wh,
            timestamp=stamp(began_at),
            reservation_id=self._used.number if self._used else None,
        )

    def _meter_values(self, began_at: datetime, second: int) -> Any:
        value = meter_value(self._charge, second, began_at=began_at, register_wh=self._outlet.register_wh)
        return call.MeterValues(self._outlet.number, [value], self._outlet.transaction_id)

    def _stop_transaction(self, began_at: datetime, second: int, reason: Reason, number: int) -> Any:
        return call.StopTransaction(
            meter_stop=self._outlet.register_wh + self._charge.profile.energy_wh(second),
            timestamp=stamp(began_at + timedelta(seconds=second)),
            transaction_id=number,
            reason=reason,
            id_tag=self._charge.uid,
        )

    def _result(self, card: str, began_at: datetime, second: int) -> Charged:
        return Charged(
            charge=self._charge,
            card=card,
            transaction_id=None,
            energy_wh=self._charge.profile.energy_wh(second),
            began_at=began_at,
            ended_at=began_at + timedelta(seconds=second),
        )


def _card(began: asyncio.Future[Any]) -> str:
    """What the start was answered; until it is, the card counts as it did when it was held up."""
    if not began.done() or began.exception() is not None:
        return AuthorizationStatus.accepted
    return str(began.result().id_tag_info["status"])
