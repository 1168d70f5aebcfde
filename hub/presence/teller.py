"""Tells each connected partner what has changed: one PUT for each role of each party, the latest state only.

A platform that cannot be reached is left alone for a while and holds up nobody else; what it refuses is tried
a few times and given up, since it can read the list, as does whoever receives no hubclientinfo. Of several
processes one tells.
Spec: 2.3.0 mod_hub_client_info, PUT method; transport_and_format, Message Routing Headers (none here).
"""

import asyncio
import random
from datetime import timedelta
from functools import partial
from typing import Final, assert_never

from hub.presence.census import Census
from hub.presence.infos import Info, Infos
from ocpi.client import hub_client_info
from ocpi.client.lines import Lines
from ocpi.delivery.policy import Facts, Park, Retry, decide, is_refusal
from ocpi.delivery.refusals import Refusals
from ocpi.errors import DeliveryError
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.process.duty import Duty
from ocpi.process.logs import logger
from ocpi.process.setbacks import Setbacks
from ocpi.process.tasks import Supervisor
from ocpi.wire.interfaces import Side
from schemas.translation.context import Context

log = logger(__name__)

WITHIN: Final = timedelta(seconds=10)
BATCH: Final = 64
IDLE_S: Final = 1.0


class Teller:
    """`changed` is set when something may be due."""

    def __init__(
        self,
        *,
        directory: Directory,
        infos: Infos,
        census: Census,
        lines: Lines,
        clock: Clock,
        supervisor: Supervisor,
        changed: asyncio.Event,
        duty: Duty,
    ) -> None:
        self._directory = directory
        self._infos = infos
        self._census = census
        self._lines = lines
        self._clock = clock
        self._supervisor = supervisor
        self._changed = changed
        self._duty = duty
        self._busy: set[str] = set()
        self._setbacks = Setbacks(clock)

    async def run(self) -> None:
        """Each platform is told by a task of its own."""
        while True:
            self._changed.clear()
            if await self._duty.is_ours():
                if self._setbacks.has_come():
                    await self._infos.hurry_all()
                await self._tell_all()
            await self._pause()

    async def _tell_all(self) -> None:
        for viewer in await self._infos.viewers_due(self._busy | self._census.reach.away.keys()):
            self._busy.add(viewer)
            self._supervisor.start(f"tell {viewer} who is here", partial(self._tell, viewer))

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _tell(self, viewer: str) -> None:
        try:
            while infos := await self._infos.due_to(viewer, BATCH):
                for info in infos:
                    if not await self._is_reached(info):
                        return
        finally:
            self._busy.discard(viewer)

    async def _is_reached(self, info: Info) -> bool:
        """Whether it is any use to tell this platform more."""
        try:
            await self._put(info)
        except DeliveryError as error:
            return await self._failed(info, error)
        await self._infos.told(info)
        return True

    async def _put(self, info: Info) -> None:
        partner = self._directory.partner(info.view.viewer)
        if partner is None or not partner.is_active:
            return
        if self._directory.endpoint_of(partner, hub_client_info.MODULE, Side.RECEIVER) is None:
            return
        line = self._lines.to(partner, deadline=self._clock.now() + WITHIN)
        await hub_client_info.put(line, info.told(), Context(owner=info.view.client.party))

    async def _failed(self, info: Info, error: DeliveryError) -> bool:
        viewer, party = info.view.viewer, str(info.view.client.party)
        log.warning("client info not told", partner=viewer, of=party, error=error.text)
        match decide(self._facts(info, error)):
            case Park(reason=reason):
                await self._infos.told(info)
                log.error("client info given up", partner=viewer, of=party, reason=reason)
                return True
            case Retry(at=at):
                await self._infos.postpone(info, at)
                if not is_refusal(error):
                    await self._infos.rest(viewer, at)
                return is_refusal(error)
            case other:
                assert_never(other)

    def _facts(self, info: Info, error: DeliveryError) -> Facts:
        now = self._clock.now()
        return Facts(
            error=error,
            attempts=info.attempts + 1,
            since=info.since or now,
            now=now,
            is_bill=False,
            spread=random.random(),  # noqa: S311 - jitter, not a secret
            refused=Refusals(info.attempts + 1),
        )
