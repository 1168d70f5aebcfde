"""Changes the passwords that somebody has read, once their stations are there."""

from functools import partial
from typing import Final

from cpo_adapter.stations.keys import KeyRing
from cpo_adapter.stations.provisioning import Provisioning
from ocpi.errors import UnknownObject
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.tasks import Supervisor
from ocpi.registration.named import NotNow

_log = logs.logger(__name__)

AFTER_S: Final = 10.0
"""A station boots first, and many take a command only then."""


class OneTimePasswords:
    """Follows the registry."""

    def __init__(
        self, *, ring: KeyRing, provisioning: Provisioning, supervisor: Supervisor, clock: Clock
    ) -> None:
        self._ring = ring
        self._provisioning = provisioning
        self._supervisor = supervisor
        self._clock = clock

    def came(self, station: str) -> None:
        if self._ring.kept(station).is_one_time:
            self._supervisor.start(f"{station} first key", partial(self._change, station))

    def went(self, station: str) -> None:
        """It comes again."""

    async def _change(self, station: str) -> None:
        await self._clock.sleep(AFTER_S)
        if not self._ring.kept(station).is_one_time:
            return
        try:
            await self._provisioning.rotate(station)
        except (NotNow, UnknownObject) as error:
            _log.info("one-time password not changed yet", station=station, reason=str(error))
