"""Charges as they really happen, and what stations of both kinds tell of them, to be told in any order."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from cpo_adapter.ocpp.events import (
    MeterRead,
    Moment,
    Origin,
    Outlet,
    Sample,
    TransactionBegan,
    TransactionEnded,
    TransactionTold,
)
from cpo_adapter.ocpp.intents import Intent, Outcome, StationGone, TellQueue
from cpo_adapter.sessions.desk import Sessions

REGISTER = "Energy.Active.Import.Register"
NEVER_GIVEN = "-1"


@dataclass(eq=False)
class Message:
    """`moment` is what it tells of; the register stood at `meter_wh` at `at`."""

    charge: "Charge"
    moment: Moment
    seq: int
    at: datetime
    meter_wh: int
    is_told: bool = False

    @property
    def may_get_lost(self) -> bool:
        return self.moment is Moment.UPDATED

    async def tell(self, sessions: Sessions, heard_at: datetime) -> None:
        self.is_told = True
        if self.charge.is_named:
            await sessions.told(self._event(heard_at))
        else:
            await self._tell_16(sessions, heard_at)

    async def _tell_16(self, sessions: Sessions, heard_at: datetime) -> None:
        charge, origin = self.charge, self._origin(heard_at)
        match self.moment:
            case Moment.STARTED:
                begun = await sessions.began(
                    TransactionBegan(origin, charge.outlet, "CARD", self.meter_wh, self.at)
                )
                charge.number = str(begun.number)
            case Moment.UPDATED:
                await sessions.metered(MeterRead(origin, charge.outlet, charge.number, self._samples()))
            case Moment.ENDED:
                ended = TransactionEnded(origin, charge.number, "CARD", self.meter_wh, self.at, "Local")
                await sessions.ended(ended)

    def _event(self, heard_at: datetime) -> TransactionTold:
        return TransactionTold(
            origin=self._origin(heard_at),
            reference=self.charge.name,
            moment=self.moment,
            at=self.at,
            seq=self.seq,
            outlet=self.charge.outlet,
            uid="CARD" if self.moment is Moment.STARTED else None,
            samples=self._samples(),
        )

    def _samples(self) -> tuple[Sample, ...]:
        return (Sample(self.at, REGISTER, Decimal(self.meter_wh)),)

    def _origin(self, heard_at: datetime) -> Origin:
        payload = {"charge": self.charge.name, "seq": self.seq, "meter": self.meter_wh, "at": str(self.at)}
        return Origin(self.charge.station, heard_at, json.dumps([2, "id", str(self.moment), payload]))


@dataclass(eq=False)
class Charge:
    """One car at one outlet. `is_named`: a station of 2.x, which names its transactions itself."""

    name: str
    station: str
    outlet: Outlet
    is_named: bool
    number: str = NEVER_GIVEN
    is_over: bool = False
    messages: list[Message] = field(default_factory=list)

    def tells(self, moment: Moment, at: datetime, meter_wh: int) -> None:
        self.messages.append(Message(self, moment, len(self.messages), at, meter_wh))
        self.is_over = moment is Moment.ENDED

    @property
    def meter_wh(self) -> int:
        return self.messages[-1].meter_wh

    @property
    def told_wh(self) -> int:
        """What its station has counted, as far as it has told."""
        told = [each.meter_wh for each in self.messages if each.is_told]
        return max(told) - min(told) if told else 0


@dataclass
class Yardful:
    """All charges that ever were, and the two stations at which they are: CP-1 speaks 1.6, CP-2 2.0.1."""

    charges: list[Charge] = field(default_factory=list)
    meters: dict[tuple[str, Outlet], int] = field(default_factory=dict)
    is_online: bool = True

    def begin(self, place: tuple[str, Outlet], at: datetime) -> None:
        station, outlet = place
        charge = Charge(f"T-{len(self.charges)}", station, outlet, is_named=station == "CP-2")
        charge.tells(Moment.STARTED, at, self.meters.setdefault(place, 1000))
        self.charges.append(charge)

    def draw(self, charge: Charge, at: datetime, energy_wh: int) -> None:
        charge.tells(Moment.UPDATED, at, charge.meter_wh + energy_wh)

    def end(self, charge: Charge, at: datetime) -> None:
        charge.tells(Moment.ENDED, at, charge.meter_wh)
        self.meters[charge.station, charge.outlet] = charge.meter_wh

    def running(self) -> list[Charge]:
        return [charge for charge in self.charges if not charge.is_over]

    def free(self) -> list[tuple[str, Outlet]]:
        taken = {(charge.station, charge.outlet) for charge in self.running()}
        places = [(station, Outlet(number)) for station in ("CP-1", "CP-2") for number in (1, 2)]
        return [place for place in places if place not in taken]

    def told(self) -> list[Message]:
        return [each for charge in self.charges for each in charge.messages if each.is_told]

    def tellable(self) -> list[Message]:
        """What may come next: of 2.x anything; of 1.6 the queue in order, readings late, or an end first."""
        return [each for charge in self.charges for each in charge.messages if self._may_come(each)]

    def _may_come(self, message: Message) -> bool:
        charge = message.charge
        if message.is_told or charge.is_named:
            return not message.is_told
        if any(not each.is_told for each in self._before(charge)):
            return False
        if charge.number != NEVER_GIVEN or message.moment is Moment.STARTED:
            return True
        return message.moment is Moment.ENDED and not self._has_another_open(charge)

    def _before(self, charge: Charge) -> Iterator[Message]:
        """Starts and ends of earlier charges at the same station of 1.6: it tells those in their order."""
        for other in self.charges[: self.charges.index(charge)]:
            if other.station == charge.station and (other.is_over or not other.messages[0].is_told):
                yield from (each for each in other.messages if not each.may_get_lost)

    def _has_another_open(self, charge: Charge) -> bool:
        """An end of no number would be taken for the other's."""
        return any(each.station == charge.station and not each.is_over for each in self.charges)

    def has_more(self, station: str, name: str) -> bool:
        charge = next(each for each in self.charges if (each.station, each.name) == (station, name))
        return not charge.is_over or any(not each.is_told for each in charge.messages)


@dataclass
class Asked:
    """The stations, when they are asked."""

    yard: Yardful

    async def ask(self, station: str, intent: Intent) -> Outcome:
        self._reach(station, intent)
        return Outcome.ACCEPTED

    async def has_queued(self, station: str, intent: TellQueue) -> bool:
        self._reach(station, intent)
        return self.yard.has_more(station, intent.reference)

    def _reach(self, station: str, intent: object) -> None:
        if not self.yard.is_online:
            raise StationGone(f"{station}: {intent}")
