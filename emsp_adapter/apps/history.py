"""Sessions and CDRs by contract, the newest first: beside the object store, which knows no contracts.

An object is entered once, by the number that it got when it was created; what it is now is read from the
store when it is shown. Who asks for a list first enters what came since, so no process misses what another
one has received, and nothing is lost that arrived while none was watching.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from emsp_adapter.apps.keys.key import EVERYBODY, Bound
from emsp_adapter.apps.visible import contract_of
from ocpi.objects.pages import Numbered
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo, UpdateOne, write_each
from ocpi.wire.contract_id import bare
from schemas.kinds import ObjectKind
from schemas.times import parse

COLLECTION: Final = "app_history"
PROGRESS: Final = "app_history_progress"
INDEXES = (
    Index(collection=COLLECTION, keys=(("kind", ASCENDING), ("seq", DESCENDING))),
    Index(collection=COLLECTION, keys=(("kind", ASCENDING), ("contract", ASCENDING), ("seq", DESCENDING))),
    Index(collection=COLLECTION, keys=(("kind", ASCENDING), ("cpo", ASCENDING), ("seq", DESCENDING))),
)
KINDS: Final = (ObjectKind.SESSION, ObjectKind.CDR)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """`bound` is what may be seen and `contracts` what is looked for. `since` and `until` are about the start
    of charging; `before` is a number in the order of arrival.
    """

    kind: ObjectKind
    bound: Bound
    contracts: Bound = EVERYBODY
    cpo: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Stretch:
    """`before` is where the next page begins, if there is one."""

    records: list[Record]
    before: int | None


class History:
    def __init__(self, mongo: Mongo, store: ObjectStore) -> None:
        self._entries = mongo.collection(COLLECTION)
        self._progress = mongo.collection(PROGRESS)
        self._store = store
        self._entering = {kind: asyncio.Lock() for kind in KINDS}

    async def enter_all(self) -> None:
        """What is in the store from before; a big one takes a while, and nobody has to wait for it."""
        for kind in KINDS:
            await self._enter_news(kind)

    async def page(self, wanted: Wanted) -> Stretch:
        await self._enter_news(wanted.kind)
        found = self._entries.find(_filter(wanted)).sort("seq", DESCENDING).limit(wanted.limit + 1)
        rows = await found.to_list(None)
        shown = rows[: wanted.limit]
        before = shown[-1]["seq"] if len(rows) > wanted.limit else None
        return Stretch(await self._read([row["_id"] for row in shown], wanted.bound), before)

    async def _read(self, names: Sequence[str], bound: Bound) -> list[Record]:
        kept = await self._store.by_ids(names)
        records = (kept[name] for name in names if name in kept)
        return [each for each in records if not each.deleted and bound.has(contract_of(each))]

    async def _enter_news(self, kind: ObjectKind) -> None:
        async with self._entering[kind]:
            known = await self._progress.find_one({"_id": kind})
            after, goes_on = 0 if known is None else known["after"], True
            while goes_on:
                stretch = await self._store.settled(Selection(kind), after, _AT_ONCE)
                goes_on = stretch.goes_on
                if stretch.rows:
                    after = stretch.rows[-1].seq
                    await self._enter(kind, stretch.rows, after)

    async def _enter(self, kind: ObjectKind, rows: Sequence[Numbered], after: int) -> None:
        """Entries before progress: who dies in between enters them again, and changes nothing."""
        writes = [_entry(kind, row) for row in rows]
        for outcome in await write_each(self._entries, writes):
            if isinstance(outcome, Exception):
                raise outcome
        await self._progress.update_one({"_id": kind}, {"$max": {"after": after}}, upsert=True)


def _entry(kind: ObjectKind, row: Numbered) -> UpdateOne:
    record = row.record
    contract_id = contract_of(record)
    entry: Document = {
        "kind": kind,
        "seq": row.seq,
        "cpo": str(record.key.owner),
        "contract": None if contract_id is None else bare(contract_id),
        "began_at": _began_at(record),
    }
    return UpdateOne({"_id": record.database_id}, {"$setOnInsert": entry}, upsert=True)


def _began_at(record: Record) -> datetime | None:
    """None for what cannot be read: one such must not keep out what comes after it."""
    try:
        return parse(str(record.value().get("start_date_time")))
    except (ValueError, OverflowError):
        return None


def _filter(wanted: Wanted) -> Document:
    contracts = wanted.bound.within(wanted.contracts).contracts
    began: dict[str, Any] = {}
    if wanted.since is not None:
        began["$gte"] = wanted.since
    if wanted.until is not None:
        began["$lt"] = wanted.until
    return {
        "kind": wanted.kind,
        **({} if contracts is None else {"contract": {"$in": sorted(contracts)}}),
        **({} if wanted.cpo is None else {"cpo": wanted.cpo}),
        **({} if wanted.before is None else {"seq": {"$lt": wanted.before}}),
        **({"began_at": began} if began else {}),
    }
