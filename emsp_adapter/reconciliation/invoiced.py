"""A statement held against the invoices of its CPO: what of it they cover, and what is wrong with that.

Spec: 2.3.0 edition 2 mod_invoice_reconciliation.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from emsp_adapter.billing.chain import Place
from emsp_adapter.billing.dispute import DISPUTED
from emsp_adapter.billing.row import Row
from emsp_adapter.billing.rows import Rows
from emsp_adapter.billing.statement import Line
from emsp_adapter.billing.statement_lines import StatementLines
from ocpi.objects.record import database_id
from ocpi.reconciliation.coverage import Coverage
from schemas.kinds import ObjectKey, ObjectKind, PartyId

Json = dict[str, Any]
_AT_ONCE: Final = 500
_MOST: Final = 1000


class Invoiced:
    def __init__(self, *, rows: Rows, coverage: Coverage, lines: StatementLines) -> None:
        self._rows = rows
        self._coverage = coverage
        self._lines = lines

    async def of(self, cpo: PartyId, lines: AsyncIterator[Line]) -> Json:
        """By the CDRs that a statement covers; the first thousand of each list are named."""
        told = {"invoiced": 0, "not_invoiced": 0, "uninvoiced": [], "disputed": [], "not_owed": []}
        waiting: list[str] = []
        async for line in lines:
            waiting.extend(line.bills)
            if len(waiting) >= _AT_ONCE:
                await self._add(told, cpo, waiting)
                waiting.clear()
        await self._add(told, cpo, waiting)
        return told

    async def about(self, cpo: PartyId, cdr_ids: Sequence[str]) -> Json:
        """Of CDRs that a record names: which are disputed, which are not owed, and their statements."""
        rows = await self._of(cpo, cdr_ids)
        covered = await self._lines.covering(cpo, cdr_ids)
        return {
            "disputed": [str(row.key.id) for row in rows if row.dispute_state in DISPUTED],
            "not_owed": [str(row.key.id) for row in rows if not _is_owed(row)],
            "statements": sorted({name.partition("|")[2] for name in covered.values()}),
        }

    async def _add(self, told: Json, cpo: PartyId, cdr_ids: Sequence[str]) -> None:
        covered = await self._coverage.of(cpo, cdr_ids)
        for row in await self._of(cpo, cdr_ids):
            name, is_invoiced = str(row.key.id), row.link.id in covered
            told["invoiced" if is_invoiced else "not_invoiced"] += 1
            if not is_invoiced and _is_owed(row):
                _note(told["uninvoiced"], name)
            if is_invoiced and row.dispute_state in DISPUTED:
                _note(told["disputed"], name)
            if is_invoiced and not _is_owed(row):
                _note(told["not_owed"], name)

    async def _of(self, cpo: PartyId, cdr_ids: Sequence[str]) -> list[Row]:
        names = [database_id(ObjectKey(ObjectKind.CDR, cpo, each), None) for each in cdr_ids]
        held = await self._rows.by_ids(names)
        return [held[name] for name in names if name in held]


def _is_owed(row: Row) -> bool:
    """A bill and the credit that takes it back may stand in an invoice together, and come to nothing."""
    return row.place in {Place.LIVE, Place.CREDITED, Place.CREDIT}


def _note(names: list[str], name: str) -> None:
    if len(names) < _MOST:
        names.append(name)
