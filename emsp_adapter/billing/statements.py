"""Monthly statements of a CPO: those that are closed as they were then, the others as they stand now.

A closed statement is kept with every CDR that it covers. What comes afterwards, also for that month, stands
in the next one as a correction.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from emsp_adapter.billing import chains
from emsp_adapter.billing import rows as bills
from emsp_adapter.billing.months import Month, month
from emsp_adapter.billing.row import Row, read
from emsp_adapter.billing.statement import Line, line_of
from emsp_adapter.billing.statement_lines import StatementLines
from emsp_adapter.billing.statement_sums import Sums
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo
from schemas.kinds import PartyId

COLLECTION: Final = "statements"
INDEXES = (
    Index(collection=COLLECTION, keys=(("cpo", ASCENDING), ("month", ASCENDING))),
    Index(collection=COLLECTION, keys=(("state", ASCENDING), ("begun_at", ASCENDING))),
)
OPEN: Final = "OPEN"
CLOSING: Final = "CLOSING"
CLOSED: Final = "CLOSED"
_AT_ONCE: Final = 100


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
        return {**head(which), "state": state, **sums.shown(), "unjudged": await self.unjudged(which)}

    async def lines(self, which: Which) -> AsyncIterator[Line]:
        held = await self._statements.find_one({"_id": which.name})
        is_closed = held is not None and held["state"] == CLOSED
        async for line in self._lines.each(which.name) if is_closed else self._open_lines(which):
            yield line

    async def lines_of(self, told: Sequence[tuple[str, Document]], which: Which) -> list[Line]:
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
        wanted = {"$or": [unstated(which), {"claim.statement": which.name}]}
        waiting: list[tuple[str, Document]] = []
        async for each in self._chains.find(wanted).sort("_id", ASCENDING):
            waiting.append((each["_id"], _said(each, which)))
            if len(waiting) == _AT_ONCE:
                for line in await self.lines_of(waiting, which):
                    yield line
                waiting.clear()
        for line in await self.lines_of(waiting, which):
            yield line

    async def unjudged(self, which: Which) -> int:
        """Bills that nobody has been able to judge yet."""
        waiting: dict[str, Any] = {"cpo": str(which.cpo), "end": {"$lt": which.month.until}}
        return int(await self._rows.count_documents({**waiting, "due_at": {"$type": "date"}}))


def head(which: Which) -> Document:
    return {
        "cpo": str(which.cpo),
        "month": which.month.name,
        "zone": which.month.zone,
        "since": which.month.since,
        "until": which.month.until,
    }


def unstated(which: Which) -> Document:
    return {"cpo": str(which.cpo), "unstated": True, "end": {"$lt": which.month.until}}


def _said(chain: Document, which: Which) -> Document:
    claim: Document = chain.get("claim") or {}
    return claim if claim.get("statement") == which.name else {"was": chain.get("stated"), "now": chain}
