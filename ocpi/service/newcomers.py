"""Whoever has just registered, or comes back, or whose agreement begins, lacks what was told before.

That a greeting is due stands in the database with the partner and with the agreement, so a crash between a
handshake and its greeting, or a service that is down when an agreement begins at midnight, loses nothing.
Of several processes one greets, and sees whoever is new as it reads the directory anew. Two may greet the
same partner: its marks are the same marks.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ocpi.partners.agreements import Agreement, AgreementStore
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.partners.store import PartnerStore
from ocpi.process.clock import Clock
from ocpi.process.duty import Duty


@dataclass(frozen=True, slots=True)
class Reactions:
    """What a service does for a partner that is new here, and for an agreement that begins."""

    connected: Callable[[str], Awaitable[None]]
    agreed: Callable[[Agreement], Awaitable[None]]


class Newcomers:
    def __init__(
        self,
        *,
        directory: Directory,
        partners: PartnerStore,
        agreements: AgreementStore,
        reactions: Reactions,
        clock: Clock,
        duty: Duty,
    ) -> None:
        self._directory = directory
        self._duty = duty
        self._partners = partners
        self._agreements = agreements
        self._reactions = reactions
        self._clock = clock
        self._seen = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        directory.listen(self._look)
        self._look()

    async def run(self) -> None:
        while True:
            await self._seen.wait()
            self._seen.clear()
            if await self._duty.is_ours():
                await self.greet()

    async def greet(self) -> None:
        """Everybody who is known now and has not been greeted."""
        async with self._one_at_a_time:
            partners, agreements = self._ungreeted(), self._unannounced()
            for partner in partners:
                await self._reactions.connected(partner.name)
                await self._partners.greeted(partner)
            for agreement in agreements:
                await self._reactions.agreed(agreement)
                await self._agreements.announced(agreement)
            if partners or agreements:
                await self._directory.refresh()

    def _look(self) -> None:
        if self._ungreeted() or self._unannounced():
            self._seen.set()

    def _ungreeted(self) -> list[Partner]:
        return [partner for partner in self._directory.active_partners() if not partner.is_greeted]

    def _unannounced(self) -> list[Agreement]:
        now = self._clock.now()
        return [each for each in self._directory.agreements() if not each.is_announced and each.holds_at(now)]
