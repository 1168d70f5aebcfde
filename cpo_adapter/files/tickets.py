"""Who may bring or fetch which file, once.

The database knows a ticket by the digest of its secret alone, so that whoever reads it can use none. A ticket
is taken by a single write: of two who come at once one gets it. A transfer that broke off gives it back.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo

TICKETS: Final = "station_file_tickets"
_LENGTH: Final = 43
"""Of a secret, in characters: 256 bits."""

LONGEST_TRANSFER: Final = timedelta(minutes=30)
INDEXES = (Index(collection=TICKETS, keys=(("expires_at", ASCENDING),), expire_after_s=7 * 24 * 3600),)


class Way(StrEnum):
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Ticket:
    """`job` is the number of the request; `name` that of a file to fetch, below the folder of firmware."""

    digest: str
    station: str
    job: int
    way: Way
    name: str
    expires_at: datetime


class NoTicket(Exception):
    """There is no such ticket."""


class TicketVoid(Exception):
    """It was used, or its time is over."""


class TicketTaken(Exception):
    """Somebody is at it just now."""


class Tickets:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._tickets = mongo.collection(TICKETS)
        self._clock = clock

    async def issue(self, station: str, job: int, way: Way, expires_at: datetime, name: str = "") -> str:
        """The secret, which nobody can look up later."""
        secret = secrets.token_urlsafe(32)
        ticket: Document = {"_id": _digest(secret), "station": station, "job": job, "way": way.value}
        await self._tickets.insert_one({**ticket, "name": name, "expires_at": expires_at, "is_used": False})
        return secret

    async def look(self, secret: str, way: Way) -> Ticket:
        """Raises NoTicket, TicketVoid."""
        is_one = len(secret) == _LENGTH and secret.isascii()
        found = await self._tickets.find_one({"_id": _digest(secret), "way": way.value}) if is_one else None
        if found is None:
            raise NoTicket
        if found["is_used"] or found["expires_at"] <= self._clock.now():
            raise TicketVoid
        return _ticket_of(found)

    async def take(self, ticket: Ticket) -> None:
        """For one transfer. Raises TicketTaken, TicketVoid."""
        now = self._clock.now()
        free: Document = {"$or": [{"busy_until": None}, {"busy_until": {"$lte": now}}]}
        taken = await self._tickets.find_one_and_update(
            {"_id": ticket.digest, "is_used": False, **free}, {"$set": {"busy_until": now + LONGEST_TRANSFER}}
        )
        if taken is not None:
            return
        found = await self._tickets.find_one({"_id": ticket.digest})
        raise TicketVoid if found is None or found["is_used"] else TicketTaken

    async def give_back(self, ticket: Ticket) -> None:
        await self._tickets.update_one({"_id": ticket.digest}, {"$set": {"busy_until": None}})

    async def use_up(self, ticket: Ticket) -> None:
        await self._tickets.update_one({"_id": ticket.digest}, {"$set": {"is_used": True}})

    async def void(self, job: int) -> None:
        """Nothing comes of the request."""
        await self._tickets.update_many({"job": job}, {"$set": {"is_used": True}})


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _ticket_of(document: Document) -> Ticket:
    return Ticket(
        digest=document["_id"],
        station=document["station"],
        job=document["job"],
        way=Way(document["way"]),
        name=document["name"],
        expires_at=document["expires_at"],
    )
