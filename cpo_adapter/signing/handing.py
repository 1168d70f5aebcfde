"""Hands certificates to their stations: right after the answer, or once a station that left is back.

The newest of a station alone, and until it has said what it makes of it. What it did not answer is told to it
again the next time that it comes.
Spec: OCPP security whitepaper and OCPP 2.0.1, A02 and A03 (CertificateSigned).
"""

import asyncio
from collections import defaultdict
from functools import partial
from typing import Final

from cpo_adapter.maintenance.asking import Orderly
from cpo_adapter.ocpp.intents import NotAsked, StationRefused
from cpo_adapter.ocpp.orders import HandCertificate
from cpo_adapter.signing.ledger import Ledger
from cpo_adapter.signing.model import Issued
from cpo_adapter.signing.store import CertificateStore
from cpo_adapter.stations.alarms import Alarms, Kind
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.tasks import Supervisor

_log = logs.logger(__name__)

AFTER_S: Final = 10.0
"""A station boots first, and many take a command only then."""


class Handing:
    """Follows the registry."""

    def __init__(
        self,
        *,
        store: CertificateStore,
        ledger: Ledger,
        orderly: Orderly,
        alarms: Alarms,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._orderly = orderly
        self._alarms = alarms
        self._supervisor = supervisor
        self._clock = clock
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def begin(self, station: str) -> None:
        """With what waits for it, once whoever calls this waits for something."""
        self._supervisor.start(f"{station} certificate", partial(self._hand, station))

    def came(self, station: str) -> None:
        self._supervisor.start(f"{station} certificate later", partial(self._hand_later, station))

    def went(self, station: str) -> None:
        """It comes again."""

    async def _hand_later(self, station: str) -> None:
        await self._clock.sleep(AFTER_S)
        if self._ledger.waiting(station) is not None:
            await self._hand(station)

    async def _hand(self, station: str) -> None:
        async with self._turns[station]:
            issued = await self._store.newest(station)
            if issued is not None and issued.is_waiting(self._clock.now()):
                await self._handed(issued)

    async def _handed(self, issued: Issued) -> None:
        station = issued.station
        try:
            outcome = await self._outcome(issued)
        except NotAsked as error:
            _log.info("certificate not handed over yet", station=station, reason=str(error))
            return
        await self._store.told(issued.serial_number, outcome)
        await self._ledger.refresh()
        _log.info("certificate handed over", station=station, outcome=outcome)
        if outcome.casefold() != "accepted":
            await self._alarms.raised(station, Kind.CERTIFICATE, f"the station answered {outcome[:50]}")

    async def _outcome(self, issued: Issued) -> str:
        """In the station's word, or the code of its error. Raises NotAsked."""
        chain = await self._store.chain(issued.serial_number)
        try:
            answer = await self._orderly.order(
                issued.station, HandCertificate(chain, issued.use, issued.request)
            )
        except StationRefused as error:
            return str(error)
        return answer.status if answer.is_readable and answer.status else "nothing readable"
