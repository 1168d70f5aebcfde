"""Looks for what changed between parties, and has taken back what is not to be seen any more.

That it is due stands in the database with the agreement and with the group, so a service that is down when an
agreement ends at midnight loses nothing. A change rests for a moment first: another process that has not
heard of it could tell afterwards what was just taken back.
"""

import asyncio

from ocpi.delivery.parting import Parting
from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.agreements import Agreement
from ocpi.partners.directory import Directory
from ocpi.partners.groups import LocationGroup
from ocpi.process.clock import Clock


class Changes:
    def __init__(
        self, *, directory: Directory, agreements: AgreementStore, parting: Parting, clock: Clock
    ) -> None:
        self._directory = directory
        self._agreements = agreements
        self._parting = parting
        self._clock = clock
        self._seen = asyncio.Event()
        directory.listen(self._look)
        self._look()

    async def run(self) -> None:
        while True:
            await self._seen.wait()
            self._seen.clear()
            await self.follow()

    async def follow(self) -> None:
        """Whatever is due now. Agreements come first: what was in a group is known as long as that is due."""
        over, joined, left = self._over(), self._joined(), self._left()
        for agreement in over:
            await self._parting.take_back(agreement)
            is_parted = not agreement.holds_at(self._clock.now())
            await self._agreements.taken_back(agreement, is_parted=is_parted)
        for group in joined:
            await self._parting.joined(group)
            await self._agreements.groups.told(group)
        for group in left:
            await self._parting.left(group)
            await self._agreements.groups.taken_back(group)
        if over or joined or left:
            await self._directory.refresh()

    def _look(self) -> None:
        if self._over() or self._joined() or self._left():
            self._seen.set()

    def _over(self) -> list[Agreement]:
        now = self._clock.now()
        settled = (each for each in self._directory.agreements() if each.is_settled_at(now))
        return [each for each in settled if each.to_take_back(now)]

    def _joined(self) -> list[LocationGroup]:
        return [group for group in self._directory.groups() if group.joined]

    def _left(self) -> list[LocationGroup]:
        now = self._clock.now()
        settled = (each for each in self._directory.groups() if each.is_settled_at(now))
        return [each for each in settled if each.left and not each.joined]
