"""Which processes of this adapter live: each says so itself, every few seconds.

Whoever falls silent for ten seconds is taken for dead, by those whose own database was there all the while:
after an outage everybody seems dead for a moment, and nobody is. A process that starts where another one was,
by host, port and seat, comes after its death.
"""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.mongo import Document, Mongo

COLLECTION: Final = "crew"
LIFETIME: Final = timedelta(seconds=10)
TELL_EVERY_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Member:
    """`life` is of one process from start to end.

    `is_behind`: it has messages of stations that are not in the database.
    """

    life: str
    until: datetime
    is_behind: bool


class Crew:
    def __init__(self, *, mongo: Mongo, clock: Clock, instance: str) -> None:
        """`instance` names this process, and the same process after a restart."""
        self.life = uuid.uuid4().hex
        self._crew = mongo.collection(COLLECTION)
        self._clock = clock
        self._instance = instance
        self._others: tuple[Member, ...] = ()
        self._has_traces = False
        self._has_left = False
        self._company = asyncio.Event()
        self._told_at_s: float | None = None
        self._steady_since_s: float | None = clock.monotonic() - LIFETIME.total_seconds()

    @property
    def is_alone(self) -> bool:
        return not self._others

    async def company(self) -> None:
        """Return once there is another."""
        await self._company.wait()

    @property
    def is_steady(self) -> bool:
        """Whether the others, if they live, have had the time to say so."""
        since_s = self._steady_since_s
        return since_s is not None and self._clock.monotonic() - since_s >= LIFETIME.total_seconds()

    @property
    def others_are_behind(self) -> bool:
        """Whether one of the others may still bring messages that stations sent long ago."""
        if not self._has_traces:
            return False
        return not self.is_steady or any(each.is_behind for each in self._others)

    def lives(self, life: str) -> bool:
        """Whether it is this process or another that lives, as was last seen."""
        return life == self.life or any(each.life == life for each in self._others)

    def living(self) -> list[str]:
        return [self.life, *self.others()]

    def others(self) -> list[str]:
        """The lives of those that live beside this one."""
        return [each.life for each in self._others]

    async def join(self) -> None:
        await self._crew.delete_many({"_id": {"$ne": self.life}, "instance": self._instance})
        await self.tell(is_behind=False)
        await self.look()

    async def tell(self, *, is_behind: bool) -> bool:
        """Say that we live. False when we had been taken for dead."""
        if self._has_left:
            return True
        now = self._clock.now()
        told: Document = {"instance": self._instance, "until": now + LIFETIME, "is_behind": is_behind}
        done = await self._crew.update_one({"_id": self.life}, {"$set": told}, upsert=True)
        was_told, self._told_at_s = self._told_at_s is not None, self._clock.monotonic()
        return not (was_told and done.upserted_id is not None)

    @property
    def has_to_tell(self) -> bool:
        return self._told_at_s is None or self._clock.monotonic() - self._told_at_s >= TELL_EVERY_S

    async def look(self) -> list[str]:
        """See who lives. Who has died, and is known to nobody as living."""
        found = [each async for each in self._crew.find({"_id": {"$ne": self.life}})]
        now = self._clock.now()
        if self._steady_since_s is None:
            self._steady_since_s = self._clock.monotonic()
        members = [Member(each["_id"], each["until"], each["is_behind"]) for each in found]
        self._others = tuple(each for each in members if each.until > now)
        self._has_traces = bool(members)
        self._note_company()
        return [each.life for each in members if each.until <= now] if self.is_steady else []

    def lost_sight(self) -> None:
        """The database is away: nobody can say that he lives."""
        self._steady_since_s = None

    async def bury(self, life: str) -> None:
        """What it left has been taken over."""
        await self._crew.delete_one({"_id": life, "until": {"$lte": self._clock.now()}})

    async def leave(self) -> None:
        """Whoever has the duty takes over at once what is left here."""
        self._has_left = True
        await self._crew.update_one({"_id": self.life}, {"$set": {"until": self._clock.now()}})

    def _note_company(self) -> None:
        if self._others:
            self._company.set()
        else:
            self._company.clear()
