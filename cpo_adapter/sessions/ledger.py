"""What became of each transaction: billed, held, or not billed with the reason; and its bills, one live.

A bill that was sent is never changed: it is taken back by a credit, and another one may take its place, in
one write, so that two never stand. Whoever settles a transaction says what he had seen of it; if more was
heard meanwhile nothing is settled. The energy of each is counted under what became of it.
Spec: 2.3.0 mod_cdrs, Credit CDRs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from cpo_adapter.sessions.ends import Correction
from cpo_adapter.sessions.store import TRANSACTIONS
from ocpi.process.mongo import DESCENDING, Document, Mongo

_MOST: Final = 500
_STANDING: Final = ("outcome", "changes", "bill", "credited", "is_announced", "written_off")
_SHOWN: Final = (
    "session_id",
    "station",
    "evse",
    "began_at",
    "outcome",
    "outcome_reason",
    "billed_wh",
    "held_wh",
    "not_billed_wh",
)


class Became(StrEnum):
    BILLED = "BILLED"
    HELD = "HELD"
    NOT_BILLED = "NOT_BILLED"


@dataclass(frozen=True, slots=True)
class Credited:
    """A bill that was taken back, and when."""

    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """`changes` counts what was heard since it ended; `bill` is the live one, perhaps not announced yet.

    `written_off`: why the operator wants nothing for it.
    """

    outcome: str | None
    changes: int
    bill: bytes | None
    credited: tuple[Credited, ...]
    is_announced: bool = False
    written_off: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """`lacks`: held until its station has told the rest, or can be known not to."""

    outcome: Became
    reason: str | None = None
    billed_wh: Decimal = Decimal(0)
    held_wh: Decimal = Decimal(0)
    not_billed_wh: Decimal = Decimal(0)
    lacks: bool = False


class Ledger:
    def __init__(self, mongo: Mongo) -> None:
        self._transactions = mongo.collection(TRANSACTIONS)

    async def standing(self, number: int) -> Standing:
        """To be read before the transaction itself. Raises KeyError."""
        document = await self._transactions.find_one({"_id": number}, dict.fromkeys(_STANDING, 1))
        if document is None:
            raise KeyError(number)
        return Standing(
            outcome=document["outcome"],
            changes=document.get("changes", 0),
            bill=document.get("bill"),
            credited=tuple(Credited(each["body"], each["at"]) for each in document.get("credited", ())),
            is_announced=document.get("is_announced", False),
            written_off=document.get("written_off"),
        )

    async def keep_bill(self, number: int, body: bytes) -> bytes:
        """The live bill: `body`, or the one that was made before a crash or by another process."""
        wanted = {"_id": number, "bill": {"$exists": False}}
        await self._transactions.update_one(wanted, {"$set": {"bill": body}})
        return (await self.standing(number)).bill or body

    async def replace_bill(self, number: int, live: bytes, other: bytes | None, at: datetime) -> bool:
        """Take back the live bill, for another one or for none; False when somebody else has done so."""
        told: Document = {"is_announced": False, **({} if other is None else {"bill": other})}
        change: Document = {"$push": {"credited": {"body": live, "at": at}}, "$set": told}
        change |= {"$unset": {"bill": ""}} if other is None else {}
        result = await self._transactions.update_one({"_id": number, "bill": live}, change)
        return bool(result.matched_count)

    async def settle(self, number: int, seen: Standing, settled: Settled) -> bool:
        """False when more was heard since `seen`: somebody will look again."""
        told = {
            "outcome": settled.outcome,
            "outcome_reason": settled.reason,
            "lacks": settled.lacks,
            "is_announced": settled.outcome is not Became.HELD,
            "billed_wh": settled.billed_wh,
            "held_wh": settled.held_wh,
            "not_billed_wh": settled.not_billed_wh,
        }
        unchanged = {"changes": seen.changes} if seen.changes else {"changes": {"$in": [None, 0]}}
        result = await self._transactions.update_one({"_id": number, **unchanged}, {"$set": told})
        return bool(result.matched_count)

    async def lacking(self) -> dict[str, list[int]]:
        """Those that are held until their stations have told the rest, by station."""
        found: dict[str, list[int]] = {}
        async for each in self._transactions.find({"lacks": True}, {"station": 1}):
            found.setdefault(each["station"], []).append(int(each["_id"]))
        return found

    async def all_told(self, number: int, at: datetime) -> None:
        """Nothing more of it will come."""
        change = {"$set": {"all_told_at": at, "lacks": False, "outcome": None}, "$inc": {"changes": 1}}
        await self._transactions.update_one({"_id": number, "lacks": True}, change)

    async def correct(self, number: int, correction: Correction) -> bool:
        """False for one that has not ended, or is none."""
        told = {"start_wh": correction.start_wh, "stop_wh": correction.stop_wh, "at": correction.at}
        return await self._decide(number, {"correction": told})

    async def write_off(self, number: int, reason: str) -> bool:
        """As `correct`."""
        return await self._decide(number, {"written_off": reason})

    async def _decide(self, number: int, decision: Document) -> bool:
        change = {"$set": {**decision, "outcome": None, "lacks": False}, "$inc": {"changes": 1}}
        wanted = {"_id": number, "end": {"$exists": True}}
        return bool((await self._transactions.update_one(wanted, change)).matched_count)

    async def unsettled(self, *, ended_only: bool = False) -> Iterable[int]:
        """Those that run, and those whose end, or what came after it, has not been dealt with."""
        wanted: Document = {"outcome": None, **({"end": {"$exists": True}} if ended_only else {})}
        return [int(each["_id"]) async for each in self._transactions.find(wanted, {"_id": 1})]

    async def listed(self, outcome: Became | None = None) -> list[Document]:
        """For the operator: transactions and what became of them, the newest first."""
        wanted = {} if outcome is None else {"outcome": outcome}
        found = self._transactions.find(wanted, dict.fromkeys(_SHOWN, 1))
        return [each async for each in found.sort("_id", DESCENDING).limit(_MOST)]

    async def energies(self) -> dict[str, Any]:
        """What the stations have counted in transactions that are settled, in Wh, by what became of it."""
        names = ("billed_wh", "held_wh", "not_billed_wh")
        sums = {name: {"$sum": f"${name}"} for name in names}
        stages: list[Document] = [{"$match": {"outcome": {"$ne": None}}}, {"$group": {"_id": None, **sums}}]
        found = [each async for each in self._transactions.aggregate(stages)]
        return {name: int(found[0][name]) if found else 0 for name in names}
