"""Chains of bills in MongoDB: one document for each session, with its one live bill in it.

The amount that is owed for a session stands in one document and is changed by one write, so that no sum ever
holds two of them or, where there is one, none. Several processes may set the same chain in order at a time:
who read what has changed since reads again. A bill is written before its chain is looked at, and so is a
credit, so that of two that arrive at the same moment at least one sees the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from emsp_adapter.billing import rows as bills
from emsp_adapter.billing.chain import Chain, Place, Placed, chained
from emsp_adapter.billing.row import Row, amount_fields, read
from ocpi.errors import PlatformFailed
from ocpi.process.mongo import ASCENDING, Document, DuplicateKey, Index, Mongo, UpdateOne

COLLECTION: Final = "bill_chains"
MOST: Final = 500
"""Bills of one session that are looked at; whatever comes behind them is never live."""
TOO_LONG: Final = "session_billed_very_often"
INDEXES = (
    Index(collection=COLLECTION, keys=(("cpo", ASCENDING), ("end", ASCENDING)), partial={"unstated": True}),
    Index(
        collection=COLLECTION, keys=(("claim.statement", ASCENDING),), partial={"claim": {"$type": "object"}}
    ),
    Index(collection=COLLECTION, keys=(("live.contract", ASCENDING), ("live.end", ASCENDING))),
)
_ATTEMPTS: Final = 50


@dataclass(frozen=True, slots=True)
class _Read:
    document: Document | None
    rows: Sequence[Row]


class Chains:
    def __init__(self, mongo: Mongo) -> None:
        self._chains = mongo.collection(COLLECTION, is_durable=False)
        self._rows = mongo.collection(bills.COLLECTION, is_durable=False)

    async def join(self, row: Row) -> str:
        """Put a bill where it belongs, and every bill of its session in its place; the name of the chain."""
        joined = row.chain
        if row.link.is_credit:
            joined = await self._original(row) or row.chain
            await self._move(row, joined)
        else:
            for credit in await self._credits(row):
                await self._move(credit, joined)
        await self.order(joined)
        return joined

    async def order(self, key: str) -> None:
        """Every bill of a chain in its place. Raises PlatformFailed."""
        for _ in range(_ATTEMPTS):
            found = await self._read(key)
            chain = chained([row.link for row in found.rows[:MOST]])
            version = await self._write(key, found, chain)
            if version is not None:
                await self._place(key, found.rows, chain, version)
                return
        raise PlatformFailed(f"the bills of {key} change faster than they can be set in order")

    async def _read(self, key: str) -> _Read:
        """The document before the rows: whoever writes a row in between sets the chain in order behind us."""
        document = await self._chains.find_one({"_id": key})
        return _Read(document, await self.of(key))

    async def of(self, key: str) -> list[Row]:
        """The bills of a chain, the first first."""
        found = self._rows.find({"chain": key}).sort("seq", ASCENDING).limit(MOST + 50)
        return [read(document) async for document in found]

    async def _write(self, key: str, found: _Read, chain: Chain) -> int | None:
        """The version that says so; None if somebody else was faster."""
        now = {"cpo": key.partition("|")[0], **_document(found.rows, chain)}
        if found.document is None:
            try:
                await self._chains.insert_one({"_id": key, **now, "unstated": True, "version": 1})
            except DuplicateKey:
                return None
            return 1
        version: int = found.document["version"]
        if all(found.document[name] == value for name, value in now.items()):
            return version
        unstated = is_unstated(now, found.document.get("stated"))
        change = {"$set": {**now, "unstated": unstated, "version": version + 1}}
        written = await self._chains.update_one({"_id": key, "version": version}, change)
        return version + 1 if written.matched_count else None

    async def _place(self, key: str, rows: Sequence[Row], chain: Chain, version: int) -> None:
        """What an older version says is not written over what a newer one does."""
        placed = {each.link.id: each for each in chain.bills}
        writes = [
            UpdateOne(
                {"_id": row.object_id, "chain": key, "chain_version": {"$not": {"$gte": version}}},
                {"$set": {**_placed(placed.get(row.link.id)), "chain_version": version}},
            )
            for row in rows
        ]
        if writes:
            await self._rows.bulk_write(writes, ordered=False)

    async def _original(self, credit: Row) -> str | None:
        """The chain of the bill that a credit takes back."""
        named = {"cpo": str(credit.key.owner), "folded": credit.link.credits}
        held = await self._rows.find_one(named) if credit.link.credits else None
        return None if held is None else str(held["chain"])

    async def _credits(self, bill: Row) -> list[Row]:
        """Those of this bill that stand in another chain."""
        wanted = {"cpo": str(bill.key.owner), "credits": bill.link.id, "chain": {"$ne": bill.chain}}
        return [read(document) async for document in self._rows.find(wanted).limit(MOST)]

    async def _move(self, row: Row, key: str) -> None:
        if row.chain == key:
            return
        moved = {"$set": {"chain": key}, "$unset": {"chain_version": ""}}
        await self._rows.update_one({"_id": row.object_id, "chain": row.chain}, moved)
        await self.order(row.chain)


def is_unstated(now: Document, stated: Document | None) -> bool:
    """Whether statements that are closed say something else of a chain."""
    return stated is None or (stated["bills"], stated["live"]) != (now["bills"], now["live"])


def _document(rows: Sequence[Row], chain: Chain) -> Document:
    by_id = {row.link.id: row for row in rows}
    live = None if chain.live is None else by_id[chain.live]
    return {
        "bills": [str(row.key.id) for row in rows[:MOST]],
        "live": None if live is None else _live(live),
        "end": _end(rows, live),
    }


def _live(row: Row) -> Document:
    return {
        "cdr": str(row.key.id),
        "row": row.object_id,
        "end": row.end,
        "currency": row.currency,
        "contract": row.contract,
        "compensation": row.is_compensation,
        "energy_kwh": row.energy_kwh,
        **amount_fields("theirs", row.theirs),
    }


def _end(rows: Sequence[Row], live: Row | None) -> datetime | None:
    """The month in which a chain is stated."""
    return live.end if live is not None else max((row.end for row in rows), default=None)


def _placed(placed: Placed | None) -> Document:
    if placed is None:
        return {"place": Place.DUPLICATE, "chain_codes": [TOO_LONG], "other": None}
    return {"place": placed.place, "chain_codes": list(placed.codes), "other": placed.other}
