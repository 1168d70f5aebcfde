"""Every bill that arrives is priced again, and what can be said against it is kept beside it.

A verdict never changes a bill; what follows from it is for others to decide. It rests on what is known here:
the zone of the Location, the tariffs as they were published, the bill that a credit takes back, and who
billed the same session before.
Spec: 2.3.0 mod_cdrs, mod_tariffs.
"""

from collections.abc import Sequence
from typing import Any, Final

from ocpi.objects.claims import Claims
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.pricing import NoSuchZone, Tariff, Version, Zone, read_tariff
from ocpi.pricing.audit import Audit, examine
from ocpi.pricing.explain import explain
from ocpi.pricing.findings import Finding, Severity
from ocpi.pricing.instants import ticks
from ocpi.pricing.known import Known
from ocpi.pricing.language.words import Language
from ocpi.pricing.read_cdr import opened
from ocpi.pricing.report import of_finding
from ocpi.pricing.wire import WireCdr
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.times import parse

log = logger(__name__)

COLLECTION: Final = "verdicts"
INDEXES = (Index(collection=COLLECTION, keys=(("clean", ASCENDING), ("at", DESCENDING))),)


class Verdicts:
    def __init__(self, *, store: ObjectStore, mongo: Mongo, clock: Clock) -> None:
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

    async def keep(self, bill: Record, verdict: Audit) -> None:
        """Under the bill's own id; judged again, it is written anew."""
        await self._verdicts.replace_one(
            {"_id": bill.database_id}, self._document(bill, verdict), upsert=True
        )
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
            "findings": [_plain(of_finding(finding)) for finding in verdict.findings],
            "reading": None if verdict.reading is None else verdict.reading.meaning,
            "explanation": [] if breakdown is None else list(explain(breakdown, Language.ENGLISH)),
        }

    async def _known(self, bill: Record) -> Known:
        value = bill.value()
        return Known(
            version=Version.V2_3_0,
            zone=await self._zone(bill.key.owner, value, bill.audience),
            tariffs=await self._published(bill.key.owner, value, bill.audience),
            now=ticks(self._clock.now()),
            original=await self._credited(bill.key.owner, value, bill.audience),
        )

    async def _credited(
        self, owner: PartyId, value: dict[str, Any], audience: PartyId | None
    ) -> WireCdr | None:
        """The bill that a credit takes back, if it came here."""
        name = value.get("credit_reference_id")
        held = await self._store.get(ObjectKey(ObjectKind.CDR, owner, name)) if name else None
        return opened(held.value())[0] if held is not None and held.audience == audience else None

    async def _zone(self, owner: PartyId, value: dict[str, Any], audience: PartyId | None) -> Zone | None:
        place = await self._told(ObjectKind.LOCATION, owner, value["cdr_location"]["id"], audience)
        try:
            return Zone.named(place["time_zone"]) if place else None
        except (NoSuchZone, KeyError):
            return None

    async def _published(
        self, owner: PartyId, value: dict[str, Any], audience: PartyId | None
    ) -> tuple[Tariff, ...]:
        """The tariffs that the bill names, unless they have changed since its session began."""
        began = parse(value["start_date_time"])
        told = [
            await self._told(ObjectKind.TARIFF, owner, each["id"], audience)
            for each in value.get("tariffs") or ()
        ]
        then = (each for each in told if each is not None and parse(each["last_updated"]) <= began)
        read = (read_tariff(each, Version.V2_3_0)[0] for each in then)
        return tuple(tariff for tariff in read if tariff is not None)

    async def _told(
        self, kind: ObjectKind, owner: PartyId, written_id: str, audience: PartyId | None
    ) -> dict[str, Any] | None:
        """What the CPO told this party alone, else what it told everybody."""
        key = ObjectKey(kind, owner, written_id)
        held = await self._store.get(key, audience) or await self._store.get(key)
        return None if held is None or held.deleted else held.value()


def _finding(code: str, pointer: str, other: str) -> Finding:
    return Finding(code, Severity.ERROR, pointer, actual=other)


def _plain(finding: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in finding.items()}
