"""One list fetched, and written down how that went: what was not told to be fetched is still due."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from ocpi.errors import OcpiError, TimedOut, Unreachable
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.pulling.rhythm import Extent, Fetched
from ocpi.pulling.store import FetchStore
from ocpi.pulling.turns import Turns
from schemas.kinds import PartyId

log = logger(__name__)

Told: TypeAlias = Mapping[str, Any]
Visit: TypeAlias = Sequence[tuple[str, Extent]]
"""Modules and how much of each."""


Fetch: TypeAlias = Callable[[PartyId, str, Extent, Fetched], Awaitable[Told]]
"""Of a party and a module: what the operator is shown. Raises OcpiError; what was read until then is kept."""


class Fetching:
    """Of one party one list at a time, whoever asks for it: `turns` say so."""

    def __init__(self, *, turns: Turns, store: FetchStore, fetch: Fetch, clock: Clock) -> None:
        self._turns = turns
        self._store = store
        self._fetch = fetch
        self._clock = clock

    def goes_on(self, party: PartyId) -> bool:
        return self._turns.is_busy(party)

    async def visit(self, party: PartyId, visit: Visit) -> bool:
        """Fetch these; False where something of the party is being fetched already."""
        return await self._turns.alone(party, partial(self._each, party, visit))

    async def now(self, party: PartyId, module: str, extent: Extent) -> Told | None:
        """None where something of the party is being fetched already. Raises OcpiError."""
        told: list[Told] = []

        async def fetch() -> None:
            told.append(await self._one(party, module, extent))

        return told[0] if await self._turns.alone(party, fetch) else None

    async def _one(self, party: PartyId, module: str, extent: Extent) -> Told:
        """Raises OcpiError."""
        began_at = self._clock.now()
        await self._store.began(party, module, extent, began_at)
        fetched = await self._store.of(party, module)
        try:
            told = await self._fetch(party, module, extent, fetched)
        except OcpiError as error:
            log.warning("list not fetched", party=str(party), module=module, error=error.text)
            await self._store.failed(party, module, self._clock.now(), error.text)
            raise
        await self._store.succeeded(party, module, extent, began_at, told, wishes=fetched.wishes)
        return told

    async def _each(self, party: PartyId, visit: Visit) -> None:
        """One list that cannot be read does not cost the others; a far side that is not there does."""
        for module, extent in visit:
            try:
                await self._one(party, module, extent)
            except (TimedOut, Unreachable):
                return  # written down: it is tried again
            except OcpiError:
                continue
