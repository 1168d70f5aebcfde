"""Listens for each partner, and asks for a sign of life from whoever has been silent for too long.

Every request with a good token is such a sign. Whoever is silent for five minutes is asked for its versions;
whoever does not answer is away until it does, or calls. A process that has just begun has heard nobody yet,
and waits as long before it asks. Of several processes one asks; all of them listen.
Spec: 2.3.0 mod_hub_client_info, Still alive check; case C-064.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from yarl import URL

from hub.presence.census import Census
from hub.presence.infos import Infos
from hub.presence.reach import Presences
from ocpi.client.lines import Lines
from ocpi.errors import DeliveryError
from ocpi.partners.directory import Directory
from ocpi.partners.model import Connection, Partner
from ocpi.process.clock import Clock
from ocpi.process.duty import Duty
from ocpi.process.logs import logger

log = logger(__name__)

SILENT: Final = timedelta(minutes=5)
ASKED_AGAIN: Final = timedelta(minutes=1)
"""How often whoever is away is asked."""
ANSWERS_WITHIN: Final = timedelta(seconds=10)
LOOK_EVERY_S: Final = 15.0
AT_ONCE: Final = 16


class Watch:
    def __init__(
        self,
        *,
        directory: Directory,
        presences: Presences,
        infos: Infos,
        census: Census,
        lines: Lines,
        clock: Clock,
        duty: Duty,
    ) -> None:
        self._directory = directory
        self._presences = presences
        self._infos = infos
        self._census = census
        self._lines = lines
        self._clock = clock
        self._duty = duty
        self._began = clock.now()
        self._heard: dict[str, datetime] = {}
        self._asked: dict[str, datetime] = {}
        self._back = asyncio.Event()
        directory.on_admitted = self._hear

    def heard(self, name: str) -> datetime | None:
        """When a partner last called this process, if it has."""
        return self._heard.get(name)

    def _hear(self, partner: Partner) -> None:
        self._heard[partner.name] = self._clock.now()
        if partner.name in self._census.reach.away:
            self._back.set()

    async def run(self) -> None:
        """Look for whoever is silent, now and then."""
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            await self._census.refresh()
            if await self._duty.is_ours():
                await self.look()

    async def look(self) -> None:
        at_once = asyncio.Semaphore(AT_ONCE)

        async def ask(partner: Partner, connection: Connection) -> None:
            async with at_once:
                await self._ask(partner, connection)

        async with asyncio.TaskGroup() as asking:
            for partner in self._silent():
                if partner.connection is not None:
                    asking.create_task(ask(partner, partner.connection))

    async def welcome(self) -> None:
        """Whoever was away and calls is back at once."""
        while True:
            await self._back.wait()
            self._back.clear()
            away = self._census.reach.away
            for name in [name for name, each in away.items() if self._heard_since(name, each.since)]:
                await self._returned(name)

    def _silent(self) -> Iterable[Partner]:
        now = self._clock.now()
        return [each for each in self._directory.active_partners() if self._ask_at(each.name) <= now]

    def _ask_at(self, name: str) -> datetime:
        asked = self._asked.get(name, self._began)
        if name in self._census.reach.away:
            return asked + ASKED_AGAIN
        return max(asked, self._heard.get(name, self._began)) + SILENT

    async def _ask(self, partner: Partner, connection: Connection) -> None:
        began = self._asked[partner.name] = self._clock.now()
        try:
            line = self._lines.to(partner, deadline=began + ANSWERS_WITHIN)
            await line.tell("GET", URL(connection.versions_url), is_verbatim=True)
        except DeliveryError as error:
            if not self._heard_since(partner.name, began):
                await self._went(partner.name, error.text)
            return
        if partner.name in self._census.reach.away:
            await self._returned(partner.name)

    def _heard_since(self, name: str, since: datetime) -> bool:
        return name in self._heard and self._heard[name] >= since

    async def _went(self, name: str, trouble: str) -> None:
        if name not in self._census.reach.away:
            log.warning("partner is away", partner=name, trouble=trouble)
        await self._presences.went(name, trouble)
        await self._census.refresh()

    async def _returned(self, name: str) -> None:
        log.info("partner is back", partner=name)
        await self._presences.returned(name)
        await self._infos.hurry(name)
        await self._census.refresh()
