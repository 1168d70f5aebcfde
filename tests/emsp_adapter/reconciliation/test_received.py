"""Records of a CPO at the eMSP: kept, and held against the bills that arrived."""

import asyncio
from typing import Any

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import Heard
from tests import build
from tests.emsp_adapter.conftest import Issuing
from tests.platforms import CPO, EMSP

BACK = Routing(to=EMSP, sender=CPO)
HERE = ("FR", "CPO", "R1")
CREDIT = "C" * 39


def record(*cdrs: Any, **changes: Any) -> dict[str, Any]:
    told = {"country_code": "FR", "party_id": "CPO", "id": "R1", "invoice_id": "INV-2026-01"}
    return {**told, "cdrs": list(cdrs), "last_updated": "2026-01-01T00:00:00Z", **changes}


async def call(issuing: Issuing, method: str, *path: str, body: Any = None, routing: Routing = BACK) -> Heard:
    return await issuing.cpo.call(
        method, "invoicereconciliation", Side.RECEIVER, *path, routing=routing, body=body
    )


async def bills(issuing: Issuing, *ids: str) -> None:
    for cdr_id in ids:
        assert (await issuing.push("POST", "cdrs", body=codec.dump(build.cdr(id=cdr_id)))).http == 201


async def listed(issuing: Issuing) -> Any:
    return await asyncio.to_thread(issuing.emsp.admin.get, "/invoice_reconciliations")


async def uncovered(issuing: Issuing) -> list[str]:
    found = await asyncio.to_thread(issuing.emsp.admin.get, "/invoice_reconciliations/uncovered")
    return [each["cdr"] for each in found]


async def test_a_new_record_is_kept_and_shown_again(issuing: Issuing) -> None:
    heard = await call(issuing, "POST", body=record("CDR1"))
    assert (heard.http, heard.status, heard.data) == (201, 1000, None)
    assert (await call(issuing, "GET", *HERE)).data == record("CDR1")


async def test_what_the_record_covers_and_what_it_does_not_is_listed(issuing: Issuing) -> None:
    await bills(issuing, "CDR1", "CDR2")
    await call(issuing, "POST", body=record("cdr1", "LOST"))
    (shown,) = await listed(issuing)
    assert (shown["cpo"], shown["invoice_id"], shown["cdrs"]) == ("FR*CPO", "INV-2026-01", ["cdr1", "LOST"])
    assert shown["unknown"] == ["LOST"]
    assert await uncovered(issuing) == ["CDR2"]


async def test_a_bill_that_arrives_after_its_record_is_covered(issuing: Issuing) -> None:
    await call(issuing, "POST", body=record("CDR1"))
    assert (await listed(issuing))[0]["unknown"] == ["CDR1"]
    await bills(issuing, "CDR1")
    assert (await listed(issuing))[0]["unknown"] == []
    assert await uncovered(issuing) == []


async def test_cdrs_are_named_as_texts_or_as_objects_and_may_be_credits(issuing: Issuing) -> None:
    assert (await call(issuing, "POST", body=record({"id": "CDR1"}, CREDIT))).http == 201
    assert (await call(issuing, "GET", *HERE)).data["cdrs"] == ["CDR1", CREDIT]


async def test_a_bill_in_two_records_is_named_in_both(issuing: Issuing) -> None:
    await bills(issuing, "CDR1")
    await call(issuing, "POST", body=record("CDR1"))
    await call(issuing, "POST", body=record("CDR1", id="R2", invoice_id="INV-2026-02"))
    assert [each["elsewhere"] for each in await listed(issuing)] == [["CDR1"], ["CDR1"]]


async def test_a_changed_record_covers_what_it_says_now(issuing: Issuing) -> None:
    await bills(issuing, "CDR1", "CDR2")
    await call(issuing, "POST", body=record("CDR1"))
    later = record("CDR2", last_updated="2026-01-02T00:00:00Z")
    assert (await call(issuing, "PUT", *HERE, body=later)).http == 200
    assert await uncovered(issuing) == ["CDR1"]
    stale = await call(issuing, "PUT", *HERE, body=record("CDR1"))
    assert stale.status == 2001
    assert await uncovered(issuing) == ["CDR1"]


async def test_a_record_may_be_put_where_none_was(issuing: Issuing) -> None:
    assert (await call(issuing, "PUT", *HERE, body=record("CDR1"))).http == 201
    assert (await call(issuing, "POST", body=record("CDR1"))).http == 200


async def test_a_record_that_was_a_mistake_covers_nothing(issuing: Issuing) -> None:
    await bills(issuing, "CDR1")
    await call(issuing, "POST", body=record("CDR1"))
    await call(issuing, "POST", body=record("CDR9", id="R2"))
    assert (await call(issuing, "DELETE", *HERE)).status == 1000
    assert (await call(issuing, "DELETE", *HERE)).status == 1000
    assert (await call(issuing, "GET", *HERE)).http == 404
    assert [each["id"] for each in await listed(issuing)] == ["R2"]
    assert await uncovered(issuing) == ["CDR1"]


async def test_there_is_no_record_before_one_is_told(issuing: Issuing) -> None:
    assert (await call(issuing, "GET", *HERE)).http == 404
    assert (await call(issuing, "DELETE", *HERE)).http == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (record(), "/cdrs"),
        (record("CDR1", invoice_id=None), "/invoice_id"),
        (record("CDR1", id="R2"), "/id"),
    ],
)
async def test_what_is_no_record_of_that_address_is_refused(
    issuing: Issuing, body: Any, pointer: str
) -> None:
    heard = await call(issuing, "PUT", *HERE, body=body)
    assert (heard.http, heard.status) == (200, 2001)
    assert pointer in heard.envelope["status_message"]
    assert await listed(issuing) == []


async def test_a_record_of_another_cpo_is_not_taken(issuing: Issuing) -> None:
    """C-039."""
    other = record("CDR1", country_code="DE", party_id="OTH")
    routing = Routing(to=EMSP, sender=PartyId("DE", "OTH"))
    assert (await call(issuing, "POST", body=other, routing=routing)).http == 404
    assert (await call(issuing, "DELETE", "DE", "OTH", "R1", routing=routing)).http == 404
    assert await listed(issuing) == []
