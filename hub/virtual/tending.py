"""Keeps the registrations of virtual partners in step with their agreements, without anybody asking.

A new agreement adds its own: a handshake where the partner welcomes us, else an invitation, whose token the
operator has renewed to see it. What is over, or belongs to nobody any more, is taken back on both sides.
Whoever left by itself, or let an invitation end, is not followed: that is for the operator.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from hub.virtual.office import Office
from hub.virtual.parts import Parts, pose_of
from hub.virtual.plan import is_over, who
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner, PartnerState
from ocpi.partners.virtual import name_of
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from schemas.kinds import PartyId

log = logger(__name__)

TRIED_AGAIN: Final = timedelta(minutes=5)
"""How long after a handshake that failed."""


class Tending:
    def __init__(self, *, office: Office, parts: Parts, directory: Directory, clock: Clock) -> None:
        self._office = office
        self._parts = parts
        self._directory = directory
        self._clock = clock
        self._tried: dict[str, datetime] = {}
        self._seen = asyncio.Event()
        directory.listen(self._seen.set)

    async def run(self) -> None:
        """Whenever partners or agreements were read anew, and with each day."""
        while True:
            self._seen.clear()
            await self.look()
            await self._seen.wait()

    async def look(self) -> None:
        async with self._parts.one_hand:
            await self._look()

    async def _look(self) -> None:
        for part in list(self._over()):
            ended = await self._parts.end(part)
            log.info("registration ended", partner=ended.name, trouble=ended.trouble)
        for virtual, remote in list(self._missing()):
            await self._bring(virtual, remote)

    async def _bring(self, virtual: Partner, remote: PartyId) -> None:
        part = await self._parts.add(virtual, remote)
        if part.trouble is None:
            self._tried.pop(part.name, None)
            log.info("registration begun", partner=part.name, state=part.state)
        else:
            self._tried[part.name] = self._clock.now()
            log.warning("registration failed", partner=part.name, error=part.trouble)

    def _missing(self) -> Iterator[tuple[Partner, PartyId]]:
        for virtual in self._directory.partners():
            if virtual.state is PartnerState.VIRTUAL:
                for remote in self._office.remotes(virtual):
                    name = name_of(virtual.name, remote)
                    if self._directory.partner(name) is None and not self._rests(name):
                        yield virtual, remote

    def _over(self) -> Iterator[Partner]:
        for part in self._directory.partners():
            if part.part_of is not None and self._is_over(part, part.part_of):
                yield part

    def _is_over(self, part: Partner, whole: str) -> bool:
        """A part that nobody owns is left behind by a process that did not know of the end."""
        virtual = self._directory.partner(whole)
        if virtual is None or virtual.state is not PartnerState.VIRTUAL:
            return True
        party, role = who(part)
        agreements, today = self._directory.agreements_of(party), self._clock.now().date()
        return is_over(party, role, pose_of(part).party, agreements, today)

    def _rests(self, name: str) -> bool:
        tried = self._tried.get(name)
        return tried is not None and self._clock.now() < tried + TRIED_AGAIN
