"""Disputes in MongoDB, in the row of their bill: each step is one write, made to the state that was read."""

from dataclasses import dataclass
from typing import Final

from emsp_adapter.billing import rows as bills
from emsp_adapter.billing.dispute import OURSELVES, Dispute, DisputeState, Step, automatic, may_follow
from emsp_adapter.billing.policy import Policy
from emsp_adapter.billing.row import Row, read, step_document
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import Mongo
from ocpi.registration.named import NotNow

log = logger(__name__)

_MOST_STEPS: Final = 200
_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """`seen` is the version that whoever decides had before their eyes; None does not care."""

    state: DisputeState
    reason: str
    note: str | None = None
    seen: int | None = None


class Disputes:
    def __init__(self, *, mongo: Mongo, policy: Policy, clock: Clock) -> None:
        self._rows = mongo.collection(bills.COLLECTION)
        self._policy = policy
        self._clock = clock

    async def take(self, row: Row, wanted: Wanted, operator: str) -> Row:
        """Bring a dispute a step further. Raises NotNow for a step that cannot follow, or came too late."""
        if wanted.seen is not None and wanted.seen != row.dispute_version:
            raise NotNow(f"the dispute has changed since: it is {row.dispute_state} now")
        if wanted.state not in may_follow(row.dispute_state):
            possible = ", ".join(sorted(may_follow(row.dispute_state)))
            raise NotNow(f"from {row.dispute_state or 'no dispute'} it can only become {possible}")
        step = Step(wanted.state, self._clock.now(), operator, wanted.reason, wanted.note)
        if not await self._write(row, step):
            raise NotNow("somebody else has just changed this dispute: look again")
        log.info("dispute changed", cdr=str(row.key), state=wanted.state, operator=operator)
        return await self._now(row)

    async def look(self, row: Row) -> None:
        """Put a bill to be looked at if its findings ask for it, or take that back if they are gone."""
        for _ in range(_ATTEMPTS):
            is_due = self._policy.is_due(row)
            state = automatic(row.dispute, frozenset(row.all_codes), is_due=is_due)
            if state is None:
                return
            reason = ", ".join(row.errors) or "it could not be judged"
            step = Step(
                state=state,
                at=self._clock.now(),
                by=OURSELVES,
                reason=reason if is_due else "the findings are gone",
                codes=row.all_codes,
            )
            if await self._write(row, step):
                return
            row = await self._now(row)

    async def _write(self, row: Row, step: Step) -> bool:
        dispute = row.dispute or Dispute(())
        if len(dispute.history) >= _MOST_STEPS:
            raise NotNow(f"a dispute of {_MOST_STEPS} steps is not for this machine any more")
        unchanged = {"_id": row.object_id, "dispute.version": row.dispute_version or {"$exists": False}}
        change = {
            "$set": {"dispute.state": step.state, "dispute.version": row.dispute_version + 1},
            "$push": {"dispute.history": step_document(step)},
        }
        return bool((await self._rows.update_one(unchanged, change)).matched_count)

    async def _now(self, row: Row) -> Row:
        document = await self._rows.find_one({"_id": row.object_id})
        return row if document is None else read(document)
