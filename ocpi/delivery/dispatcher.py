"""Turns due marks into deliveries: one loop for all the platforms that this process holds the leases of.

A turn takes some of what is at hand, looks it up together, and sends each thing in a task of its own; what
became of them is written together again. Beside it somebody fetches what is due to whoever has room for it,
and somebody looks around twice a second, which is how marks that other processes put, and pauses that have
ended, are found.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Final, assert_never

from ocpi.delivery.attempts import Attempts
from ocpi.delivery.fetching import Fetching
from ocpi.delivery.hearing import Hearing
from ocpi.delivery.impatience import Impatience
from ocpi.delivery.keeper import Keeper
from ocpi.delivery.lane import Lane
from ocpi.delivery.leases import RENEWED_EVERY_S, Leases
from ocpi.delivery.marks import Due, Mark
from ocpi.delivery.outbox import Outbox
from ocpi.delivery.platforms import Address, Platforms
from ocpi.delivery.readying import Drop, Hold, Readying, Send, Step
from ocpi.delivery.receipts import Arrival
from ocpi.delivery.turns import Turns
from ocpi.errors import DeliveryError
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from ocpi.process.last_words import last_words
from ocpi.process.logs import logger
from ocpi.process.tasks import Supervisor
from schemas.kinds import PartyId

log = logger(__name__)

IDLE_S: Final = 0.5
ALL_EVERY: Final = 4
"""So many looks around: platforms that are busy are looked for as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What deliveries to every platform work with."""

    outbox: Outbox
    platforms: Platforms
    fetching: Fetching
    readying: Readying
    attempts: Attempts
    leases: Leases
    keeper: Keeper
    hearing: Hearing
    impatience: Impatience
    clock: Clock


class Delivery:
    """The outbox with somebody at work behind it."""

    def __init__(self, *, tools: Tools, supervisor: Supervisor) -> None:
        self._with = tools
        self._supervisor = supervisor
        self._lanes: dict[str, Lane] = {}
        self._turns = Turns()
        self._wake = asyncio.Event()
        self._lacking = asyncio.Event()
        self._look_now = asyncio.Event()

    def watch(self, is_offline: Callable[[Partner], bool]) -> None:
        """Who is known to be away; the strict are owed nothing then."""
        self._with.keeper.is_offline = is_offline

    async def mark(self, *dues: Due) -> None:
        """Durable when this returns."""
        await self._put(self._with.keeper.kept(dues, self.rests))

    async def catch_up(self, *dues: Due) -> None:
        """As `mark`, for what is no news but was told to others before."""
        await self._put(self._with.keeper.caught_up(dues))

    async def mark_unless_delivered(self, due: Due) -> None:
        """For a bill that came once more. Durable when this returns."""
        for kept in self._with.keeper.kept([due], self.rests):
            await self._with.outbox.put_unless_delivered(kept)
        self.look_soon()

    async def revive(self, party: PartyId) -> int:
        """Try again what was parked for a party; how many marks that are."""
        revived = await self._with.outbox.revive({"to": str(party)})
        self.look_soon()
        return revived

    async def _put(self, dues: Sequence[Due]) -> None:
        """What is new is on its way before the rest is written."""
        new = {mark.mark_id for mark in await self._with.outbox.put(dues, self._offer)}
        for due in dues:
            if due.mark_id not in new:
                self._lane(due.address).news_of(due)
        self._wake.set()
        if not dues:
            self.look_soon()

    def _offer(self, mark: Mark) -> None:
        """A platform that is put something need not be looked for, nor a new mark be read."""
        lane = self._lane(mark.due.address)
        if self._with.leases.holds(lane.platform):
            lane.offer(mark)
        else:
            lane.news_of(mark.due)
        self._wake.set()

    def look_soon(self) -> None:
        """Marks were changed in the database: do not wait for the next look around."""
        self._look_now.set()

    def rests(self, platform: str) -> bool:
        lane = self._lanes.get(platform)
        resting = lane is not None and lane.rests(self._with.clock.now())
        return resting or self._with.hearing.rests(platform)

    def sort_anew(self) -> None:
        """Partners were read anew: what is at hand for one platform may be for another now."""
        for lane in self._lanes.values():
            if len(self._with.platforms.among(lane.platform, lane.addresses)) < len(lane.addresses):
                lane.empty()

    def _lane(self, address: Address) -> Lane:
        platform = self._with.platforms.of(address)
        lane = self._lanes.setdefault(platform, Lane(platform))
        lane.addresses.add(address)
        return lane

    async def run(self) -> None:
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._work())
            loops.create_task(self._fetch())
            loops.create_task(self._look_around())

    async def keep_leases(self) -> None:
        """Given back only when the process stops, and nothing of it is on its way any more."""
        try:
            while True:
                await self._with.clock.sleep(RENEWED_EVERY_S)
                busy = [lane.platform for lane in self._lanes.values() if not lane.is_idle]
                await self._with.leases.renew(busy)
        except asyncio.CancelledError:
            async with last_words("leases"):
                await self._with.leases.give_back()
            raise

    async def _look_around(self) -> None:
        await self._with.impatience.begins()
        for turn in count():
            if await self._with.impatience.looks():
                self._look_anew()
            is_thorough = self._look_now.is_set() or turn % ALL_EVERY == 0
            self._look_now.clear()
            for address in await self._with.outbox.addresses_due():
                lane = self._lane(address)
                lane.has_more = lane.has_more or is_thorough or lane.is_idle
            await self._hear()
            self._wake.set()
            await _set_within(self._look_now, IDLE_S)

    def _look_anew(self) -> None:
        for lane in self._lanes.values():
            lane.looks_anew()
        self._with.hearing.read_anew()
        self._look_now.set()

    async def _hear(self) -> None:
        """Who has given a sign of life, to this process or another, is tried now."""
        held = {name: lane.trouble for name, lane in self._lanes.items() if lane.trouble is not None}
        for name, trouble in (await self._with.hearing.news(held)).items():
            lane = self._lanes[name]
            await self._with.outbox.hurry(lane.addresses)
            lane.trouble, lane.has_more = trouble, True

    async def _work(self) -> None:
        """Nobody waits for what is fetched for others."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._lacking.set()
            await self._launch()

    async def _fetch(self) -> None:
        while True:
            await self._lacking.wait()
            self._lacking.clear()
            if await self._with.fetching.fill(self._lanes.values()):
                self._wake.set()

    async def _launch(self) -> None:
        ours = [lane for lane in self._lanes.values() if lane.is_at_hand and self._is_ours(lane)]
        chosen = self._turns.next(ours, self._with.clock.now())
        steps = await self._ready(chosen)
        for (lane, _), step in zip(chosen, steps, strict=True):
            self._supervisor.start(f"deliver to {lane.platform}", partial(self._do, lane, step))
        if chosen:
            self._wake.set()

    def _is_ours(self, lane: Lane) -> bool:
        """What is at hand of a platform whose lease has ended may have been delivered by another."""
        if self._with.leases.holds(lane.platform):
            return True
        lane.empty()
        self._lacking.set()
        return False

    async def _ready(self, chosen: Sequence[tuple[Lane, Mark]]) -> list[Step]:
        try:
            return await self._with.readying.of([mark for _, mark in chosen]) if chosen else []
        except Exception:  # the loop begins again, and the lanes with it
            for lane, mark in chosen:
                lane.give_up(mark)
            raise

    async def _do(self, lane: Lane, step: Step) -> None:
        try:
            outcome = await self._try(lane, step)
        finally:
            lane.landed()
            self._go_on(lane)
        try:
            await self._settle(lane, step, outcome)
        finally:
            lane.done(step.mark)
            self._go_on(lane)

    async def _try(self, lane: Lane, step: Step) -> Arrival | DeliveryError | None:
        """None: nothing was sent. What moved, or whose lease ended, meanwhile is another's by now."""
        if not isinstance(step, Send):
            return None
        is_here = self._with.platforms.of(step.mark.due.address) == lane.platform
        if not (is_here and self._with.leases.holds(lane.platform)):
            lane.empty()
            return None
        return await self._with.attempts.send(step)

    async def _settle(self, lane: Lane, step: Step, outcome: Arrival | DeliveryError | None) -> None:
        match step:
            case Send():
                if outcome is not None:
                    await self._with.attempts.settle(lane, step, outcome)
            case Hold(mark=mark, until=until):
                await self._with.outbox.wait(mark, until)
            case Drop(mark=mark):
                await self._with.outbox.drop(mark)
                log.info("delivery dropped", object=mark.due.label, to=str(mark.due.to))
            case other:
                assert_never(other)

    def _go_on(self, lane: Lane) -> None:
        if lane.is_waiting:
            self._wake.set()


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
