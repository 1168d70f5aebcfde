"""Charges that an issuer ordered: the card is let in where it ordered them, and nobody is asked.

A card of the issuer's counts at the EVSE of the order for a while; a name that was made for one order counts
however wrong the station's clock is, for nobody else can bear it. The first charge that begins soon enough is
the order's. One that the driver begins later with the same card is not: nobody is asked about it either, but
it rests on what its issuer told of the card.
Spec: 2.3.0 mod_commands, StartSession object (the token is not validated; no authorization for 15 minutes).
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from cpo_adapter.authorization.memory import authorized_of, of_authorized
from cpo_adapter.authorization.model import Authorized
from cpo_adapter.authorization.rules import bare
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.intents import RemoteStart
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, DuplicateKey, Index, Mongo
from schemas.v2_3_0.enums import AuthMethod, TokenType
from schemas.v2_3_0.tokens import Token

COLLECTION: Final = "commanded_starts"
WITHIN: Final = timedelta(minutes=15)
CLOCKS_DIFFER: Final = timedelta(minutes=5)
STARTED_WITHIN: Final = timedelta(minutes=3)
"""Stations wait a minute or two for the car (ConnectionTimeOut); another one is for their lines."""
PENDING: Final = timedelta(minutes=1)
"""So long an EVSE is another order's that has not begun to charge."""
_LONGEST_TAG: Final = 20
_LARGEST_NUMBER: Final = 2**31 - 1
_KEPT: Final = timedelta(days=7)
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
_NOT_PENDING: Final = {"$unset": {"is_pending": ""}}
INDEXES = (
    Index(collection=COLLECTION, keys=(("station", ASCENDING), ("tag", ASCENDING))),
    Index(collection=COLLECTION, keys=(("station", ASCENDING), ("number", ASCENDING))),
    Index(
        collection=COLLECTION,
        keys=(("station", ASCENDING), ("evse", ASCENDING)),
        unique=True,
        partial={"is_pending": True},
    ),
    Index(collection=COLLECTION, keys=(("until", ASCENDING),), expire_after_s=int(_KEPT.total_seconds())),
)


@dataclass(frozen=True, slots=True)
class CommandedStart:
    """`tag` is what the station will call the card; it may begin from `since` until `until`, its own time.

    What begins after `counts_until` is not the order's any more.
    """

    id: str
    station: str
    evse: int
    tag: str
    authorized: Authorized
    since: datetime
    until: datetime
    counts_until: datetime

    @property
    def number(self) -> int:
        """The order's for its station: 1 to 2^31-1, the same for the same id."""
        return int.from_bytes(hashlib.sha256(self.id.encode()).digest()[:4]) % _LARGEST_NUMBER + 1

    def order(self, outlet: Outlet) -> RemoteStart:
        return RemoteStart(self.tag, outlet, self.number, is_card(self.tag, self.authorized.token))


def is_card(tag: str, token: Token) -> bool:
    """Whether a station can read it off a card; else it was made for one order."""
    return tag.casefold() == token.uid.casefold()


def commanded_start(  # noqa: PLR0913 - each is another fact of the order
    *,
    start_id: str,
    station: str,
    evse: int,
    tag: str,
    token: Token,
    reference: str | None,
    at: datetime,
    until: datetime,
    counts_until: datetime,
) -> CommandedStart:
    authorized = Authorized(tag, token, AuthMethod.COMMAND, reference, at)
    if not is_card(tag, token):
        kept = at + _KEPT
        return CommandedStart(start_id, station, evse, tag, authorized, _ANY_TIME, kept, counts_until)
    since, until = at - CLOCKS_DIFFER, until + CLOCKS_DIFFER
    return CommandedStart(start_id, station, evse, tag, authorized, since, until, counts_until)


def tag_for(token: Token) -> str:
    """A card by its uid, so that it can end the charge; anything else by a name of this order's own."""
    if token.type == TokenType.RFID and len(token.uid) <= _LONGEST_TAG:
        return str(token.uid)
    return secrets.token_hex(_LONGEST_TAG // 2).upper()


class CommandedStarts:
    def __init__(self, mongo: Mongo) -> None:
        self._starts = mongo.collection(COLLECTION)

    async def expect(self, start: CommandedStart) -> None:
        await self._starts.replace_one({"_id": start.id}, _of_start(start), upsert=True)

    async def expect_alone(self, start: CommandedStart) -> bool:
        """Unless another start at the same EVSE has been ordered just now and has not begun."""
        at = start.authorized.at
        there = {"station": start.station, "evse": start.evse, "is_pending": True}
        await self._starts.update_many({**there, "at": {"$lt": at - PENDING}}, _NOT_PENDING)
        try:
            await self._starts.insert_one({**_of_start(start), "is_pending": True})
        except DuplicateKey:
            return False
        return True

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

    async def at_outlet(
        self, station: str, evse: int, uid: str, at: datetime, heard_at: datetime
    ) -> Authorized | None:
        """What a charge there rests on that began `at`, by the station's clock; told again, the same."""
        charge, where = f"{evse}|{at.isoformat()}", {"station": station, "evse": evse}
        counts = {"used_by": {"$in": [None, charge]}, "counts_until": {"$gte": min(at, heard_at)}}
        ordered = {**_wanted(where, uid, at), "$or": [{"is_card": False}, counts]}
        found = await self._starts.find_one_and_update(
            ordered, {"$set": {"used_by": charge}, **_NOT_PENDING}, sort=[("at", DESCENDING)]
        )
        if found is not None:
            return authorized_of(found, uid)
        by_card = await self._newest(where, uid, at)
        return by_card and replace(by_card, auth_method=AuthMethod.WHITELIST, authorization_reference=None)

    async def numbered(self, station: str, number: int, uid: str) -> Authorized | None:
        """What a charge rests on that its station says was ordered by that number."""
        wanted = {"station": station, "number": number, "tag": _spelled(uid)}
        found = await self._starts.find_one_and_update(
            wanted, {"$set": {"used_by": str(number)}, **_NOT_PENDING}, sort=[("at", DESCENDING)]
        )
        return authorized_of(found, uid) if found else None

    async def never_begun(self, ids: Sequence[str], now: datetime) -> set[str]:
        """Those of the orders of which no charge came in time."""
        wanted = {"_id": {"$in": list(ids)}, "used_by": None, "counts_until": {"$lt": now}}
        return {str(each["_id"]) async for each in self._starts.find(wanted, {"_id": 1})}

    async def _newest(self, where: Document, uid: str, at: datetime) -> Authorized | None:
        found = await self._starts.find_one(_wanted(where, uid, at), sort=[("at", DESCENDING)])
        return authorized_of(found, uid) if found else None


def _of_start(start: CommandedStart) -> Document:
    return {
        "_id": start.id,
        "station": start.station,
        "evse": start.evse,
        "tag": _spelled(start.tag),
        "is_card": is_card(start.tag, start.authorized.token),
        "number": start.number,
        "since": start.since,
        "until": start.until,
        "counts_until": start.counts_until,
        "used_by": None,
        **of_authorized(start.authorized),
    }


def _wanted(where: Document, uid: str, at: datetime) -> Document:
    return {**where, "tag": _spelled(uid), "since": {"$lte": at}, "until": {"$gte": at}}


def _spelled(uid: str) -> str:
    return (bare(uid) or uid).casefold()
