"""A driver charges by app at CPOs of every version, from the start to the receipt."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.base import OcpiModel
from schemas.translation.context import Context
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.sessions import Session
from tests import build
from tests.emsp_adapter.apps.counter import SHARED_LOOP, Counter, running_counter
from tests.emsp_adapter.apps.listening import following
from tests.ocpi.client.connected import VERSIONS, told_in
from tests.platforms import CPO, EMSP

pytestmark = SHARED_LOOP

CARD = {**build.EMSP, "uid": "04AA", "type": "RFID", "contract_id": "NL-MSP-C1"}
RUN: dict[str, Any] = {"cdr_token": CARD, "start_date_time": "2026-01-01T00:01:00Z", "auth_method": "COMMAND"}
OF_THE_CPO = Context(owner=CPO, counterpart=EMSP, location=build.location())


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=VERSIONS)
async def counter(
    request: pytest.FixtureRequest, mongo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Counter]:
    folder = tmp_path_factory.mktemp("emsp")
    async with running_counter(mongo_url, folder, ocpi=request.param) as running:
        yield running


async def push(counter: Counter, method: str, module: str, *path: str, model: OcpiModel) -> None:
    body = told_in(counter.cpo.version, type(model), model, OF_THE_CPO)
    routing = Routing() if counter.cpo.version == "2.1.1" else Routing(to=EMSP, sender=CPO)
    heard = await counter.cpo.call(method, module, Side.RECEIVER, *path, routing=routing, body=body)
    assert heard.is_success, heard.body


async def test_a_charge_by_app_from_the_start_to_the_receipt(counter: Counter) -> None:
    app = await counter.holder(contracts=["NL-MSP-C1"])
    location: Location = build.location()
    await push(counter, "PUT", "locations", "FR", "CPO", "LOC1", model=location)
    command = (await app.post("/sessions", {"location_id": "LOC1", "token": {"uid": "04AA"}})).body
    asked = counter.cpo.heard("commands")[-1]
    assert (asked.version, asked.json()["location_id"]) == (counter.cpo.version, "LOC1")

    async with following(app, f"/commands/{command['id']}/events") as stream:
        assert (await stream.event()).data["state"] == "PROMISED"
        await counter.obeying.tell(asked, "ACCEPTED")
        reference = command["about"]["authorization_reference"]
        running: Session = build.session(**RUN, authorization_reference=reference)
        await push(counter, "PUT", "sessions", "FR", "CPO", "S1", model=running)
        await counter.clock.advance(seconds=1)
        assert (await stream.event()).data["sessions"] == ["S1"]
        assert await stream.block() is None

    async with following(app, "/sessions/S1/events") as stream:
        assert (await stream.event()).data["status"] == "ACTIVE"
        ended: Session = build.session(
            **RUN, authorization_reference=reference, status="COMPLETED", kwh=8,
            end_date_time="2026-01-01T01:01:00Z", last_updated="2026-03-01T09:00:00Z",
        )  # fmt: skip
        await push(counter, "PUT", "sessions", "FR", "CPO", "S1", model=ended)
        await counter.clock.advance(seconds=1)
        assert (await stream.event()).data["kwh"] == "8"
        assert await stream.block() is None

    bill: CDR = build.cdr(cdr_token=CARD)
    await push(counter, "POST", "cdrs", model=bill)
    receipts = (await app.get("/sessions/S1/receipts")).body["receipts"]
    if counter.cpo.version == "2.1.1":  # its bills do not say whose session they are of
        assert receipts == []
        receipts = [(await app.get("/cdrs/CDR1/receipt")).body]
    (receipt,) = receipts
    assert (receipt["cdr_id"], receipt["before_taxes"], receipt["currency"]) == ("CDR1", "2.00", "EUR")
    assert (receipt["contract_id"], receipt["energy_kwh"]) == ("NL-MSP-C1", "8")
