"""What `/readyz` says of the database: without it stations are served as long as the journal has room."""

import asyncio
from typing import Final

from cpo_adapter.keeping.backlog import Backlog
from cpo_adapter.keeping.journal import Journal
from ocpi.process.health import Degraded
from ocpi.process.mongo import DatabaseUnavailable, Mongo

_ANSWERS_WITHIN_S: Final = 2.0


class Standing:
    def __init__(self, *, mongo: Mongo, journal: Journal, backlog: Backlog) -> None:
        self._mongo = mongo
        self._journal = journal
        self._backlog = backlog

    async def check(self) -> None:
        """Raises Degraded while station messages wait, DatabaseUnavailable when they cannot even do that."""
        trouble = await self._trouble()
        if trouble is not None and self._journal.is_full:
            raise DatabaseUnavailable(f"{trouble}, and the journal {self._journal.path} is full")
        if trouble is not None:
            raise Degraded(f"{trouble}; {self._journaling()}")
        if not self._journal.is_empty:
            raise Degraded(self._journaling())
        if len(self._backlog):
            raise Degraded(f"catching up with {len(self._backlog)} stations")

    async def _trouble(self) -> str | None:
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN_S):
                await self._mongo.ping()
        except TimeoutError:
            return f"MongoDB does not answer within {_ANSWERS_WITHIN_S:g} s"
        except DatabaseUnavailable as error:
            return str(error)
        return None

    def _journaling(self) -> str:
        used = f"{self._journal.size} of {self._journal.limit} bytes"
        return f"station messages are kept in {self._journal.path} ({used}) and told on later"
