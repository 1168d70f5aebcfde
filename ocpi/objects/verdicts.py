"""Every bill that arrives is priced again, and what can be said against it is kept beside it.

A verdict never changes a bill, refuses it or holds it up. It rests on what is known here: the zone of the
Location, the tariffs as they were published, the bill that a credit takes back.
Spec: 2.3.0 mod_cdrs, mod_tariffs.
"""

from typing import Any, Final

from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.pricing import NoSuchZone, Tariff, Version, Zone, read_tariff
from ocpi.pricing.audit import Audit, examine
from ocpi.pricing.explain import explain
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
        self._clock = clock

    async def judge(self, bill: Record) -> None:
        """Kept under the bill's own id; judged again, it is written anew."""
        verdict = examine(bill.body, await self._known(bill))
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
        told = await self._told(ObjectKind.CDR, owner, name, audience) if name else None
        return opened(told)[0] if told else None

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


def _plain(finding: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in finding.items()}
