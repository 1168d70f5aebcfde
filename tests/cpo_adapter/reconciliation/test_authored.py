"""Records of the operator: told to the issuer by POST, PUT and DELETE, and listed for it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.reconciliation.author import UNTOLD
from ocpi.objects.record import Record
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, Running, agree, connect, operate, running_cpo

MODULE = "invoicereconciliation"
PATH = "/invoice_reconciliations"


@dataclass(frozen=True, slots=True)
class Billing:
    cpo: Running
    emsp: SimulatedPartner

    async def bills(self, *ids: str, to: PartyId = EMSP) -> None:
        for cdr_id in ids:
            cdr = build.cdr(id=cdr_id)
            key = ObjectKey(ObjectKind.CDR, CPO, cdr_id)
            await self.cpo.foundation.store.insert(Record(key, cdr.last_updated, codec.dump(cdr), to))

    async def write(self, *cdrs: str, invoice_id: str = "INV-1", emsp: PartyId = EMSP) -> Any:
        return await operate(
            self.cpo, PATH, {"emsp": str(emsp), "invoice_id": invoice_id, "cdrs": list(cdrs)}
        )

    async def heard(self, count: int) -> list[Request]:
        await eventually(lambda: len(self.emsp.heard(MODULE)) >= count)
        return self.emsp.heard(MODULE)

    async def later(self, clock: ManualClock, **time: float) -> None:
        await clock.advance(**time)
        await self.cpo.foundation.delivery.mark()  # nothing new: only to have it look now

    async def pull(self, partner: SimulatedPartner, party: PartyId, **query: str) -> Heard:
        routing = Routing(to=CPO, sender=party)
        return await partner.call("GET", MODULE, Side.SENDER, routing=routing, query=query)


@pytest.fixture
async def billing(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Billing]:
    async with running_cpo(mongo, clock, tmp_path) as cpo, SimulatedPartner(("EMSP", EMSP)) as emsp:
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        billing = Billing(cpo, emsp)
        await billing.bills("CDR1", "CDR2")
        yield billing


async def test_a_new_record_is_posted_to_the_issuer_once(billing: Billing, clock: ManualClock) -> None:
    written = await billing.write("CDR1", "CDR2")
    (posted,) = await billing.heard(1)
    assert (posted.method, posted.path, posted.side) == ("POST", "", Side.RECEIVER)
    assert posted.routing == Routing(to=EMSP, sender=CPO)
    body = posted.json()
    assert (body["country_code"], body["party_id"], body["id"]) == ("FR", "CPO", written["id"])
    assert (body["invoice_id"], body["cdrs"]) == ("INV-1", ["CDR1", "CDR2"])
    await billing.later(clock, minutes=1)
    assert len(billing.emsp.heard(MODULE)) == 1
    assert await billing.cpo.foundation.outbox.waiting() == 0


async def test_a_change_is_put_and_a_mistake_is_deleted(billing: Billing) -> None:
    written = await billing.write("CDR1")
    await operate(billing.cpo, f"{PATH}/{written['id']}", {"invoice_id": "INV-1b", "cdrs": ["CDR1", "CDR2"]})
    _, put = await billing.heard(2)
    assert (put.method, put.path) == ("PUT", f"FR/CPO/{written['id']}")
    assert (put.json()["invoice_id"], put.json()["cdrs"]) == ("INV-1b", ["CDR1", "CDR2"])
    await asyncio.to_thread(billing.cpo.admin.delete, f"{PATH}/{written['id']}")
    gone = (await billing.heard(3))[2]
    assert (gone.method, gone.path) == ("DELETE", f"FR/CPO/{written['id']}")
    assert await asyncio.to_thread(billing.cpo.admin.get, PATH) == []
    assert (await billing.write("CDR1", "CDR2"))["id"] != written["id"]


async def test_an_issuer_that_was_away_gets_the_record_when_it_returns(
    billing: Billing, clock: ManualClock
) -> None:
    billing.emsp.is_online = False
    written = await billing.write("CDR1")
    billing.emsp.is_online = True
    await billing.later(clock, minutes=10)
    (put,) = await billing.heard(1)
    assert (put.method, put.path, put.json()["cdrs"]) == ("PUT", f"FR/CPO/{written['id']}", ["CDR1"])


async def test_a_record_that_was_written_before_a_crash_is_told_after_it(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with SimulatedPartner(("EMSP", EMSP)) as emsp:
        async with running_cpo(mongo, clock, tmp_path) as cpo:
            await connect(cpo, emsp, "the-emsp", "EMSP")
            await agree(cpo)
            billing = Billing(cpo, emsp)
            await billing.bills("CDR1")
            written = await billing.write("CDR1")
            (record,) = await cpo.foundation.store.named(
                ObjectKind.INVOICE_RECONCILIATION_RECORD, written["id"]
            )
            await mongo.collection(UNTOLD).insert_one({"_id": record.database_id})
        emsp.received.clear()
        async with running_cpo(mongo, clock, tmp_path) as cpo:
            (put,) = await Billing(cpo, emsp).heard(1)
            assert (put.method, put.path) == ("PUT", f"FR/CPO/{written['id']}")
            assert await mongo.collection(UNTOLD).count_documents({}) == 0


async def test_a_refusal_to_take_the_record_is_shown_to_the_operator(
    billing: Billing, clock: ManualClock
) -> None:
    for method in ("POST", "PUT"):
        billing.emsp.answer(method, MODULE, Side.RECEIVER, lambda _: Reply(status_code=2001))
    await billing.write("CDR1")
    for _ in range(4):
        await billing.later(clock, seconds=2)
        await asyncio.sleep(0.1)
    (mark,) = await asyncio.to_thread(billing.cpo.admin.get, "/outbox")
    assert "refused 3 times" in mark["parked"]


async def test_the_issuer_finds_its_records_page_by_page_and_no_others(billing: Billing) -> None:
    other = PartyId("DE", "TWO")
    async with SimulatedPartner(("EMSP", other)) as second:
        await connect(billing.cpo, second, "the-other", "EMSP")
        await agree(billing.cpo, emsp=other)
        await billing.bills("CDR9", to=other)
        for cdr in ("CDR1", "CDR2"):
            await billing.write(cdr, invoice_id=f"INV-{cdr}")
        await billing.write("CDR9", invoice_id="INV-other", emsp=other)
        page = await billing.pull(billing.emsp, EMSP, limit="1")
        assert (page.headers["X-Total-Count"], len(page.data)) == ("2", 1)
        assert 'rel="next"' in page.headers["Link"]
        assert {each["invoice_id"] for each in (await billing.pull(billing.emsp, EMSP)).data} == {
            "INV-CDR1",
            "INV-CDR2",
        }
        assert [each["invoice_id"] for each in (await billing.pull(second, other)).data] == ["INV-other"]


async def test_only_bills_of_that_issuer_are_covered_and_each_once(billing: Billing) -> None:
    with pytest.raises(AdminRefused, match="not billed with NOPE"):
        await billing.write("CDR1", "NOPE")
    await billing.bills("CDR9", to=PartyId("DE", "TWO"))
    with pytest.raises(AdminRefused, match="not billed with CDR9"):
        await billing.write("CDR9")
    with pytest.raises(AdminRefused, match="twice"):
        await billing.write("CDR1", "cdr1")
    await billing.write("CDR1")
    with pytest.raises(AdminRefused, match="another record covers cdr1"):
        await billing.write("CDR1", "CDR2", invoice_id="INV-2")
    assert len(await asyncio.to_thread(billing.cpo.admin.get, PATH)) == 1


async def test_a_record_that_nobody_wrote_cannot_be_changed(billing: Billing) -> None:
    with pytest.raises(AdminRefused, match="there is no record"):
        await operate(billing.cpo, f"{PATH}/nope", {"invoice_id": "INV-1", "cdrs": ["CDR1"]})
    with pytest.raises(AdminRefused, match="there is no record"):
        await asyncio.to_thread(billing.cpo.admin.delete, f"{PATH}/nope")


async def test_an_issuer_whose_version_has_no_records_is_told_none(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with (
        running_cpo(mongo, clock, tmp_path) as cpo,
        SimulatedPartner(("EMSP", EMSP), versions=("2.2.1",)) as emsp,
    ):
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        billing = Billing(cpo, emsp)
        await billing.bills("CDR1")
        with pytest.raises(AdminRefused, match=r"2\.2\.1"):
            await billing.write("CDR1")
        assert await asyncio.to_thread(cpo.admin.get, PATH) == []
        assert (MODULE, "SENDER") not in emsp.endpoints
