"""A station that comes back says again only what has changed: ask it for the rest.

After a boot it reports every connector by itself, so this waits a moment for one. What the station answers is
worth nothing: the reports come, or they do not.
Spec: OCPP 1.6, 4.9 (status after a lost connection) and 5.17 (TriggerMessage); OCPP-J 1.6, 5.4 (no boot on
reconnecting).
"""

from datetime import datetime
from functools import partial
from typing import Protocol

from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.intents import Intent, NotAsked, Outcome, Tell, Topic
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.states import States
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.tasks import Supervisor

_log = logs.logger(__name__)

BOOT_AWAITED_S = 10.0


class Asker(Protocol):
    async def ask(self, station: str, intent: Intent) -> Outcome:
        """Raises NotAsked."""


class Refresher:
    """A `Follower` of the registry."""

    def __init__(
        self, *, inventory: Inventory, states: States, asker: Asker, supervisor: Supervisor, clock: Clock
    ) -> None:
        self._inventory = inventory
        self._states = states
        self._asker = asker
        self._supervisor = supervisor
        self._clock = clock

    def came(self, station: str) -> None:
        self._supervisor.start(f"{station} refresh", partial(self._refresh, station, self._clock.now()))

    def went(self, station: str) -> None:
        """Nothing to ask."""

    async def _refresh(self, station: str, came_at: datetime) -> None:
        await self._clock.sleep(BOOT_AWAITED_S)
        booted_at = self._states.of(station).booted_at
        if booted_at is not None and booted_at >= came_at:
            return
        try:
            await self._ask(station)
        except NotAsked as error:
            _log.info("station could not be refreshed", station=station, reason=str(error))

    async def _ask(self, station: str) -> None:
        if not self._states.of(station).accepted:
            await self._asker.ask(station, Tell(Topic.BOOT))
            return
        for spot in self._inventory.spots(station):
            for connector in spot.evse.connectors:
                await self._asker.ask(station, Tell(Topic.STATUS, Outlet(spot.evse.number, connector.id)))
