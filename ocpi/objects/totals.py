"""How many objects a list has: counted while that is cheap, else remembered for a minute.

Counting a million costs more than reading many pages of them, so a long list is counted once for everybody
who begins it; whoever leafs on brings the total along.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ocpi.process.clock import Clock

LIFETIME: Final = timedelta(minutes=1)
CHEAP: Final = 2000
AT_MOST: Final = 256


@dataclass(slots=True)
class _Known:
    total: int = 0
    until: datetime | None = None
    counting: asyncio.Lock = field(default_factory=asyncio.Lock)


class Totals:
    """The longest unused is forgotten first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[Hashable, _Known] = OrderedDict()

    async def of(self, name: Hashable, count: Callable[[], Awaitable[int]]) -> int:
        """What `count` says, or said lately. Of many who ask at the same time one counts."""
        known = self._remembered(name)
        if not self._holds(known):
            async with known.counting:
                if not self._holds(known):
                    await self._recount(known, count)
        return known.total

    def _remembered(self, name: Hashable) -> _Known:
        known = self._known.setdefault(name, _Known())
        self._known.move_to_end(name)
        if len(self._known) > AT_MOST:
            self._known.popitem(last=False)
        return known

    def _holds(self, known: _Known) -> bool:
        return known.until is not None and self._clock.now() < known.until

    async def _recount(self, known: _Known, count: Callable[[], Awaitable[int]]) -> None:
        known.total = await count()
        known.until = self._clock.now() + LIFETIME if known.total > CHEAP else None
