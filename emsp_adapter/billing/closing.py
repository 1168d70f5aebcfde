"""A statement is closed once and for ever.

Closing takes each session by one write to its chain, which says what the session was worth at that moment; so
a bill is in one statement and no other, whatever arrives meanwhile.

Whoever begins to close, or goes on where another stopped, gets a number; only the last of them may finish.
That number is looked at again after sessions are taken, so that one who was overtaken writes nothing that the
last does not write too. What it took too late is let go by whoever closes the next statement.
"""

from datetime import timedelta
from typing import Final

from emsp_adapter.billing import chains
from emsp_adapter.billing.months import month
from emsp_adapter.billing.statement_lines import StatementLines
from emsp_adapter.billing.statement_sums import Sums
from emsp_adapter.billing.statements import CLOSED, CLOSING, COLLECTION, Statements, Which, head, unstated
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import Document, DuplicateKey, Mongo, ReturnDocument, UpdateOne
from ocpi.registration.named import NotNow
from schemas.kinds import PartyId

log = logger(__name__)

_ABANDONED: Final = timedelta(minutes=2)
_AT_ONCE: Final = 100
_NOW: Final = {"bills": "$bills", "live": "$live"}


class Closing:
    def __init__(self, *, told: Statements, mongo: Mongo, lines: StatementLines, clock: Clock) -> None:
        self._told = told
        self._statements = mongo.collection(COLLECTION)
        self._chains = mongo.collection(chains.COLLECTION)
        self._lines = lines
        self._clock = clock

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
            await self._statements.insert_one({"_id": which.name, **head(which), **begun, "attempt": 1})
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
        told = {**sums.shown(), "unjudged": await self._told.unjudged(which), "closed_at": self._clock.now()}
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
            {**unstated(which), "claim": {"$exists": False}}, [{"$set": {"claim": claim}}]
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
            lines = await self._told.lines_of([(each["_id"], each["claim"]) for each in batch], which)
            await self._lines.write(which.name, str(which.cpo), lines)
            await self._chains.bulk_write([_stated(each["_id"], which.name) for each in batch], ordered=False)


def _overtaken(which: Which) -> NotNow:
    return NotNow(f"somebody else is closing the statement of {which.cpo} for {which.month.name}")


def _stated(chain: str, statement: str) -> UpdateOne:
    """Let go of a session that stands in the statement; what has changed since is for the next one."""
    kept = {
        "stated": "$claim.now",
        "unstated": {"$ne": [_NOW, "$claim.now"]},
        "version": {"$add": ["$version", 1]},
    }
    return UpdateOne({"_id": chain, "claim.statement": statement}, [{"$set": kept}, {"$unset": "claim"}])
