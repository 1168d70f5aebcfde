"""Gaps in the database: first what is expected, then what is missing, and how it ended.

Whoever looks writes the same under the same name, so what is done twice is done once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from emsp_adapter.gaps.model import SAME_START, Charge, GapKind, GapState
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo
from schemas.kinds import PartyId

COLLECTION: Final = "charge_gaps"
CURSORS: Final = "charge_gap_cursors"
INDEXES: Final = (
    Index(collection=COLLECTION, keys=(("state", ASCENDING), ("look_at", ASCENDING))),
    Index(collection=COLLECTION, keys=(("expires_at", ASCENDING),), expire_after_s=0),
    Index(collection=COLLECTION, keys=(("cpo", ASCENDING), ("session_id", ASCENDING))),
    Index(collection=COLLECTION, keys=(("cpo", ASCENDING), ("card", ASCENDING), ("started_at", ASCENDING))),
)
MATCHED_FOR: Final = timedelta(days=90)
_SHOWN: Final = (GapState.OPEN, GapState.ACKNOWLEDGED, GapState.RESOLVED)


@dataclass(frozen=True, slots=True)
class Gap:
    """`asked_since`: the CPO is being asked for what is missing."""

    name: str
    kind: GapKind
    cpo: PartyId
    id: str
    started_at: datetime
    asked_since: datetime | None


class GapStore:
    def __init__(self, mongo: Mongo) -> None:
        self._gaps = mongo.collection(COLLECTION)
        self._cursors = mongo.collection(CURSORS)

    async def cursor(self, name: str) -> int:
        """The number of the object that was looked at last."""
        found = await self._cursors.find_one({"_id": name})
        return 0 if found is None else int(found["seq"])

    async def looked_at(self, name: str, seq: int) -> None:
        await self._cursors.update_one({"_id": name}, {"$max": {"seq": seq}}, upsert=True)

    async def expect(self, kind: GapKind, charge: Charge, look_at: datetime) -> None:
        await self._note(kind, charge, {"state": GapState.EXPECTED, "look_at": look_at})

    async def old(self, charge: Charge, at: datetime, dated: datetime) -> None:
        told = {"state": GapState.OPEN, "opened_at": at, "dated": dated}
        await self._note(GapKind.OLD_CDR, charge, told)

    async def came(self, kind: GapKind, other: Charge, at: datetime) -> bool:
        """The other half of a charge is here; whether it had been waited for, also when it is said again."""
        wanted = {"kind": kind, "cpo": str(other.cpo), **_same_charge(other)}
        told = {"resolved_at": at, "resolved_by": other.id}
        in_time = {"state": GapState.MATCHED, "expires_at": at + MATCHED_FOR, **told}
        too_late = {"state": GapState.RESOLVED, **told}
        await self._gaps.update_many({**wanted, "state": GapState.EXPECTED}, {"$set": in_time})
        missing = {**wanted, "state": {"$in": [GapState.OPEN, GapState.ACKNOWLEDGED]}}
        await self._gaps.update_many(missing, {"$set": too_late})
        return await self._gaps.find_one({**wanted, "resolved_by": other.id}) is not None

    async def due(self, now: datetime, limit: int) -> list[Gap]:
        wanted = {"state": GapState.EXPECTED, "look_at": {"$lte": now}}
        return [_gap(each) async for each in self._gaps.find(wanted).sort("look_at").limit(limit)]

    async def postpone(self, gap: Gap, until: datetime) -> None:
        await self._change(gap, {"look_at": until})

    async def forget(self, gap: Gap) -> None:
        await self._gaps.delete_one({"_id": gap.name, "state": GapState.EXPECTED})

    async def unanswered(self, gaps: Sequence[Gap], now: datetime, until: datetime, trouble: str) -> None:
        """The CPO could not be asked for what is missing."""
        for gap in gaps:
            told = {"look_at": until, "trouble": trouble, "asked_since": gap.asked_since or now}
            await self._change(gap, told)

    async def open(self, gaps: Sequence[Gap], at: datetime) -> None:
        """Those of them that are missing still."""
        for gap in gaps:
            await self._change(gap, {"state": GapState.OPEN, "opened_at": at})

    async def acknowledge(self, name: str, by: str, at: datetime) -> bool:
        """False where there is no such gap that is open."""
        told = {"state": GapState.ACKNOWLEDGED, "acknowledged_at": at, "acknowledged_by": by}
        result = await self._gaps.update_one({"_id": name, "state": GapState.OPEN}, {"$set": told})
        return bool(result.matched_count)

    async def listed(self, states: Collection[GapState], kind: GapKind | None, limit: int) -> list[Document]:
        """The newest first."""
        wanted: dict[str, Any] = {"state": {"$in": list(states or _SHOWN)}}
        if kind is not None:
            wanted["kind"] = kind
        found = self._gaps.find(wanted).sort([("opened_at", DESCENDING), ("_id", ASCENDING)]).limit(limit)
        return [each async for each in found]

    async def count_open(self) -> dict[GapKind, int]:
        counted = {
            kind: await self._gaps.count_documents({"state": GapState.OPEN, "kind": kind}) for kind in GapKind
        }
        return {kind: int(count) for kind, count in counted.items()}

    async def _note(self, kind: GapKind, charge: Charge, told: Document) -> None:
        """Once: what has become of it since stays."""
        new = {
            "kind": kind,
            "cpo": str(charge.cpo),
            "id": charge.id,
            "session_id": charge.session_id,
            "card": charge.card,
            "started_at": charge.started_at,
            **told,
        }
        name = f"{kind}|{charge.cpo}|{charge.id.lower()}"
        await self._gaps.update_one({"_id": name}, {"$setOnInsert": new}, upsert=True)

    async def _change(self, gap: Gap, told: Document) -> None:
        await self._gaps.update_one({"_id": gap.name, "state": GapState.EXPECTED}, {"$set": told})


def _same_charge(other: Charge) -> Document:
    """By the session, which one of the two may not name; then by the card and the start."""
    nearly = {"$gte": other.started_at - SAME_START, "$lte": other.started_at + SAME_START}
    by_card = {"card": other.card, "started_at": nearly}
    if other.session_id is None:
        return by_card
    return {"$or": [{"session_id": other.session_id}, {"session_id": None, **by_card}]}


def _gap(document: Document) -> Gap:
    return Gap(
        name=document["_id"],
        kind=GapKind(document["kind"]),
        cpo=PartyId.parse(document["cpo"]),
        id=document["id"],
        started_at=document["started_at"],
        asked_since=document.get("asked_since"),
    )
