"""Hubs in the process of the test, by a clock that the test moves: for what takes a day."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocpi.process.mongo import Document, Mongo
from tests.fakes.clock import ManualClock
from tests.platforms import Running, running_hub

_A_TURN_S = 0.1


@dataclass(frozen=True, slots=True)
class HubHere:
    running: Running
    clock: ManualClock

    @property
    def versions_url(self) -> str:
        return self.running.versions_url

    async def operate(self, path: str, body: dict[str, Any] | None = None) -> Any:
        admin = self.running.admin
        if body is None:
            return await asyncio.to_thread(admin.get, path)
        return await asyncio.to_thread(admin.post, path, body)

    async def later(self, **time: float) -> None:
        """With everything done on the way."""
        await self.clock.advance(**time)
        await self._look()

    async def much_later(self, **time: float) -> None:
        """All at once."""
        await self.clock.leap(**time)
        await self._look()

    async def _look(self) -> None:
        await self.running.foundation.delivery.mark()  # nothing new: only to have it look now
        await asyncio.sleep(_A_TURN_S)

    async def marks(self) -> list[Document]:
        return await self.running.foundation.outbox.listed(100_000)

    async def nothing_due(self) -> bool:
        return await self.running.foundation.outbox.waiting() == 0


@asynccontextmanager
async def hub_here(mongo: Mongo, clock: ManualClock, folder: Path) -> AsyncIterator[HubHere]:
    async with running_hub(mongo, clock, folder) as running:
        yield HubHere(running, clock)
