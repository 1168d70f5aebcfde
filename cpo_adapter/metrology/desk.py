"""Who keeps what meters signed, and looks at it once more before a bill is made.

Checking signatures takes time, and a station may send many: it is done beside the loop.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from cpo_adapter.metrology import checking
from cpo_adapter.metrology.bill_part import bill_part
from cpo_adapter.metrology.checking import Told
from cpo_adapter.metrology.key_registry import KeyRegistry
from cpo_adapter.metrology.model import (
    NOTHING_SIGNED,
    Alarm,
    Attested,
    MeterPlace,
    ShownKey,
    Verdict,
    in_order,
)
from cpo_adapter.metrology.store import SignedStore
from cpo_adapter.ocpp.events import SignedReading
from cpo_adapter.sessions.transaction import Transaction
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.metrics import Metrics

log = logger(__name__)


class MetrologyDesk:
    def __init__(self, *, store: SignedStore, keys: KeyRegistry, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock
        self._alarms = metrics.counter(
            "metering_alarms", "What was wrong with signed readings, by kind.", ("why",)
        )

    async def keep(self, number: int, readings: Sequence[SignedReading], heard_at: datetime) -> None:
        """On disk when it returns."""
        if readings:
            await self._store.keep(number, readings, heard_at)

    async def attested(self, transaction: Transaction) -> Attested:
        """What goes on the bill of a transaction; what is wrong with it is an alarm from then on."""
        begin = transaction.begin
        place = MeterPlace(begin.station, begin.outlet.evse)
        readings = in_order(await self._store.of(begin.number))
        if not readings and not self._keys.is_authored(place):
            return NOTHING_SIGNED
        known = await self._keys.known(place)
        told = Told(transaction.energy_wh, transaction.meter_wh)
        attested = await asyncio.to_thread(_attested, readings, known, told)
        if attested.shown is not None:
            await self._keys.shown(place, attested.shown)
        await self._raise(begin.number, place, attested)
        return attested

    async def _raise(self, number: int, place: MeterPlace, attested: Attested) -> None:
        for alarm in await self._store.put_check(number, place, attested, self._clock.now()):
            self._alarms.labels(alarm.name).inc()
            log.error(
                "metering alarm", station=place.station, evse=place.evse, number=number, why=alarm.value
            )


def _attested(readings: Sequence[SignedReading], known: Sequence[ShownKey], told: Told) -> Attested:
    """A meter whose key is written down and that signed nothing is one to look at."""
    if not readings:
        return Attested(Verdict.ABSENT, frozenset({Alarm.MISSING}))
    checks = checking.checked(readings, known)
    found = checking.findings(checks, known, told)
    data, is_short = bill_part(checks, known[0].spelled if known else "")
    alarms = found.alarms | {Alarm.TOO_LONG} if is_short else found.alarms
    return Attested(found.verdict, alarms, data, found.shown)
