"""Who calls us: a platform that was silent for long is back, and one that failed is worth a try.

Every process hears its own share of the calls; how long a platform was silent is known to all of them.
Spec: 2.3.0 transport_and_format, Offline behaviour (the receiver asks for what it missed).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from ocpi.process.mongo import Document, Mongo, ReturnDocument

COLLECTION: Final = "heard_platforms"
SILENT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """Names of partners; `returned` are those of them that had been silent."""

    all: frozenset[str]
    returned: frozenset[str]


class Hearing:
    def __init__(self, *, directory: Directory, mongo: Mongo, clock: Clock) -> None:
        self._heard_at = mongo.collection(COLLECTION)
        self._clock = clock
        self._heard: set[str] = set()
        self._waited_for: frozenset[str] = frozenset()
        self._told: Callable[[], None] = lambda: None
        directory.on_admitted(self._hear)

    def wait_for(self, names: frozenset[str], told: Callable[[], None]) -> None:
        """`told` is called as soon as one of these partners calls this process."""
        self._waited_for, self._told = names, told

    async def news(self) -> Heard:
        """Who was heard since this was asked last."""
        heard, self._heard = self._heard, set()
        returned = {name for name in heard if await self._was_silent(name)}
        return Heard(frozenset(heard), frozenset(returned))

    async def _was_silent(self, name: str) -> bool:
        now = self._clock.now()
        before: Document | None = await self._heard_at.find_one_and_update(
            {"_id": name}, {"$set": {"at": now}}, upsert=True, return_document=ReturnDocument.BEFORE
        )
        return before is not None and bool(now - before["at"] > SILENT)

    def _hear(self, partner: Partner) -> None:
        self._heard.add(partner.name)
        if partner.name in self._waited_for:
            self._waited_for -= {partner.name}
            self._told()
