"""Looks after the others: who lives, where stations went, and what somebody who died left undone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from cpo_adapter.crew.berths import Berths, Moves
from cpo_adapter.crew.elsewhere import Rooms
from cpo_adapter.crew.members import TELL_EVERY_S, Crew
from ocpi.process.clock import Clock
from ocpi.process.duty import Duty
from ocpi.process.logs import logger
from ocpi.process.mongo import DriverError

log = logger(__name__)

LOOK_EVERY_S: Final = 0.5

TakeOver = Callable[[], Awaitable[None]]
"""Finish what processes left that live no more. May be done twice."""


class Watching(Protocol):
    """Who wants to know what became of stations elsewhere."""

    def came_elsewhere(self, station: str) -> None: ...

    def went(self, station: str) -> None: ...

    def look_around(self) -> None:
        """Whoever did so is gone."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What is done about what is seen. `lose` closes a connection whose station has come in elsewhere;
    `came_from` hears of a station the address from which it came in there.
    """

    watching: Watching
    lose: Callable[[str], None]
    came_from: Callable[[str, str], None]
    take_over: TakeOver


class Lookout:
    """`is_behind`: whether this process has messages that are not in the database."""

    def __init__(
        self,
        *,
        crew: Crew,
        berths: Berths,
        rooms: Rooms,
        hands: Hands,
        is_behind: Callable[[], bool],
        duty: Duty,
        clock: Clock,
    ) -> None:
        self._crew = crew
        self._berths = berths
        self._rooms = rooms
        self._hands = hands
        self._is_behind = is_behind
        self._duty = duty
        self._clock = clock
        self._had_company = False
        self._had_duty = True

    async def run(self) -> None:
        while True:
            try:
                await self.turn()
            except DriverError as error:
                self._crew.lost_sight()
                log.warning("the other processes are out of sight", error=type(error).__name__)
            await self._clock.sleep(TELL_EVERY_S if self._crew.is_alone else LOOK_EVERY_S)

    async def turn(self) -> None:
        """Raises DriverError."""
        if self._crew.has_to_tell and not await self._crew.tell(is_behind=self._is_behind()):
            self._berths.tell_again(everything=True)
        self._berths.tell_again()
        dead = await self._crew.look()
        if self._had_company or not self._crew.is_alone:
            self._followed(await self._berths.look())
            await self._rooms.refresh()
        self._had_company = not self._crew.is_alone
        await self._take_care(dead)

    def _followed(self, moves: Moves) -> None:
        for station in moves.lost:
            self._hands.lose(station)
        for station, address in moves.homes.items():
            self._hands.came_from(station, address)
        for station in moves.came:
            self._hands.watching.came_elsewhere(station)
        for station in moves.went:
            self._hands.watching.went(station)

    async def _take_care(self, dead: list[str]) -> None:
        is_ours = await self._duty.is_ours()
        if dead and is_ours:
            log.warning("processes ended: what they left is taken over", processes=len(dead))
            await self._hands.take_over()
            self._hands.watching.look_around()
            for life in dead:
                await self._crew.bury(life)
        elif is_ours and not self._had_duty:
            self._hands.watching.look_around()
        self._had_duty = is_ours
