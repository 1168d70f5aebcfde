"""The list of cards on each station, kept as it should be.

A station is asked what it has when it comes, and told of changes from then on. It answers the cards of the
list by itself, also while it can ask nobody.
Spec: OCPP 1.6, 3.5 (offline behaviour) and 3.5.1; 2.0.1, D01 and D02.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from cpo_adapter.card_lists.comparing import Comparing
from cpo_adapter.card_lists.planning import Cards
from cpo_adapter.card_lists.wanted import WantedCards
from cpo_adapter.ocpp.intents import NotAsked
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.tasks import Supervisor

log = logger(__name__)

AFTER_S: Final = 20.0
"""A station boots first, and many take a command only then."""
GATHERED_S: Final = 5.0
LOOK_EVERY_S: Final = 600.0


class CardLists:
    """Follows the registry."""

    def __init__(
        self,
        *,
        wanted: WantedCards,
        comparing: Comparing,
        everywhere: Callable[[], Awaitable[object]],
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        """`everywhere`: have the other processes compare theirs."""
        self._wanted = wanted
        self._comparing = comparing
        self._everywhere = everywhere
        self._supervisor = supervisor
        self._clock = clock
        self._here: set[str] = set()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._is_gathering = False

    def came(self, station: str) -> None:
        self._comparing.forget(station)
        self._supervisor.start(f"{station} card list", partial(self._greet, station))

    def went(self, station: str) -> None:
        self._here.discard(station)

    def cards_changed(self) -> None:
        """Soon compare all stations, wherever they are; a crowd of changes is one."""
        if not self._is_gathering:
            self._is_gathering = True
            self._supervisor.start("card lists", self._gathered)

    async def run(self) -> None:
        """For what other processes heard of cards and could not tell."""
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            await self.compare_all()

    async def compare_all(self) -> None:
        """Of this process."""
        wanted = await self._wanted.now()
        for station in self._here:
            self._supervisor.start(f"{station} card list", partial(self._compare, station, wanted))

    async def _gathered(self) -> None:
        await self._clock.sleep(GATHERED_S)
        self._is_gathering = False
        await self.compare_all()
        await self._everywhere()

    async def _greet(self, station: str) -> None:
        """What changes while it is brought up to date comes after that."""
        await self._clock.sleep(AFTER_S)
        self._here.add(station)
        await self._compare(station, await self._wanted.now(), has_just_come=True)

    async def _compare(self, station: str, wanted: Cards, *, has_just_come: bool = False) -> None:
        """One at a time for each station."""
        async with self._turns[station]:
            try:
                await self._comparing.bring_up_to_date(station, wanted, has_just_come=has_just_come)
            except NotAsked as error:
                log.info("list of cards not compared", station=station, reason=str(error))
