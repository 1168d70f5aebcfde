"""One bill, or some of them, with all that is known: for whoever looks at them."""

from typing import Any

from emsp_adapter.billing.auditor import Auditor
from emsp_adapter.billing.chains import Chains
from emsp_adapter.billing.disputes import Disputes
from emsp_adapter.billing.filters import Filter
from emsp_adapter.billing.row import Row
from emsp_adapter.billing.rows import Rows
from emsp_adapter.billing.shown import dispute, facts, member
from ocpi.objects.store import ObjectStore
from ocpi.objects.verdicts import Verdicts
from ocpi.process.clock import Clock
from schemas.kinds import PartyId

Json = dict[str, Any]


class Reading:
    """`disputes` are changed by who has read."""

    def __init__(
        self,
        *,
        store: ObjectStore,
        rows: Rows,
        chains: Chains,
        verdicts: Verdicts,
        disputes: Disputes,
        auditor: Auditor,
        clock: Clock,
    ) -> None:
        self.disputes = disputes
        self._store = store
        self._rows = rows
        self._chains = chains
        self._verdicts = verdicts
        self._auditor = auditor
        self._clock = clock

    async def listed(self, wanted: Filter, before: int | None, limit: int) -> list[Row]:
        """The newest first."""
        return await self._rows.listed(wanted, before=before, limit=limit)

    async def named(self, cdr_id: str, cpo: PartyId | None) -> Row:
        """Raises UnknownObject, SeveralReceivers."""
        return await self._rows.named(cdr_id, cpo)

    async def whole(self, row: Row) -> Json:
        verdict = (await self._verdicts.of([row.object_id])).get(row.object_id, {})
        bill = await self._store.get_by_id(row.object_id)
        return {
            **facts(row),
            "attempts": row.attempts,
            "judged_at": verdict.get("at"),
            "verdict": verdict.get("findings", []),
            "reading": verdict.get("reading"),
            "explanation": verdict.get("explanation", []),
            "lines": verdict.get("lines", []),
            "chain": [member(each) for each in await self._chains.of(row.chain)],
            "dispute": dispute(row.dispute, row.dispute_version),
            "cdr": None if bill is None else bill.value(),
        }

    async def judged_anew(self, row: Row) -> Row:
        """Raises whatever goes wrong."""
        await self._rows.again(row.object_id, self._clock.now())
        bill = await self._store.numbered(row.key)
        if bill is not None:
            await self._auditor.one(bill)
        return await self._rows.named(str(row.key.id), row.key.owner)
