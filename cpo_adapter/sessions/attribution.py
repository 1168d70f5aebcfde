"""Which transaction a station means.

It names one by the number that it was given; after a reset, a firmware bug or a lost answer by an old number,
0, -1 or none. Then its connector and the times tell, where they leave no choice. A number of another station
is no number: numbers are easy to guess.
Spec: OCPP 1.6, 4.7 and 4.10.
"""

from datetime import timedelta
from typing import Final, NamedTuple

from cpo_adapter.ocpp.events import STATION, MeterRead, TransactionEnded
from cpo_adapter.sessions.numbers import LARGEST_NUMBER, GivenNumbers
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Begin, End

_STILL_ITS_OWN: Final = timedelta(minutes=1)
"""The last readings of a transaction may be stamped a little after its end."""

_MOST_DIGITS: Final = len(str(LARGEST_NUMBER))


class Meant(NamedTuple):
    number: int
    has_ended: bool


class Attribution:
    def __init__(self, store: TransactionStore, given: GivenNumbers) -> None:
        self._store = store
        self._given = given

    async def of_samples(self, event: MeterRead) -> Meant | None:
        """The transaction that is named, unless it ended before; else the one that runs there.

        One whose end was only assumed has not ended, as long as nobody else charges there.
        """
        number, end = await self._named(event)
        since = min((sample.at for sample in event.samples), default=None)
        if number is not None and (end is None or since is None or since <= end.at + _STILL_ITS_OWN):
            return Meant(number, has_ended=end is not None)
        outlet = None if event.outlet == STATION else event.outlet
        runs = _only(await self._store.running(event.origin.station, outlet))
        is_before = runs is None or (since is not None and since < runs.at)
        if number is not None and end is not None and end.is_assumed and is_before:
            return Meant(number, has_ended=True)
        return None if runs is None else Meant(runs.number, has_ended=False)

    async def of_end(self, event: TransactionEnded) -> int | None:
        """The transaction that is named; else the only one that runs at the station, if it fits."""
        number, _ = await self._named(event)
        if number is not None:
            return number
        running = await self._store.running(event.origin.station)
        fits = _only([begin for begin in running if _fits(begin, event)])
        return None if fits is None else fits.number

    async def _named(self, event: MeterRead | TransactionEnded) -> tuple[int | None, End | None]:
        """The transaction of the station that bears the number or was given it, and its end."""
        number, station = _number(event.reference), event.origin.station
        if number is None:
            return None, None
        is_known, end = await self._store.ended(number, station)
        if is_known:
            return number, end
        meant = await self._given.meant(number, station)
        return (None, None) if meant is None else (meant, (await self._store.ended(meant, station))[1])


def _number(reference: str) -> int | None:
    number = int(reference) if reference.isdecimal() and len(reference) <= _MOST_DIGITS else 0
    return number if 1 <= number <= LARGEST_NUMBER else None


def _only(begun: list[Begin]) -> Begin | None:
    return begun[0] if len(begun) == 1 else None


def _fits(begin: Begin, event: TransactionEnded) -> bool:
    return begin.at <= event.at and begin.meter_wh <= event.meter_wh
