"""Transactions in MongoDB: one document for what is said once, one for each fact that follows.

A start that is told again is found by what it says, not by its message id. Every fact keeps the frame that it
came in. Everything here may be done twice: the second time changes nothing.
Spec: OCPP 1.6, 3.7 (repeated delivery); 4.8 (StartTransaction), 4.10 (StopTransaction).
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Final

from cpo_adapter.authorization.memory import of_authorized
from cpo_adapter.authorization.model import Authorized
from cpo_adapter.authorization.rules import bare
from cpo_adapter.ocpp.events import Outlet, TransactionBegan, TransactionEnded, TransactionTold
from cpo_adapter.ocpp.rooms import CardAnswer
from cpo_adapter.sessions import identity
from cpo_adapter.sessions.crowded import Crowded
from cpo_adapter.sessions.documents import (
    begin_of,
    end_of,
    fact_of,
    of_begin,
    of_end,
    of_fact,
    of_judgement,
    of_place,
    of_tariffs,
)
from cpo_adapter.sessions.ends import Correction, corrected
from cpo_adapter.sessions.named import Fact, transaction_of
from cpo_adapter.sessions.transaction import Begin, End, Terms, Transaction
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, DuplicateKey, Index, Mongo
from ocpi.process.tasks import Supervisor
from schemas.v2_3_0.enums import AuthMethod
from schemas.v2_3_0.tariffs import Tariff

TRANSACTIONS: Final = "transactions"
FACTS: Final = "transaction_facts"
STRAYS: Final = "stray_frames"
INDEXES = (
    Index(collection=TRANSACTIONS, keys=(("told_as", ASCENDING),), unique=True),
    Index(
        collection=TRANSACTIONS, keys=(("station", ASCENDING), ("evse", ASCENDING), ("began_at", DESCENDING))
    ),
    Index(collection=TRANSACTIONS, keys=(("outcome", ASCENDING),)),
    Index(collection=TRANSACTIONS, keys=(("station", ASCENDING), ("reference", ASCENDING))),
    Index(collection=TRANSACTIONS, keys=(("session_id", ASCENDING),)),
    Index(collection=TRANSACTIONS, keys=(("card_name", ASCENDING), ("began_at", DESCENDING))),
    Index(collection=TRANSACTIONS, keys=(("is_placed", ASCENDING),), partial={"is_placed": False}),
    Index(collection=TRANSACTIONS, keys=(("lacks", ASCENDING),)),
    Index(collection=STRAYS, keys=(("station", ASCENDING), ("end.at", ASCENDING))),
    Index(collection=FACTS, keys=(("number", ASCENDING), ("heard_at", ASCENDING))),
)

_RUNS: Final = {"$or": [{"end": {"$exists": False}}, {"end.is_assumed": True}]}


class Ending(Enum):
    """What became of an end that was told."""

    KEPT = "the first one"
    REPEATED = "told before"
    CONTRADICTED = "another one was told before"


class TransactionStore:
    def __init__(self, mongo: Mongo, supervisor: Supervisor | None = None) -> None:
        """With a supervisor what comes of many transactions at the same time shares its trips."""
        self._transactions = mongo.collection(TRANSACTIONS)
        self._facts = mongo.collection(FACTS)
        self._crowded = Crowded(self._transactions, self._facts, supervisor)
        self._strays = mongo.collection(STRAYS)

    async def told_before(self, event: TransactionBegan) -> Begin | None:
        document = await self._transactions.find_one({"told_as": identity.of_start(event)})
        return None if document is None else begin_of(document)

    async def begin(self, begin: Begin, event: TransactionBegan) -> Begin:
        """What is stored afterwards: another process may have been faster with the same start."""
        return await self._begin(begin, identity.of_start(event), event.origin.frame)

    async def begin_named(self, begin: Begin, event: TransactionTold, *, is_again: bool) -> Begin:
        """As `begin`. `is_again`: its station has given that name before, to another transaction."""
        told_as = identity.of_name(begin.station, begin.reference, event.at if is_again else None)
        return await self._begin(begin, told_as, event.origin.frame)

    async def named(self, station: str, reference: str) -> Begin | None:
        """The newest that its station calls so."""
        wanted = {"station": station, "reference": reference}
        document = await self._transactions.find_one(wanted, sort=[("_id", DESCENDING)])
        return None if document is None else begin_of(document)

    async def know_begin(self, known: Begin, better: Begin) -> Begin:
        """What `better` adds, and that alone: another process may have heard of the rest meanwhile."""
        told: Document = {} if better.uid == known.uid else {"uid": better.uid, "card_name": bare(better.uid)}
        if (better.outlet, better.terms) != (known.outlet, known.terms):
            told |= of_place(better.outlet, better.terms)
        change = {"$min": {"began_at": better.at}, **({"$set": told} if told else {})}
        await self._transactions.update_one({"_id": known.number}, change)
        return better

    async def _begin(self, begin: Begin, told_as: str, frame: str) -> Begin:
        named = {"told_as": told_as, "card_name": bare(begin.uid)}
        document = {**of_begin(begin), **named, "frame": frame, "outcome": None}
        try:
            await self._transactions.insert_one(document)
        except DuplicateKey:
            kept = await self._transactions.find_one({"told_as": told_as})
            return begin if kept is None else begin_of(kept)
        return begin

    async def unplaced(self) -> list[Begin]:
        """Of stations that no inventory had named when they told of it."""
        return [begin_of(document) async for document in self._transactions.find({"is_placed": False})]

    async def place(self, number: int, outlet: Outlet, terms: Terms) -> None:
        """Whatever was held for it is looked at again."""
        change = _changed(of_place(outlet, terms))
        await self._transactions.update_one({"_id": number, "is_placed": False}, change)

    async def unjudged(self) -> list[tuple[Begin, str]]:
        """Starts, with their frames, whose cards nobody has judged: a crash came between."""
        is_judgeable = {"$or": [{"reference": {"$in": ["", None]}}, {"uid": {"$ne": ""}}]}
        found = self._transactions.find({"outcome": None, "card": None, **is_judgeable})
        return [(begin_of(document), document["frame"]) async for document in found]

    async def judge(
        self, number: int, card: CardAnswer, authorized: Authorized | None, tariffs: Sequence[Tariff]
    ) -> Begin:
        """What is stored afterwards: the first judgement of a card stays, and what the card is charged by."""
        change = {"$set": {**of_judgement(card, authorized), **of_tariffs(tariffs)}}
        await self._transactions.update_one({"_id": number, "card": None}, change)
        return (await self.load(number)).begin

    async def let(self, number: int, authorized: Authorized, tariffs: Sequence[Tariff]) -> None:
        """Its issuer has said so since; unless it was asked before, or it is all over."""
        is_unasked = {"authorized.auth_method": {"$in": [None, AuthMethod.WHITELIST]}}
        is_open = {**is_unasked, "card": {"$ne": None}, "outcome": {"$ne": "BILLED"}}
        change = _changed({"authorized": of_authorized(authorized), **of_tariffs(tariffs)})
        await self._transactions.update_one({"_id": number, **is_open}, change)

    async def running_with(self, uid: str) -> list[Begin]:
        """What runs anywhere with that card, and was let in."""
        wanted = {"card_name": bare(uid), "end": {"$exists": False}, "authorized": {"$ne": None}}
        return [begin_of(document) async for document in self._transactions.find(wanted)]

    async def add(self, number: int, fact: Fact, frame: str) -> None:
        """Once, however often it is told."""
        document = {"_id": identity.of_fact(number, fact), "number": number, "frame": frame, **of_fact(fact)}
        try:
            await self._crowded.insert(document)
        except DuplicateKey:
            return

    async def look_again(self, number: int) -> None:
        """Something came after its end: what became of it may be wrong by now."""
        if await self._transactions.find_one({"_id": number, "end": {"$exists": True}}, {"_id": 1}):
            await self._transactions.update_one({"_id": number}, _changed({}))

    async def end(self, number: int, end: End, frame: str) -> Ending:
        """The first end counts, unless it was assumed. Raises KeyError."""
        change = _changed({"end": of_end(end), "end_frame": frame})
        if (await self._transactions.update_one({"_id": number, **_RUNS}, change)).matched_count:
            return Ending.KEPT
        told = (await self.load(number)).end
        is_same = told is not None and (told.at, told.meter_wh) == (end.at, end.meter_wh)
        return Ending.REPEATED if is_same else Ending.CONTRADICTED

    async def assume_end(self, number: int, end: End) -> None:
        """Unless one was told meanwhile."""
        change = _changed({"end": of_end(end)})
        await self._transactions.update_one({"_id": number, "end": {"$exists": False}}, change)

    async def ended(self, number: int, station: str) -> tuple[bool, End | None]:
        """Whether the station has such a transaction, and its end, if it has one."""
        document = await self._crowded.find(number)
        if document is None or document["station"] != station:
            return False, None
        return True, end_of(document["end"]) if "end" in document else None

    async def running(self, station: str, outlet: Outlet | None = None) -> list[Begin]:
        """What began and was not told to have ended, the newest first; anywhere or at one outlet."""
        wanted: Document = {"station": station, "end": {"$exists": False}}
        if outlet is not None:
            wanted["evse"] = outlet.evse
        found = self._transactions.find(wanted).sort("began_at", DESCENDING)
        return [begin_of(document) async for document in found]

    async def stray(self, station: str, frame: str, reason: str, at: datetime) -> None:
        """What belongs to no transaction is kept for whoever has to find out why."""
        document = {"station": station, "frame": frame, "reason": reason, "heard_at": at}
        await self._strays.insert_one(document)

    async def keep_end(self, event: TransactionEnded, end: End) -> None:
        """Of a transaction whose start nobody has heard."""
        told = {"end": of_end(end), "uid": event.uid.casefold()}
        where = {"station": event.origin.station, "frame": event.origin.frame, "heard_at": end.heard_at}
        await self._strays.insert_one({**where, "reason": "the end of no transaction", **told})

    async def unjoined_ends(self, station: str, since: datetime) -> list[tuple[str, str, End]]:
        """Frames, cards and ends of no transaction from then on, but for those that found theirs."""
        wanted = {"station": station, "end.at": {"$gte": since}, "number": {"$exists": False}}
        found = self._strays.find(wanted).sort("end.at", ASCENDING)
        return [(each["frame"], each["uid"], end_of(each["end"])) async for each in found]

    async def join_ends(self, station: str, frame: str, number: int) -> None:
        """However often that end was told."""
        await self._strays.update_many({"station": station, "frame": frame}, {"$set": {"number": number}})

    async def freed(self, number: int, at: datetime | None) -> None:
        """Since when nobody is at its connector, says its station; None: somebody is."""
        change = {"$unset": {"freed_at": ""}} if at is None else {"$set": {"freed_at": at}}
        await self._transactions.update_one({"_id": number}, change)

    async def doubtful(self, unheard_since: datetime) -> list[tuple[int, datetime | None]]:
        """Numbers of those that run where nobody is any more, or for long, and when they were asked about."""
        either = {"$or": [{"freed_at": {"$exists": True}}, {"heard_at": {"$lt": unheard_since}}]}
        wanted = {"outcome": None, "end": {"$exists": False}, **either}
        found = self._transactions.find(wanted, {"asked_at": 1, "freed_at": 1})
        return [
            (int(each["_id"]), each.get("asked_at"))
            async for each in found
            if "freed_at" in each or not await self._was_heard_of(each["_id"], unheard_since)
        ]

    async def _was_heard_of(self, number: int, since: datetime) -> bool:
        heard = {"number": number, "heard_at": {"$gte": since}}
        return await self._facts.find_one(heard, {"_id": 1}) is not None

    async def asked(self, number: int, at: datetime) -> None:
        await self._transactions.update_one({"_id": number}, {"$set": {"asked_at": at}})

    async def load(self, number: int) -> Transaction:
        """Raises KeyError."""
        document = await self._transactions.find_one({"_id": number})
        if document is None:
            raise KeyError(number)
        facts = [fact_of(each) async for each in self._facts.find({"number": number})]
        ends = [end_of(document["end"])] if "end" in document else []
        is_all = "all_told_at" in document
        whole = transaction_of(begin_of(document), facts, ends, is_all=is_all)
        return corrected(whole, Correction(**document["correction"])) if "correction" in document else whole

    async def of_session(self, session_id: str) -> Transaction | None:
        """Ids of sessions are equal without case."""
        document = await self._transactions.find_one({"session_id": session_id.lower()}, {"_id": 1})
        return await self.load(document["_id"]) if document else None


def _changed(told: Document) -> Document:
    """What was settled before is looked at again; who settles it meanwhile has not seen this."""
    return {"$set": {**told, "outcome": None}, "$inc": {"changes": 1}}
