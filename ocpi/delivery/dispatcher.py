"""Turns due marks into deliveries, each party in a lane of its own.

One loop per process looks for parties that lack something, takes the lease of each and lets its lane run; it
sleeps until a mark is put or half a second has passed, which is also how it finds what other processes put.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ocpi.delivery.lane import Lane, Tools
from ocpi.delivery.leases import LIFETIME, RENEWED_EVERY_S, Leases
from ocpi.delivery.outbox import Due
from ocpi.process.tasks import Supervisor
from schemas.kinds import PartyId

IDLE_S: Final = 0.5
AFTER_A_BREAK: Final = timedelta(seconds=1)


class Delivery:
    """The outbox with somebody at work behind it."""

    def __init__(self, *, tools: Tools, leases: Leases, supervisor: Supervisor) -> None:
        self._with = tools
        self._leases = leases
        self._supervisor = supervisor
        self._wake = asyncio.Event()
        self._lanes: dict[PartyId, Lane] = {}
        self._running: set[PartyId] = set()
        self._not_before: dict[PartyId, datetime] = {}

    async def mark(self, *dues: Due) -> None:
        """Durable when this returns."""
        await self._with.outbox.put(dues)
        self._wake.set()

    async def mark_unless_delivered(self, due: Due) -> None:
        """For a bill that came once more. Durable when this returns."""
        await self._with.outbox.put_unless_delivered(due)
        self._wake.set()

    async def revive(self, party: PartyId) -> int:
        """Try again what was parked for a party; how many marks that are."""
        revived = await self._with.outbox.revive(party)
        self._wake.set()
        return revived

    async def run(self) -> None:
        while True:
            self._wake.clear()
            for party in await self._with.outbox.parties_due(self._busy_or_resting()):
                await self._start(party)
            await self._pause()

    async def keep_leases(self) -> None:
        while True:
            await self._with.clock.sleep(RENEWED_EVERY_S)
            await self._leases.renew(self._running)

    def _busy_or_resting(self) -> Collection[PartyId]:
        now = self._with.clock.now()
        self._not_before = {party: at for party, at in self._not_before.items() if at > now}
        return self._running | self._not_before.keys()

    async def _start(self, party: PartyId) -> None:
        if not await self._leases.take(party):
            self._not_before[party] = self._with.clock.now() + LIFETIME / 4
            return
        self._running.add(party)
        self._supervisor.start(f"deliver to {party}", partial(self._drain, party))

    async def _drain(self, party: PartyId) -> None:
        lane = self._lanes.setdefault(party, Lane(party, self._with))
        self._not_before[party] = self._with.clock.now() + AFTER_A_BREAK
        try:
            await lane.drain()
            self._rest(lane)
        finally:
            self._running.discard(party)
            self._wake.set()

    def _rest(self, lane: Lane) -> None:
        if lane.rests_until is None:
            self._not_before.pop(lane.party, None)
        else:
            self._not_before[lane.party] = lane.rests_until

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self._wake.wait()
        except TimeoutError:
            return
