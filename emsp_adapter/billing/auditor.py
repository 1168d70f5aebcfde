"""Every bill that has come is judged: at once if that can be done, and otherwise as often as it takes.

A bill is taken before it is judged, and nothing that goes wrong here costs it. Its row says that it is due
until it is judged; a sweep makes the rows of bills that have none, in the order in which they came, and
judges what is due. So a crash, a restart or a failing database only makes a verdict late. Several processes
may do this at a time: what is done twice is the same twice.
"""

import asyncio
from datetime import timedelta
from typing import Final

from emsp_adapter.billing.amounts import figures_of, ours_of
from emsp_adapter.billing.chains import Chains
from emsp_adapter.billing.checks import check
from emsp_adapter.billing.disputes import Disputes
from emsp_adapter.billing.evidence import EvidenceRoom, Found
from emsp_adapter.billing.row import AuditState, Row
from emsp_adapter.billing.rows import Rows
from emsp_adapter.billing.sweep_mark import SweepMark
from ocpi.objects.pages import Numbered
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.objects.verdicts import Verdicts
from ocpi.pricing.audit import Audit, examine
from ocpi.pricing.findings import Finding, Severity
from ocpi.pricing.report import of_breakdown
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import Document
from schemas.kinds import ObjectKind

log = logger(__name__)

AT_ONCE_BYTES: Final = 128 * 1024
"""A larger bill is answered first and judged afterwards, by a thread of its own."""
WITHIN_S: Final = 2.0
LOOKS_EVERY_S: Final = 5.0
_AT_ONCE: Final = 200
_SIDE_BY_SIDE: Final = 8
_FIRST_PAUSE: Final = timedelta(seconds=10)
_LONGEST_PAUSE: Final = timedelta(hours=6)
_MOST_LINES: Final = 1000
_ALL: Final = Selection(ObjectKind.CDR)


class Auditor:
    def __init__(
        self,
        *,
        store: ObjectStore,
        rows: Rows,
        chains: Chains,
        evidence: EvidenceRoom,
        verdicts: Verdicts,
        disputes: Disputes,
        mark: SweepMark,
        clock: Clock,
    ) -> None:
        self._store = store
        self._rows = rows
        self._chains = chains
        self._evidence = evidence
        self._verdicts = verdicts
        self._disputes = disputes
        self._mark = mark
        self._clock = clock

    async def arrived(self, bill: Record) -> None:
        """It is kept; whatever becomes of this, it is not lost."""
        if len(bill.body) > AT_ONCE_BYTES:
            return
        try:
            async with asyncio.timeout(WITHIN_S):
                numbered = await self._store.numbered(bill.key)
                if numbered is not None:
                    await self.one(numbered)
        except Exception as error:  # noqa: BLE001 - the sweep judges it; who sent it need not know
            log.warning("bill to be judged later", cdr=str(bill.key), error=type(error).__name__)

    async def sweep(self) -> None:
        """Every bill that has settled has a row, and what is due is judged."""
        await self.catch_up()
        due = await self._rows.due(self._clock.now(), _AT_ONCE)
        for begin in range(0, len(due), _SIDE_BY_SIDE):
            await asyncio.gather(*map(self._guarded, due[begin : begin + _SIDE_BY_SIDE]))

    async def catch_up(self) -> int:
        """Rows for all bills that have settled; the number of the last of them."""
        after = await self._mark.get()
        while True:
            stretch = await self._store.settled(_ALL, after, _AT_ONCE)
            known = await self._rows.by_ids([each.record.database_id for each in stretch.rows])
            for bill in stretch.rows:
                if bill.record.database_id not in known:
                    await self._rows.take(bill, self._clock.now())
                after = bill.seq
            await self._mark.set(after)
            if not stretch.goes_on:
                return after

    async def one(self, bill: Numbered) -> None:
        """Raises whatever goes wrong; it is due again then."""
        row = await self._rows.take(bill, self._clock.now() + _FIRST_PAUSE)
        if row.audit is AuditState.DONE:
            return
        pause = min(_FIRST_PAUSE * 2 ** min(row.attempts, 12), _LONGEST_PAUSE)
        await self._rows.tried(row.object_id, self._clock.now() + pause)
        chain = await self._chains.join(row)
        await self._judge(bill.record, row)
        for member in await self._chains.of(chain):
            await self._disputes.look(member)

    async def _guarded(self, row: Row) -> None:
        try:
            bill = await self._store.numbered(row.key)
            if bill is not None:
                await self.one(bill)
        except Exception as error:
            log.exception("bill could not be judged", cdr=str(row.key))
            await self._rows.failed(row.object_id, type(error).__name__)

    async def _judge(self, bill: Record, row: Row) -> None:
        value = bill.value()
        found = await self._evidence.of(bill, row)
        verdict = await self._examined(bill, found)
        own = check(value, str(bill.key.owner), found.beside)
        findings = _once((*verdict.findings, *own, *figures_of(value).findings))
        verdict = verdict._replace(findings=findings)
        await self._verdicts.keep(bill, verdict, _lines(verdict))
        await self._rows.judged(
            row.object_id,
            ours=ours_of(verdict.breakdown, is_credit=row.link.is_credit),
            clean=verdict.is_clean,
            codes=_codes(findings),
        )

    async def _examined(self, bill: Record, found: Found) -> Audit:
        if len(bill.body) <= AT_ONCE_BYTES:
            return examine(bill.body, found.known)
        return await asyncio.to_thread(examine, bill.body, found.known)


def _codes(findings: tuple[Finding, ...]) -> Document:
    errors = (each.code for each in findings if each.severity is Severity.ERROR)
    told = (each.code for each in findings if each.severity is not Severity.INFO)
    return {"codes": list(dict.fromkeys(told)), "errors": list(dict.fromkeys(errors))}


def _once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Two checks may see the same thing at the same place."""
    return tuple({(each.code, each.pointer): each for each in findings}.values())


def _lines(verdict: Audit) -> Document:
    if verdict.breakdown is None:
        return {"lines": []}
    return {"lines": of_breakdown(verdict.breakdown)["lines"][:_MOST_LINES]}
