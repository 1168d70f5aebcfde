"""Monthly statements of a CPO: looked at while they are open, closed once and for ever.

A closed statement is kept with every CDR that it covers. What comes afterwards, also for that month, stands
in the next one as a correction. Closing takes each session by one write to its chain, which says what the
session was worth at that moment; so a bill is in one statement and no other, whatever arrives meanwhile.

Whoever begins to close, or goes on where another stopped, gets a number; only the last of them may finish.
That number is looked at again after sessions are taken, so that one who was overtaken writes nothing that the
last does not write too. What it took too late is let go by whoever closes the next statement.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from emsp_adapter.billing import chains
from emsp_adapter.billing import rows as bills
from emsp_adapter.billing.months import Month, month
from emsp_adapter.billing.row import Row, read
from emsp_adapter.billing.statement import Line, Sums, line_of
from emsp_adapter.billing.statement_lines import StatementLines
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import ASCENDING, Document, DuplicateKey, Index, Mongo, ReturnDocument, UpdateOne
from ocpi.registration.named import NotNow
from schemas.kinds import PartyId

log = logger(__name__)

COLLECTION: Final = "statements"
INDEXES = (
    Index(collection=COLLECTION, keys=(("cpo", ASCENDING), ("month", ASCENDING))),
    Index(collection=COLLECTION, keys=(("state", ASCENDING), ("begun_at", ASCENDING))),
)
OPEN: Final = "OPEN"
CLOSING: Final = "CLOSING"
CLOSED: Final = "CLOSED"
_ABANDONED: Final = timedelta(minutes=2)
_AT_ONCE: Final = 100
_NOW: Final = {"bills": "$bills", "live": "$live"}


@dataclass(frozen=True, slots=True)
class Which:
    cpo: PartyId
    month: Month

    @property
    def name(self) -> str:
        return f"{self.cpo}|{self.month.name}"


class Statements:
    """`zone` is that in which months begin."""

    def __init__(self, *, mongo: Mongo, lines: StatementLines, zone: str, clock: Clock) -> None:
        self._statements = mongo.collection(COLLECTION)
        self._chains = mongo.collection(chains.COLLECTION)
        self._rows = mongo.collection(bills.COLLECTION)
        self._lines = lines
        self._zone = zone
        self._clock = clock

    def which(self, cpo: PartyId, written: str) -> Which:
        """Raises InvalidParameters."""
        return Which(cpo, month(written, self._zone))

    async def closed(self, cpo: PartyId | None, limit: int) -> list[Document]:
        """The newest first, those that are being closed among them."""
        wanted = {} if cpo is None else {"cpo": str(cpo)}
        found = self._statements.find(wanted).sort([("month", -1), ("cpo", 1)]).limit(limit)
        return [document async for document in found]

    async def get(self, which: Which) -> Document:
        """As it was closed, else as it would be if it were closed now."""
        held = await self._statements.find_one({"_id": which.name})
        if held is not None and held["state"] == CLOSED:
            return held
        sums = Sums()
        async for line in self._open_lines(which):
            sums.add(line)
        state = OPEN if held is None else CLOSING
        return {**_head(which), "state": state, **sums.shown(), "unjudged": await self._unjudged(which)}

    async def lines(self, which: Which) -> AsyncIterator[Line]:
        held = await self._statements.find_one({"_id": which.name})
        is_closed = held is not None and held["state"] == CLOSED
        async for line in self._lines.each(which.name) if is_closed else self._open_lines(which):
            yield line

    async def close(self, which: Which, operator: str) -> Document:
        """Raises NotNow: it is not over yet, closed before, or a later one is."""
        if self._clock.now() < which.month.until:
            raise NotNow(f"{which.month.name} ends at {which.month.until.isoformat()}")
        later = {"cpo": str(which.cpo), "month": {"$gt": which.month.name}}
        if await self._statements.find_one(later) is not None:
            raise NotNow("a later month is closed: what has come since stands in the next statement")
        return await self._finish(which, operator, await self._begun(which, operator))

    async def resume(self) -> None:
        """Finish what somebody began to close, and did not finish."""
        abandoned = {"state": CLOSING, "begun_at": {"$lt": self._clock.now() - _ABANDONED}}
        async for held in self._statements.find(abandoned):
            which = Which(PartyId.parse(held["cpo"]), month(held["month"], held["zone"]))
            await self._finish(which, held["by"], await self._begun(which, held["by"]))

    async def _begun(self, which: Which, operator: str) -> int:
        """The number of this attempt. Raises NotNow."""
        begun = {"state": CLOSING, "begun_at": self._clock.now(), "by": operator}
        try:
            await self._statements.insert_one({"_id": which.name, **_head(which), **begun, "attempt": 1})
        except DuplicateKey:
            pass
        else:
            return 1
        held = await self._statements.find_one_and_update(
            {"_id": which.name, "state": CLOSING},
            {"$inc": {"attempt": 1}, "$set": {"begun_at": self._clock.now()}},
            return_document=ReturnDocument.AFTER,
        )
        if held is None:
            raise NotNow(f"the statement of {which.cpo} for {which.month.name} is closed already")
        return int(held["attempt"])

    async def _finish(self, which: Which, operator: str, attempt: int) -> Document:
        await self._take(which)
        await self._write_lines(which, attempt)
        sums = Sums()
        async for line in self._lines.each(which.name):
            sums.add(line)
        told = {**sums.shown(), "unjudged": await self._unjudged(which), "closed_at": self._clock.now()}
        closed = await self._statements.find_one_and_update(
            {"_id": which.name, "state": CLOSING, "attempt": attempt},
            {"$set": {"state": CLOSED, **told}},
            return_document=ReturnDocument.AFTER,
        )
        if closed is None:
            raise _overtaken(which)
        log.info("statement closed", cpo=str(which.cpo), month=which.month.name, operator=operator)
        return dict(closed)

    async def _take(self, which: Which) -> None:
        """What is left behind of a statement that is closed is let go first."""
        closed = await self._statements.distinct("_id", {"cpo": str(which.cpo), "state": CLOSED})
        await self._chains.update_many({"claim.statement": {"$in": closed}}, {"$unset": {"claim": ""}})
        claim = {"statement": which.name, "was": "$stated", "now": _NOW}
        await self._chains.update_many(
            {**_unstated(which), "claim": {"$exists": False}}, [{"$set": {"claim": claim}}]
        )

    async def _check_last(self, which: Which, attempt: int) -> None:
        """Raises NotNow."""
        last = {"_id": which.name, "state": CLOSING, "attempt": attempt}
        if await self._statements.find_one(last) is None:
            raise _overtaken(which)

    async def _write_lines(self, which: Which, attempt: int) -> None:
        """Of whatever was taken, by whomever; a session is let go when its line is written."""
        while True:
            await self._check_last(which, attempt)
            found = self._chains.find({"claim.statement": which.name}).limit(_AT_ONCE)
            batch = [document async for document in found]
            if not batch:
                return
            lines = await self._lines_of([(each["_id"], each["claim"]) for each in batch], which)
            await self._lines.write(which.name, str(which.cpo), lines)
            await self._chains.bulk_write([_stated(each["_id"], which.name) for each in batch], ordered=False)

    async def _lines_of(self, told: Sequence[tuple[str, Document]], which: Which) -> list[Line]:
        """Of chains, by name and with what was stated of them and is now."""
        rows: dict[str, dict[str, Row]] = {}
        async for document in self._rows.find({"chain": {"$in": [chain for chain, _ in told]}}):
            row = read(document)
            rows.setdefault(row.chain, {})[str(row.key.id)] = row
        return [
            line_of(chain, said.get("was"), said["now"], rows.get(chain, {}), which.month.since)
            for chain, said in told
        ]

    async def _open_lines(self, which: Which) -> AsyncIterator[Line]:
        """As they would be now; what is taken already and not written yet stands as it was taken."""
        wanted = {"$or": [_unstated(which), {"claim.statement": which.name}]}
        waiting: list[tuple[str, Document]] = []
        async for each in self._chains.find(wanted).sort("_id", ASCENDING):
            waiting.append((each["_id"], _said(each, which)))
            if len(waiting) == _AT_ONCE:
                for line in await self._lines_of(waiting, which):
                    yield line
                waiting.clear()
        for line in await self._lines_of(waiting, which):
            yield line

    async def _unjudged(self, which: Which) -> int:
        """Bills that nobody has been able to judge yet."""
        waiting: dict[str, Any] = {"cpo": str(which.cpo), "end": {"$lt": which.month.until}}
        return int(await self._rows.count_documents({**waiting, "due_at": {"$type": "date"}}))


def _overtaken(which: Which) -> NotNow:
    return NotNow(f"somebody else is closing the statement of {which.cpo} for {which.month.name}")


def _head(which: Which) -> Document:
    return {
        "cpo": str(which.cpo),
        "month": which.month.name,
        "zone": which.month.zone,
        "since": which.month.since,
        "until": which.month.until,
    }


def _unstated(which: Which) -> Document:
    return {"cpo": str(which.cpo), "unstated": True, "end": {"$lt": which.month.until}}


def _said(chain: Document, which: Which) -> Document:
    claim: Document = chain.get("claim") or {}
    return claim if claim.get("statement") == which.name else {"was": chain.get("stated"), "now": chain}


def _stated(chain: str, statement: str) -> UpdateOne:
    """Let go of a session that stands in the statement; what has changed since is for the next one."""
    kept = {
        "stated": "$claim.now",
        "unstated": {"$ne": [_NOW, "$claim.now"]},
        "version": {"$add": ["$version", 1]},
    }
    return UpdateOne({"_id": chain, "claim.statement": statement}, [{"$set": kept}, {"$unset": "claim"}])
