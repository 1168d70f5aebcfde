"""Sessions and CDRs of before: page by page, filtered, each key its own."""

import asyncio
from typing import Any

import pytest

from emsp_adapter.contracts.contract import Contract
from emsp_adapter.contracts.store import Contracts
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from tests import build
from tests.emsp_adapter.apps.counter import SHARED_LOOP, Counter, Holder
from tests.platforms import CPO

pytestmark = SHARED_LOOP


def card(contract_id: str) -> dict[str, str]:
    return {**build.CDR_TOKEN, "contract_id": contract_id}


async def push(counter: Counter, name: str, contract_id: str, **changes: Any) -> None:
    assert (await counter.obeying.pushes_session(id=name, cdr_token=card(contract_id), **changes)).is_success


async def bill(counter: Counter, name: str, contract_id: str, **changes: Any) -> bytes:
    """As it went over the wire."""
    body = codec.dump(build.cdr(id=name, cdr_token=card(contract_id), **changes))
    heard = await counter.obeying.issuing.push("POST", "cdrs", body=body)
    assert heard.is_success, heard.body
    return body


async def names(app: Holder, **query: str) -> list[str]:
    heard = await app.get("/sessions", **query)
    assert heard.http == 200, heard.raw
    return [each["id"] for each in heard.body["sessions"]]


async def test_a_session_that_just_came_stands_first(counter: Counter) -> None:
    app = await counter.holder(contracts=["NL-MSP-HIST1"])
    for name in ("H-1", "H-2"):
        await push(counter, name, "NL-MSP-HIST1")
    assert await names(app) == ["H-2", "H-1"]
    shown = (await app.get("/sessions/H-1")).body
    assert (shown["cpo"], shown["kwh"], shown["status"]) == ("FR*CPO", "3.5", "ACTIVE")
    assert shown["contract_id"] == "NL-MSP-HIST1"


async def test_a_list_shows_sessions_as_they_are_now(counter: Counter) -> None:
    app = await counter.holder(contracts=["NL-MSP-HIST2"])
    await push(counter, "H-3", "NL-MSP-HIST2")
    assert await names(app) == ["H-3"]
    await push(counter, "H-3", "NL-MSP-HIST2", status="COMPLETED", last_updated="2026-03-01T09:00:00Z")
    (shown,) = (await app.get("/sessions")).body["sessions"]
    assert shown["status"] == "COMPLETED"


async def test_pages_follow_one_another_without_gap_or_repetition(counter: Counter) -> None:
    app = await counter.holder(contracts=["NL-MSP-HIST3"])
    for number in range(5):
        await push(counter, f"P-{number}", "NL-MSP-HIST3")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await app.get("/sessions", limit="2", **cursor)).body
        seen += [each["id"] for each in page["sessions"]]
        if page["next"] is None:
            break
        if not cursor:
            await push(counter, "P-new", "NL-MSP-HIST3")  # comes before what was read already
        cursor = {"cursor": page["next"]}
    assert seen == ["P-4", "P-3", "P-2", "P-1", "P-0"]


async def test_a_cursor_opens_no_other_list(counter: Counter) -> None:
    app = await counter.holder(contracts=["NL-MSP-HIST4"])
    for name in ("C-1", "C-2"):
        await push(counter, name, "NL-MSP-HIST4")
    cursor = (await app.get("/sessions", limit="1")).body["next"]
    other = await counter.holder(contracts=["NL-MSP-HIST4"])
    for heard in (
        await app.get("/sessions", limit="1", cursor=cursor, cpo="FR*CPO"),
        await app.get("/cdrs", limit="1", cursor=cursor),
        await other.get("/sessions", limit="1", cursor=cursor),
        await app.get("/sessions", cursor="AAAA"),
    ):
        assert (heard.http, heard.places) == (404, ["cursor"])


async def test_filters_narrow_a_list(counter: Counter) -> None:
    app = await counter.holder(contracts=["NL-MSP-HIST5", "NL-MSP-HIST6"])
    await push(counter, "N-1", "NL-MSP-HIST5", start_date_time="2026-02-01T07:00:00Z")
    await push(counter, "N-2", "NL-MSP-HIST6", start_date_time="2026-02-02T07:00:00Z")
    assert await names(app, contract_id="nlmsphist5") == ["N-1"]
    assert await names(app, since="2026-02-02T00:00:00Z") == ["N-2"]
    assert await names(app, until="2026-02-02T07:00:00Z") == ["N-1"]
    assert await names(app, cpo="FR*CPO") == ["N-2", "N-1"]
    assert await names(app, cpo="DE*OTH") == []


async def test_the_back_office_looks_for_a_driver_and_finds_all_contracts_of_theirs(
    counter: Counter,
) -> None:
    contracts = Contracts(counter.mongo, counter.clock)
    for number, contract_id in enumerate(("NL-MSP-DRIVER1", "NL-MSP-DRIVER2")):
        await contracts.put(Contract(contract_id=contract_id, driver="driver-9"))
        await push(counter, f"D-{number}", contract_id)
    office = await counter.office()
    assert await names(office, driver="driver-9") == ["D-1", "D-0"]
    assert await names(office, driver="driver-9", contract_id="NL-MSP-DRIVER1") == ["D-0"]
    assert await names(office, driver="nobody") == []
    app = await counter.holder(contracts=["NL-MSP-DRIVER2"])
    assert await names(app, driver="driver-9") == ["D-1"]


