"""Which transaction a station means.

It names one by the number that it was given; after a reset, a firmware bug or a lost answer by an old number,
0, -1 or none. Then its connector and the times tell, where they leave no choice. A number of another station
is no number: numbers are easy to guess.
Spec: OCPP 1.6, 4.7 and 4.10.
"""

from datetime import datetime, timedelta
from typing import Final

from cpo_adapter.ocpp.events import STATION, MeterRead, TransactionEnded
from cpo_adapter.sessions.numbers import LARGEST_NUMBER, GivenNumbers
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Begin

_STILL_ITS_OWN: Final = timedelta(minutes=1)
"""The last readings of a transaction may be stamped a little after its end."""

_MOST_DIGITS: Final = len(str(LARGEST_NUMBER))


class Attribution:
    def __init__(self, store: TransactionStore, given: GivenNumbers) -> None:
        self._store = store
        self._given = given

    async def of_samples(self, event: MeterRead) -> int | None:
        """The transaction that is named, unless it ended before; else the one that runs there."""
        number, ended_at = await self._named(event)
        since = min((sample.at for sample in event.samples), default=None)
        is_over = ended_at is not None and since is not None and since > ended_at + _STILL_ITS_OWN
        if number is not None and not is_over:
            return number
        outlet = None if event.outlet == STATION else event.outlet
        return _only(await self._store.running(event.origin.station, outlet))

    async def of_end(self, event: TransactionEnded) -> int | None:
        """The transaction that is named; else the only one that runs at the station, if it fits."""
        number, _ = await self._named(event)
        if number is not None:
            return number
        return _only(
            [begin for begin in await self._store.running(event.origin.station) if _fits(begin, event)]
        )

    async def _named(self, event: MeterRead | TransactionEnded) -> tuple[int | None, datetime | None]:
        """The transaction of the station that bears the number or was given it, and when that ended."""
        number, station = _number(event.reference), event.origin.station
        if number is None:
            return None, None
        is_known, ended_at = await self._store.ended_at(number, station)
        if is_known:
            return number, ended_at
        meant = await self._given.meant(number, station)
        if meant is None:
            return None, None
        return meant, (await self._store.ended_at(meant, station))[1]


def _number(reference: str) -> int | None:
    number = int(reference) if reference.isdecimal() and len(reference) <= _MOST_DIGITS else 0
    return number if 1 <= number <= LARGEST_NUMBER else None


def _only(begun: list[Begin]) -> int | None:
    return begun[0].number if len(begun) == 1 else None


def _fits(begin: Begin, event: TransactionEnded) -> bool:
    return begin.at <= event.at and begin.meter_wh <= event.meter_wh
