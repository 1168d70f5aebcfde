"""Lists of partners of every version, as objects of 2.3.0. C-048."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs

from ocpi.client import (
    cdrs,
    hub_client_info,
    invoice_reconciliation,
    locations,
    payments,
    sessions,
    tariffs,
    tokens,
)
from ocpi.client.crawl import EVERYTHING, Page, Window
from ocpi.errors import NotSpeakable
from ocpi.process.egress import Egress
from ocpi.wire.headers import NOWHERE
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.base import OcpiModel
from schemas.translation.context import Context
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.sessions import Session
from schemas.v2_3_0.tariffs import Tariff
from schemas.v2_3_0.tokens import Token
from simulators.partner import Reply
from tests import build
from tests.ocpi.client.connected import OF_THE_CPO, OF_THE_EMSP, VERSIONS, line_to, speaking, told_in
from tests.platforms import CPO, EMSP

Model = TypeVar("Model", bound=OcpiModel)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


async def all_of(crawl: AsyncIterator[Page[Model]]) -> tuple[list[Model], list[str]]:
    """What was found, and why the rest was not."""
    pages = [page async for page in crawl]
    found = [each.model for page in pages for each in page.found]
    return found, [each.reason for page in pages for each in page.bad]


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_bad_object_does_not_cost_the_others(version: str, egress: Egress) -> None:
    """C-048: it is logged, and given back as it came."""
    good = told_in(version, Tariff, build.tariff(), OF_THE_CPO)
    bad = [{"id": "broken", "n": 1.5}, 5, None, "text", [1], {**good, "currency": 7}]
    objects = [good, bad[0], {**good, "id": "T2"}, *bad[1:], {**good, "id": "T3"}]
    async with speaking(version) as far:
        far.answer("GET", "tariffs", Side.SENDER, lambda _: Reply(objects))
        with capture_logs() as lines:
            (page,) = [page async for page in tariffs.every(line_to(far, egress), OF_THE_CPO)]
    assert [each.model.id for each in page.found] == ["T1", "T2", "T3"]
    assert [each.body for each in page.bad] == [codec.encode(each) for each in bad]
    warnings = [line for line in lines if line["log_level"] == "warning"]
    assert [line["event"] for line in warnings] == ["bad object in a list"] * 6
    assert {line["partner"] for line in warnings} == {"far"}


@pytest.mark.parametrize("version", VERSIONS)
async def test_every_list_comes_as_objects_of_2_3_0(version: str, egress: Egress) -> None:
    context = Context(owner=CPO, counterpart=EMSP, location=build.location())
    async with speaking(version) as cpo, speaking(version, "EMSP", EMSP) as emsp:
        cpo.publishes("locations", [told_in(version, Location, build.location(), context)])
        cpo.publishes("tariffs", [told_in(version, Tariff, build.tariff(), context)])
        cpo.publishes("sessions", [told_in(version, Session, build.session(), context)])
        cpo.publishes("cdrs", [told_in(version, CDR, build.cdr(), context)])
        emsp.publishes("tokens", [told_in(version, Token, build.token(), OF_THE_EMSP)])
        line = line_to(cpo, egress)
        (location,), _ = await all_of(locations.every(line, context))
        (tariff,), _ = await all_of(tariffs.every(line, context))
        (session,), _ = await all_of(sessions.every(line, context, SINCE))
        (cdr,), _ = await all_of(cdrs.every(line, context))
        (token,), _ = await all_of(tokens.every(line_to(emsp, egress), OF_THE_EMSP))
    assert (location.id, tariff.id, session.id, cdr.id) == ("LOC1", "T1", "S1", "CDR1")
    assert (session.location_id, cdr.cdr_location.evse_uid) == ("LOC1", "E1")
    for each in (location, tariff, session, cdr):
        assert (each.country_code, each.party_id) == ("FR", "CPO")
    assert (token.country_code, token.contract_id) == ("NL", "NL-MSP-C12345678-X")


@pytest.mark.parametrize("version", VERSIONS)
async def test_sessions_are_always_asked_for_since_when(version: str, egress: Egress) -> None:
    """The one module whose `date_from` is required."""
    async with speaking(version) as far:
        far.publishes("sessions", [])
        await all_of(sessions.every(line_to(far, egress), OF_THE_CPO, SINCE))
    assert far.received[0].query == {"date_from": "2026-01-01T00:00:00Z", "limit": "100"}


async def test_a_window_is_told_as_the_version_reads_it(egress: Egress) -> None:
    """C-044: 2.1.1 has no fractions of a second."""
    window = Window(SINCE.replace(microsecond=250_000), SINCE.replace(hour=1))
    for version, told in (("2.2.1", "2026-01-01T00:00:00.250Z"), ("2.1.1", "2026-01-01T00:00:00Z")):
        async with speaking(version) as far:
            await all_of(cdrs.every(line_to(far, egress), OF_THE_CPO, window))
            assert far.received[0].query["date_from"] == told
            assert far.received[0].query["date_to"] == "2026-01-01T01:00:00Z"


async def test_facts_may_be_found_for_each_object(egress: Egress) -> None:
    """A session of 2.1.1 tells a contract, not a card."""
    known = build.token(uid="CARD7", contract_id="C7")
    wire = told_in("2.1.1", Session, build.session(), Context(owner=CPO, location=build.location()))

    async def facts(value: Mapping[str, Any]) -> Context:
        return Context(owner=CPO, token=known if value["auth_id"] == "C7" else None, counterpart=EMSP)

    async with speaking("2.1.1") as far:
        far.publishes(
            "sessions", [{**wire, "id": "A", "auth_id": "C7"}, {**wire, "id": "B", "auth_id": "C8"}]
        )
        found, _ = await all_of(sessions.every(line_to(far, egress), facts, SINCE))
    assert [each.cdr_token.uid for each in found] == ["CARD7", "#NA"]


async def test_an_object_that_is_a_riddle_without_facts_is_a_bad_one(egress: Egress) -> None:
    wire = told_in("2.1.1", Session, build.session(), Context(owner=CPO, location=build.location()))
    async with speaking("2.1.1") as far:
        far.publishes("sessions", [wire])
        found, reasons = await all_of(sessions.every(line_to(far, egress), Context(owner=CPO), SINCE))
    assert found == []
    assert reasons == ["Session of far: neither the token nor the eMSP behind its auth_id is known"]


async def test_lists_of_configuration_are_not_routed(egress: Egress) -> None:
    info = {**build.CPO, "role": "CPO", "status": "CONNECTED", "last_updated": build.LAST_UPDATED}
    for version in ("2.3.0", "2.2.1"):
        async with speaking(version) as far:
            far.publishes("hubclientinfo", [info])
            found, _ = await all_of(hub_client_info.every(line_to(far, egress), OF_THE_CPO))
            assert [(each.party_id, each.status) for each in found] == [("CPO", "CONNECTED")]
            assert far.received[0].routing == NOWHERE


async def test_records_of_invoices_terminals_and_confirmations_are_listed(egress: Egress) -> None:
    record = {**build.CPO, "id": "R1", "invoice_id": "I1", "cdrs": ["A"], "last_updated": build.LAST_UPDATED}
    terminal = {"terminal_id": "P1", "last_updated": build.LAST_UPDATED}
    async with speaking("2.3.0") as far:
        far.publishes("invoicereconciliation", [record])
        far.answer("GET", "payments", Side.SENDER, lambda _: Reply([terminal]))
        line = line_to(far, egress)
        records, _ = await all_of(invoice_reconciliation.every(line, OF_THE_CPO))
        terminals, _ = await all_of(payments.terminals(line, OF_THE_CPO))
        _, reasons = await all_of(payments.confirmations(line, OF_THE_CPO))
    assert [each.invoice_id for each in records] == ["I1"]
    assert [each.terminal_id for each in terminals] == ["P1"]
    assert len(reasons) == 1
    assert [each.path for each in far.heard("payments")] == ["terminals", "financial-advice-confirmations"]


@pytest.mark.parametrize("version", ["2.2.1", "2.1.1"])
async def test_a_list_that_a_version_does_not_have_is_not_asked_for(version: str, egress: Egress) -> None:
    async with speaking(version) as far:
        line = line_to(far, egress)
        with pytest.raises(NotSpeakable, match=f"{version} has no payments"):
            await all_of(payments.terminals(line, OF_THE_CPO, EVERYTHING))
        with pytest.raises(NotSpeakable, match=f"{version} has no invoicereconciliation"):
            await all_of(invoice_reconciliation.every(line, OF_THE_CPO))
    assert far.received == []


async def test_an_object_that_shows_two_faces_is_a_bad_one(egress: Egress) -> None:
    """J-42: a key that stands twice is read by some readers first and by others last."""
    double = codec.dump(build.tariff()).replace(b'"currency"', b'"id":"X","currency"', 1)
    async with speaking("2.3.0") as far:
        raw = b'{"status_code":1000,"data":[' + double + b"]}"
        far.answer("GET", "tariffs", Side.SENDER, lambda _: Reply(raw=raw))
        found, reasons = await all_of(tariffs.every(line_to(far, egress), OF_THE_CPO))
    assert (found, reasons) == ([], ["the key 'id' stands twice in one object"])
