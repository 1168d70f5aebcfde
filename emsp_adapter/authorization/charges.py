"""The charges of each contract, with what they cost: sessions and bills as they come, whatever way.

Whoever takes in a session or a CDR tells it here; telling it again changes nothing. A session and its bill
may come in either order, also at two processes: each is written first and looks for the other then.
Spec: 2.3.0 mod_cdrs, CDR object, session_id; 2.1.1 has none, there a charge is known by its beginning.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from emsp_adapter.authorization.spending import (
    NOTHING_SPENT,
    OpenCharge,
    Spent,
    Spot,
    cost,
    is_running,
    spot_of,
)
from ocpi.objects.intake import Accepted
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, Document, DuplicateKey, Index, Mongo
from ocpi.process.reads import Reads
from ocpi.process.tasks import Supervisor
from ocpi.wire.contract_id import bare
from schemas.kinds import ObjectKey, ObjectKind
from schemas.times import parse

COLLECTION: Final = "charges"
KEPT_FOR: Final = timedelta(days=90)
"""How long a session is remembered whose bill never comes."""
_UNBILLED: Final[Document] = {"unbilled": True}
_BILLS: Final[Document] = {"is_bill": True}
INDEXES = (
    Index(collection=COLLECTION, keys=(("contract", ASCENDING),), partial=_UNBILLED),
    Index(collection=COLLECTION, keys=(("contract", ASCENDING), ("told_at", ASCENDING)), partial=_BILLS),
    Index(collection=COLLECTION, keys=(("contract", ASCENDING), ("cpo", ASCENDING), ("began", ASCENDING))),
    Index(collection=COLLECTION, keys=(("session", ASCENDING),), partial=_BILLS),
    Index(collection=COLLECTION, keys=(("forget_at", ASCENDING),), expire_after_s=0),
)


class Counted(NamedTuple):
    """The charges of a contract, by its bare id: bills since an instant, and all sessions without a bill."""

    contract: str
    since: datetime | None


class Charges:
    def __init__(self, *, mongo: Mongo, supervisor: Supervisor, clock: Clock) -> None:
        self._charges = mongo.collection(COLLECTION)
        self._clock = clock
        self._reads: Reads[Counted, Spent] = Reads("look up charges", self._spent, supervisor)

    def read(self, counted: Counted) -> "asyncio.Future[Spent | None]":
        """Begun when this returns."""
        return self._reads.find(counted)

    async def find(self, counted: Counted) -> Spent:
        return await self.read(counted) or NOTHING_SPENT

    async def session_arrived(self, accepted: Accepted) -> None:
        key, session = accepted.record.key, accepted.record.value()
        name, changed = str(key), self._session(key, session)
        as_new = {"_id": name, "last_updated": {"$not": {"$gt": changed["last_updated"]}}}
        try:
            await self._charges.update_one(
                as_new, {"$set": changed, "$setOnInsert": {"unbilled": True}}, upsert=True
            )
        except DuplicateKey:
            return  # what is known is newer
        its_bill = {"is_bill": True, "$or": [{"session": name}, {"session": None, **_same(changed)}]}
        if await self._charges.find_one(its_bill):
            await self._charges.update_one({"_id": name}, {"$set": {"unbilled": False}})

    async def bill_arrived(self, accepted: Accepted) -> None:
        """A credit is a bill too: its cost is below nothing."""
        key, bill = accepted.record.key, accepted.record.value()
        session = _session_of(key, bill)
        facts = {**_facts(key, bill), "session": session, "is_bill": True, "told_at": self._clock.now()}
        await self._charges.update_one({"_id": str(key)}, {"$setOnInsert": facts}, upsert=True)
        its_session = {"_id": session} if session else {**_same(facts), **_UNBILLED}
        await self._charges.update_many(its_session, {"$set": {"unbilled": False}})

    def _session(self, key: ObjectKey, session: Mapping[str, Any]) -> Document:
        now, spot = self._clock.now(), spot_of(session, key.owner)
        return {
            **_facts(key, session),
            "location_id": spot.location_id,
            "evse_uid": spot.evse_uid,
            "is_running": is_running(session),
            "last_updated": parse(session["last_updated"]),
            "told_at": now,
            "forget_at": now + KEPT_FOR,
        }

    async def _spent(self, wanted: Collection[Counted]) -> Mapping[Counted, Spent]:
        contracts = sorted({each.contract for each in wanted})
        unbilled, billed = await asyncio.gather(self._unbilled(contracts), self._billed(wanted))
        return {each: Spent(billed[each.contract], tuple(unbilled[each.contract])) for each in wanted}

    async def _unbilled(self, contracts: Sequence[str]) -> Mapping[str, Sequence[OpenCharge]]:
        found: defaultdict[str, list[OpenCharge]] = defaultdict(list)
        async for each in self._charges.find({"contract": {"$in": contracts}, **_UNBILLED}):
            found[each["contract"]].append(_open(each))
        return found

    async def _billed(self, wanted: Collection[Counted]) -> Mapping[str, Mapping[str, Decimal]]:
        sums: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
        total = {"_id": ["$contract", "$currency"], "total": {"$sum": "$cost"}}
        stages: list[Document] = [{"$match": {"$or": [_bills(each) for each in wanted]}}, {"$group": total}]
        async for each in self._charges.aggregate(stages):
            contract, currency = each["_id"]
            sums[contract][currency] = each["total"]
        return sums


def _bills(wanted: Counted) -> Document:
    since = {} if wanted.since is None else {"told_at": {"$gt": wanted.since}}
    return {"contract": wanted.contract, **since, **_BILLS}


def _facts(key: ObjectKey, charge: Mapping[str, Any]) -> Document:
    return {
        "contract": bare(str(charge["cdr_token"]["contract_id"])),
        "cpo": str(key.owner),
        "began": parse(charge["start_date_time"]),
        "currency": charge["currency"],
        "cost": cost(charge),
    }


def _same(facts: Document) -> Document:
    """What names a charge where no session does."""
    return {name: facts[name] for name in ("contract", "cpo", "began")}


def _session_of(key: ObjectKey, bill: Mapping[str, Any]) -> str | None:
    named = bill.get("session_id")
    return str(ObjectKey(ObjectKind.SESSION, key.owner, named)) if named else None


def _open(document: Document) -> OpenCharge:
    return OpenCharge(
        spot=Spot(document["cpo"], document["location_id"], document["evse_uid"]),
        is_running=document["is_running"],
        currency=document["currency"],
        cost=document["cost"],
        told_at=document["told_at"],
    )
