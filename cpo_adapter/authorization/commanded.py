"""Charges that an issuer ordered: the card is let in where it ordered them, and nobody is asked.

A card of the issuer's counts at the EVSE of the order for a while; a name that was made for one order counts
however wrong the station's clock is, for nobody else can bear it.
Spec: 2.3.0 mod_commands, StartSession object (the token is not validated; no authorization for 15 minutes).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cpo_adapter.authorization.memory import authorized_of, of_authorized
from cpo_adapter.authorization.model import Authorized
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.intents import RemoteStart
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo
from schemas.v2_3_0.enums import AuthMethod, TokenType
from schemas.v2_3_0.tokens import Token

COLLECTION: Final = "commanded_starts"
WITHIN: Final = timedelta(minutes=15)
CLOCKS_DIFFER: Final = timedelta(minutes=5)
_LONGEST_TAG: Final = 20
_LARGEST_NUMBER: Final = 2**31 - 1
_KEPT: Final = timedelta(days=7)
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
INDEXES = (
    Index(collection=COLLECTION, keys=(("station", ASCENDING), ("tag", ASCENDING))),
    Index(collection=COLLECTION, keys=(("station", ASCENDING), ("number", ASCENDING))),
    Index(collection=COLLECTION, keys=(("until", ASCENDING),), expire_after_s=int(_KEPT.total_seconds())),
)


@dataclass(frozen=True, slots=True)
class CommandedStart:
    """`tag` is what the station will call the card; it may begin from `since` until `until`, its own time."""

    id: str
    station: str
    evse: int
    tag: str
    authorized: Authorized
    since: datetime
    until: datetime

    @property
    def number(self) -> int:
        """The order's for its station: 1 to 2^31-1, the same for the same id."""
        return int.from_bytes(hashlib.sha256(self.id.encode()).digest()[:4]) % _LARGEST_NUMBER + 1

    def order(self, outlet: Outlet) -> RemoteStart:
        return RemoteStart(self.tag, outlet, self.number, is_card(self.tag, self.authorized.token))


def is_card(tag: str, token: Token) -> bool:
    """Whether a station can read it off a card; else it was made for one order."""
    return tag.casefold() == token.uid.casefold()


def commanded_start(
    *,
    start_id: str,
    station: str,
    evse: int,
    tag: str,
    token: Token,
    reference: str | None,
    at: datetime,
    until: datetime,
) -> CommandedStart:
    authorized = Authorized(tag, token, AuthMethod.COMMAND, reference, at)
    if not is_card(tag, token):
        return CommandedStart(start_id, station, evse, tag, authorized, _ANY_TIME, at + _KEPT)
    return CommandedStart(start_id, station, evse, tag, authorized, at - CLOCKS_DIFFER, until + CLOCKS_DIFFER)


def tag_for(token: Token) -> str:
    """A card by its uid, so that it can end the charge; anything else by a name of this order's own."""
    if token.type == TokenType.RFID and len(token.uid) <= _LONGEST_TAG:
        return str(token.uid)
    return secrets.token_hex(_LONGEST_TAG // 2).upper()


class CommandedStarts:
    def __init__(self, mongo: Mongo) -> None:
        self._starts = mongo.collection(COLLECTION)

    async def expect(self, start: CommandedStart) -> None:
        document = {
            "_id": start.id,
            "station": start.station,
            "evse": start.evse,
            "tag": start.tag.casefold(),
            "number": start.number,
            "since": start.since,
            "until": start.until,
            **of_authorized(start.authorized),
        }
        await self._starts.replace_one({"_id": start.id}, document, upsert=True)

    async def withdraw(self, start_id: str) -> None:
        await self._starts.delete_one({"_id": start_id})

    async def ordered(self, station: str, number: int) -> tuple[str, Outlet] | None:
        """What the card is called, and where, of the order of that number."""
        wanted = {"station": station, "number": number}
        found = await self._starts.find_one(wanted, sort=[("at", DESCENDING)])
        return None if found is None else (found["tag"], Outlet(found["evse"], 0))

    async def at_reader(self, station: str, uid: str, at: datetime) -> Authorized | None:
        """1.6 does not say at which connector a card is held up."""
        return await self._newest({"station": station}, uid, at)

    async def at_outlet(self, station: str, evse: int, uid: str, at: datetime) -> Authorized | None:
        return await self._newest({"station": station, "evse": evse}, uid, at)

    async def _newest(self, where: Document, uid: str, at: datetime) -> Authorized | None:
        wanted = {**where, "tag": uid.casefold(), "since": {"$lte": at}, "until": {"$gte": at}}
        found = await self._starts.find_one(wanted, sort=[("at", DESCENDING)])
        return authorized_of(found, uid) if found else None
