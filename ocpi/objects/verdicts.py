"""Every bill that arrives is priced again, and what can be said against it is kept beside it.

A verdict never changes a bill; what follows from it is for others to decide. It rests on what is known here:
the zone of the Location, the tariffs as they were published, the bill that a credit takes back, and who
billed the same session before.
Spec: 2.3.0 mod_cdrs, mod_tariffs.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from ocpi.objects.claims import Claims
from ocpi.objects.grounds import Grounds, Told
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.pricing.audit import Audit, examine
from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.explain import explain
from ocpi.pricing.findings import Finding, Severity
from ocpi.pricing.known import Known
from ocpi.pricing.language.words import Language
from ocpi.pricing.report import of_finding
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo
from schemas.kinds import ObjectKey, ObjectKind, PartyId

log = logger(__name__)

COLLECTION: Final = "verdicts"
_MOST_FINDINGS: Final = 1000
_MOST_SENTENCES: Final = 2000
INDEXES = (Index(collection=COLLECTION, keys=(("clean", ASCENDING), ("at", DESCENDING))),)


class Verdicts:
    def __init__(self, *, store: ObjectStore, mongo: Mongo, clock: Clock) -> None:
        self.grounds = Grounds(store)
        self._store = store
        self._verdicts = mongo.collection(COLLECTION)
        self._claims = Claims(mongo)
        self._clock = clock

    async def judge(self, bill: Record) -> None:
        await self.keep(bill, await self.compared(bill, await self.examined(bill)))

    async def examined(self, bill: Record) -> Audit:
        """What can be said against the bill by itself. Nothing is kept."""
        return examine(bill.body, await self._known(bill))

    async def compared(self, bill: Record, verdict: Audit) -> Audit:
        """The verdict, with what others that were taken in before say against a bill that is taken in now."""
        others = await self._others(bill, bill.value())
        return verdict._replace(findings=(*verdict.findings, *others))

    async def keep(self, bill: Record, verdict: Audit, more: Document | None = None) -> None:
        """Under the bill's own id; judged again, it is written anew. Of many words the first are kept."""
        document = {**self._document(bill, verdict), **(more or {})}
        await self._verdicts.replace_one({"_id": bill.database_id}, document, upsert=True)
        if not verdict.is_clean:
            codes = [finding.code for finding in verdict.findings]
            log.warning("bill doubted", cdr=str(bill.key), findings=codes)

    async def listed(self, *, doubted_only: bool, limit: int) -> list[Document]:
        """The newest first."""
        wanted: Document = {"clean": False} if doubted_only else {}
        return [each async for each in self._verdicts.find(wanted).sort("at", DESCENDING).limit(limit)]

    async def of(self, bill_ids: Sequence[str]) -> dict[str, Document]:
        """What was kept, by the database ids of bills."""
        found = self._verdicts.find({"_id": {"$in": list(bill_ids)}})
        return {document["_id"]: document async for document in found}

    async def _others(self, bill: Record, value: dict[str, Any]) -> list[Finding]:
        owner, name = bill.key.owner, bill.key.id
        if value.get("credit"):
            credited = value.get("credit_reference_id")
            before = await self._claims.on_credit(owner, credited, name) if credited else []
            return [_finding("credited_twice", "/credit_reference_id", before[0])] if before else []
        session_id = value.get("session_id")
        before = await self._claims.on_session(owner, session_id, name) if session_id else []
        standing = await self._uncredited(owner, before)
        return [_finding("session_billed_twice", "/session_id", standing[-1])] if standing else []

    async def _uncredited(self, owner: PartyId, bill_ids: Sequence[str]) -> list[str]:
        """Those that nobody has taken back, nor the operator refused."""
        keys = [ObjectKey(ObjectKind.CDR, owner, each) for each in bill_ids]
        credited = await self._store.credits_of(keys) if keys else {}
        held = {key: await self._store.get(key) for key in keys if key not in credited}
        return [str(key.id) for key, bill in held.items() if bill is None or not bill.is_refused]

    def _document(self, bill: Record, verdict: Audit) -> Document:
        breakdown = verdict.breakdown
        return {
            "_id": bill.database_id,
            "at": self._clock.now(),
            "cpo": str(bill.key.owner),
            "cdr": str(bill.key.id),
            "clean": verdict.is_clean,
            "findings": [_plain(of_finding(finding)) for finding in verdict.findings[:_MOST_FINDINGS]],
            "reading": None if verdict.reading is None else verdict.reading.meaning,
            "explanation": [] if breakdown is None else _sentences(breakdown),
        }

    async def _known(self, bill: Record) -> Known:
        return await self.grounds.of(bill.value(), Told(bill.key.owner, bill.audience), self._clock.now())


def _finding(code: str, pointer: str, other: str) -> Finding:
    return Finding(code, Severity.ERROR, pointer, actual=other)


def _sentences(breakdown: Breakdown) -> list[str]:
    return list(islice(explain(breakdown, Language.ENGLISH), _MOST_SENTENCES))


def _plain(finding: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in finding.items()}
