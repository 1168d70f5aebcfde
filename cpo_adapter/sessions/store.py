"""Transactions in MongoDB: one document for what is said once, one for each fact that follows.

A start that is told again is found by what it says, not by its message id. Every fact keeps the frame that it
came in. Everything here may be done twice: the second time changes nothing.
Spec: OCPP 1.6, 3.7 (repeated delivery); 4.8 (StartTransaction), 4.10 (StopTransaction).
"""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Final

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.ocpp.events import Outlet, TransactionBegan, TransactionTold
from cpo_adapter.ocpp.rooms import CardAnswer
from cpo_adapter.sessions import identity
from cpo_adapter.sessions.documents import (
    begin_of,
    end_of,
    fact_of,
    of_begin,
    of_end,
    of_fact,
    of_judgement,
    of_place,
)
from cpo_adapter.sessions.named import Fact, transaction_of
from cpo_adapter.sessions.transaction import Begin, End, Transaction
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, DuplicateKey, Index, Mongo

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
    Index(collection=TRANSACTIONS, keys=(("lacks", ASCENDING),)),
    Index(collection=FACTS, keys=(("number", ASCENDING), ("heard_at", ASCENDING))),
)

_RUNS: Final = {"$or": [{"end": {"$exists": False}}, {"end.is_assumed": True}]}


class Ending(Enum):
    """What became of an end that was told."""

    KEPT = "the first one"
    REPEATED = "told before"
    CONTRADICTED = "another one was told before"


class TransactionStore:
    def __init__(self, mongo: Mongo) -> None:
        self._transactions = mongo.collection(TRANSACTIONS)
        self._facts = mongo.collection(FACTS)
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
        told: Document = {} if better.uid == known.uid else {"uid": better.uid}
        if (better.outlet, better.terms) != (known.outlet, known.terms):
            told |= of_place(better.outlet, better.terms)
        change = {"$min": {"began_at": better.at}, **({"$set": told} if told else {})}
        await self._transactions.update_one({"_id": known.number}, change)
        return better

    async def _begin(self, begin: Begin, told_as: str, frame: str) -> Begin:
        document = {**of_begin(begin), "told_as": told_as, "frame": frame, "outcome": None}
        try:
            await self._transactions.insert_one(document)
        except DuplicateKey:
            kept = await self._transactions.find_one({"told_as": told_as})
            return begin if kept is None else begin_of(kept)
        return begin

    async def unjudged(self) -> list[tuple[Begin, str]]:
        """Starts, with their frames, whose cards nobody has judged: a crash came between."""
        is_judgeable = {"$or": [{"reference": {"$in": ["", None]}}, {"uid": {"$ne": ""}}]}
        found = self._transactions.find({"outcome": None, "card": None, **is_judgeable})
        return [(begin_of(document), document["frame"]) async for document in found]

    async def judge(self, number: int, card: CardAnswer, authorized: Authorized | None) -> Begin:
        """What is stored afterwards: the first judgement of a card stays."""
        change = {"$set": of_judgement(card, authorized)}
        await self._transactions.update_one({"_id": number, "card": None}, change)
        return (await self.load(number)).begin

    async def add(self, number: int, fact: Fact, frame: str) -> None:
        """Once, however often it is told."""
        document = {"_id": identity.of_fact(number, fact), "number": number, "frame": frame, **of_fact(fact)}
        try:
            await self._facts.insert_one(document)
        except DuplicateKey:
            return

    async def end(self, number: int, end: End, frame: str) -> Ending:
        """The first end counts, unless it was assumed. Raises KeyError."""
        change = {"$set": {"end": of_end(end), "end_frame": frame, "outcome": None}}
        if (await self._transactions.update_one({"_id": number, **_RUNS}, change)).matched_count:
            return Ending.KEPT
        told = (await self.load(number)).end
        is_same = told is not None and (told.at, told.meter_wh) == (end.at, end.meter_wh)
        return Ending.REPEATED if is_same else Ending.CONTRADICTED

    async def assume_end(self, number: int, end: End) -> None:
        """Unless one was told meanwhile."""
        change = {"$set": {"end": of_end(end)}}
        await self._transactions.update_one({"_id": number, "end": {"$exists": False}}, change)

    async def ended_at(self, number: int, station: str) -> tuple[bool, datetime | None]:
        """Whether the station has such a transaction, and when it ended, if it did."""
        document = await self._transactions.find_one({"_id": number, "station": station}, {"end.at": 1})
        if document is None:
            return False, None
        return True, document["end"]["at"] if "end" in document else None

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

    async def load(self, number: int) -> Transaction:
        """Raises KeyError."""
        document = await self._transactions.find_one({"_id": number})
        if document is None:
            raise KeyError(number)
        facts = [fact_of(each) async for each in self._facts.find({"number": number})]
        ends = [end_of(document["end"])] if "end" in document else []
        is_all = "all_told_at" in document
        return transaction_of(begin_of(document), facts, ends, is_all=is_all)

    async def of_session(self, session_id: str) -> Transaction | None:
        """Ids of sessions are equal without case."""
        document = await self._transactions.find_one({"session_id": session_id.lower()}, {"_id": 1})
        return await self.load(document["_id"]) if document else None

    async def keep_bill(self, number: int, body: bytes) -> bytes:
        """The bill of this transaction for ever: `body`, or the one that was made before a crash."""
        await self._transactions.update_one(
            {"_id": number, "bill": {"$exists": False}}, {"$set": {"bill": body}}
        )
        return await self.bill_of(number) or body

    async def bill_of(self, number: int) -> bytes | None:
        document = await self._transactions.find_one({"_id": number}, {"bill": 1})
        return document.get("bill") if document else None

    async def settle(
        self, number: int, outcome: str, reason: str | None = None, *, lacks: bool = False
    ) -> None:
        """Each transaction ends in one recorded outcome: billed, held, or not billed with the reason.

        `lacks`: until its station has told the rest.
        """
        change = {"$set": {"outcome": outcome, "outcome_reason": reason, "lacks": lacks}}
        await self._transactions.update_one({"_id": number}, change)

    async def lacking(self) -> list[Transaction]:
        """Those that are held until their stations have told the rest."""
        found = self._transactions.find({"lacks": True}, {"_id": 1})
        return [await self.load(each["_id"]) async for each in found]

    async def all_told(self, number: int, at: datetime) -> None:
        """Nothing more of it will come."""
        change = {"$set": {"all_told_at": at, "lacks": False, "outcome": None}}
        await self._transactions.update_one({"_id": number, "lacks": True}, change)

    async def outcome_of(self, number: int) -> str | None:
        document = await self._transactions.find_one({"_id": number}, {"outcome": 1})
        return document["outcome"] if document else None

    async def unsettled(self) -> Iterable[int]:
        """Those that run, and those whose end has not been dealt with."""
        return [int(each["_id"]) async for each in self._transactions.find({"outcome": None}, {"_id": 1})]

    async def outcomes(self) -> list[Document]:
        """For the operator: transactions and what became of them, the newest first."""
        names = ("session_id", "station", "evse", "began_at", "outcome", "outcome_reason")
        found = self._transactions.find({}, dict.fromkeys(names, 1))
        return [each async for each in found.sort("_id", DESCENDING).limit(500)]