async def test_a_key_sees_its_contracts_and_an_unbound_one_sees_all(counter: Counter) -> None:
    await push(counter, "O-1", "NL-MSP-HIST7")
    await push(counter, "O-2", "NL-MSP-HIST8")
    app = await counter.holder(contracts=["NL-MSP-HIST7"])
    assert await names(app) == ["O-1"]
    assert await names(app, contract_id="NL-MSP-HIST8") == []
    assert (await app.get("/sessions/O-2")).http == 404
    assert (await names(await counter.office()))[:2] == ["O-2", "O-1"]


async def test_what_another_process_received_is_there_too(counter: Counter) -> None:
    elsewhere = ObjectStore(counter.mongo, counter.clock)
    session = build.session(id="E-1", cdr_token=card("NL-MSP-HIST9"))
    await elsewhere.put(
        Record(ObjectKey(ObjectKind.SESSION, CPO, "E-1"), session.last_updated, codec.dump(session))
    )
    await counter.clock.leap(seconds=31)  # what another one has not given back is waited for
    assert await names(await counter.holder(contracts=["NL-MSP-HIST9"])) == ["E-1"]


async def test_an_id_that_two_cpos_use_needs_the_cpo(counter: Counter) -> None:
    other = PartyId("DE", "OTH")
    await push(counter, "TWICE", "NL-MSP-HIST10")
    session = build.session(id="TWICE", country_code="DE", party_id="OTH", cdr_token=card("NL-MSP-HIST10"))
    key = ObjectKey(ObjectKind.SESSION, other, "TWICE")
    await counter.emsp.foundation.store.put(Record(key, session.last_updated, codec.dump(session)))
    app = await counter.holder(contracts=["NL-MSP-HIST10"])
    heard = await app.get("/sessions/TWICE")
    assert (heard.http, heard.places) == (409, ["cpo"])
    assert (await app.get("/sessions/TWICE", cpo="DE*OTH")).body["cpo"] == "DE*OTH"


async def test_cdrs_are_told_with_every_digit_that_was_sent(counter: Counter) -> None:
    app = await counter.holder(contracts=["NL-MSP-BILL1"])
    await bill(counter, "B-1", "NL-MSP-BILL1", total_energy="15.34200000000000010", session_id="BS-1")
    (told,) = (await app.get("/cdrs")).body["cdrs"]
    assert told["cpo"] == "FR*CPO"
    assert str(told["cdr"]["total_energy"]) == "15.34200000000000010"
    assert (await app.get("/cdrs/B-1")).body == told


async def test_bills_of_others_are_not_there(counter: Counter) -> None:
    await bill(counter, "B-2", "NL-MSP-BILL2")
    app = await counter.holder(contracts=["NL-MSP-BILL3"])
    assert (await app.get("/cdrs")).body == {"cdrs": [], "next": None}
    for path in ("/cdrs/B-2", "/cdrs/B-2/receipt"):
        assert (await app.get(path)).http == 404


async def test_the_receipts_of_a_session_tell_bill_and_credit(counter: Counter) -> None:
    contract = "NL-MSP-BILL4"
    app = await counter.holder(contracts=[contract])
    await push(counter, "RS-1", contract, status="COMPLETED")
    location = build.location(time_zone="Europe/Amsterdam").to_wire()
    await counter.obeying.issuing.push("PUT", "locations", "FR", "CPO", "LOC1", body=location)
    assert (await app.get("/sessions/RS-1/receipts")).body == {"receipts": []}
    await bill(counter, "R-1", contract, session_id="RS-1")
    cost = {"before_taxes": -2, "taxes": [{"name": "VAT", "amount": "-0.40"}]}
    await bill(counter, "R-2", contract, session_id="RS-1", credit=True, credit_reference_id="R-1",
               total_cost=cost)  # fmt: skip
    first, second = (await app.get("/sessions/RS-1/receipts")).body["receipts"]
    assert (first["cdr_id"], first["after_taxes"], first["credited_by"]) == ("R-1", "2.40", "R-2")
    assert first["time_zone"] == "Europe/Amsterdam"
    assert (second["is_credit"], second["after_taxes"], second["credit_reference_id"]) == (
        True,
        "-2.40",
        "R-1",
    )
    assert (await app.get("/cdrs/R-1/receipt")).body == first


@pytest.mark.parametrize("path", ["/cdrs", "/cdrs/R-1", "/cdrs/R-1/receipt", "/sessions/RS-1/receipts"])
async def test_bills_need_their_scope(counter: Counter, path: str) -> None:
    app = await counter.holder(scopes=["sessions:read", "sessions:write"])
    assert (await app.get(path)).http == 403


async def test_two_that_look_at_the_same_moment_enter_each_session_once(counter: Counter) -> None:
    app = await counter.holder(contracts=["NL-MSP-HIST11"])
    for number in range(4):
        await push(counter, f"T-{number}", "NL-MSP-HIST11")
    await counter.mongo.collection("app_history_progress").delete_many({})
    for shown in await asyncio.gather(*(names(app) for _ in range(4))):
        assert shown == ["T-3", "T-2", "T-1", "T-0"]
