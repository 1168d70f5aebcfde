"""Parties behind a hub, records of invoices, and payment terminals: modules that only later versions have."""

from decimal import Decimal
from typing import Any

import pytest

from ocpi.client import hub_client_info, invoice_reconciliation, payments
from ocpi.errors import NotSpeakable
from ocpi.process.egress import Egress
from ocpi.wire.headers import NOWHERE
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.v2_3_0.hub_client_info import ClientInfo
from schemas.v2_3_0.invoice_reconciliation import InvoiceReconciliationRecord
from schemas.v2_3_0.payments import FinancialAdviceConfirmation, Terminal
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.ocpi.client.connected import OF_THE_CPO, TO_THE_CPO, line_to, speaking
from tests.platforms import CPO

INFO = {**build.CPO, "role": "CPO", "status": "OFFLINE", "last_updated": build.LAST_UPDATED}
RECORD = {**build.CPO, "id": "R1", "invoice_id": "I1", "cdrs": ["A"], "last_updated": build.LAST_UPDATED}
TERMINAL = {"terminal_id": "P1", "location_ids": ["LOC1"], "last_updated": build.LAST_UPDATED}
CONFIRMATION: dict[str, Any] = {
    "id": "F1",
    "authorization_reference": "A1",
    "total_costs": {"before_taxes": Decimal("12.10")},
    "currency": "EUR",
    "eft_data": ["receipt"],
    "capture_status_code": "SUCCESS",
    "last_updated": build.LAST_UPDATED,
}


def heard(far: SimulatedPartner) -> list[tuple[str, Side, str]]:
    return [(each.method, each.side, each.path) for each in (*far.announced, *far.received)]


@pytest.mark.parametrize("version", ["2.3.0", "2.2.1"])
async def test_who_is_connected_is_told_under_the_party_that_it_is_about(
    version: str, egress: Egress
) -> None:
    async with speaking(version) as far:
        far.keeps("hubclientinfo")
        line = line_to(far, egress)
        await hub_client_info.put(line, ClientInfo.model_validate(INFO), OF_THE_CPO)
        held = await hub_client_info.held(line, CPO, OF_THE_CPO)
    assert held.status == "OFFLINE"
    assert heard(far) == [("PUT", Side.RECEIVER, "FR/CPO"), ("GET", Side.RECEIVER, "FR/CPO")]
    assert far.announced[0].json() == INFO
    assert {each.routing for each in far.announced} == {NOWHERE}


async def test_records_of_an_invoice_are_sent_read_back_replaced_and_deleted(egress: Egress) -> None:
    record = InvoiceReconciliationRecord.model_validate(RECORD)
    async with speaking("2.3.0") as far:
        line = line_to(far, egress)
        far.answer("GET", "invoicereconciliation", Side.RECEIVER, lambda _: Reply(RECORD))
        await invoice_reconciliation.post(line, record, OF_THE_CPO)
        await invoice_reconciliation.put(line, record, OF_THE_CPO)
        held = await invoice_reconciliation.held(line, "R1", OF_THE_CPO)
        await invoice_reconciliation.delete(line, "R1", OF_THE_CPO)
    path = "FR/CPO/R1"
    assert held == record
    assert [(method, where) for method, _, where in heard(far)] == [
        ("POST", ""),
        ("PUT", path),
        ("GET", path),
        ("DELETE", path),
    ]
    assert [each.json() for each in far.received[:2]] == [RECORD, RECORD]
    assert far.received[0].routing == TO_THE_CPO


async def test_a_cpo_manages_terminals_at_their_provider(egress: Egress) -> None:
    terminal = Terminal.model_validate(TERMINAL)
    async with speaking("2.3.0") as far:
        line = line_to(far, egress)
        far.answer("GET", "payments", Side.SENDER, lambda _: Reply(TERMINAL))
        assert await payments.terminal(line, "P1", OF_THE_CPO) == terminal
        await payments.put_terminal(line, terminal, OF_THE_CPO)
        await payments.patch_terminal(line, "P1", {"evse_uids": ["E1"]})
        await payments.activate(line, terminal)
        await payments.activate(line, terminal, is_any=True)
        await payments.deactivate(line, "P1")
    assert heard(far) == [
        ("GET", Side.SENDER, "terminals/P1"),
        ("PUT", Side.SENDER, "terminals/P1"),
        ("PATCH", Side.SENDER, "terminals/P1"),
        ("POST", Side.SENDER, "terminals/activate"),
        ("POST", Side.SENDER, "terminals/activate"),
        ("POST", Side.SENDER, "terminals/P1/deactivate"),
    ]
    bodies = [codec.decode(each.body) for each in far.received if each.body]
    without_id = {name: value for name, value in TERMINAL.items() if name != "terminal_id"}
    assert bodies == [TERMINAL, {"evse_uids": ["E1"]}, TERMINAL, without_id]


async def test_a_provider_reports_to_the_cpo(egress: Egress) -> None:
    async with speaking("2.3.0") as far:
        line = line_to(far, egress)
        await payments.report_terminal(line, Terminal.model_validate(TERMINAL), OF_THE_CPO)
        told = FinancialAdviceConfirmation.model_validate(CONFIRMATION)
        await payments.report_confirmation(line, told, OF_THE_CPO)
        far.answer("GET", "payments", Side.RECEIVER, lambda _: Reply(TERMINAL))
        assert (await payments.held_terminal(line, "P1", OF_THE_CPO)).terminal_id == "P1"
        far.answer("GET", "payments", Side.RECEIVER, lambda _: Reply(CONFIRMATION))
        assert await payments.held_confirmation(line, "F1", OF_THE_CPO) == told
        far.answer("GET", "payments", Side.SENDER, lambda _: Reply(CONFIRMATION))
        assert await payments.confirmation(line, "F1", OF_THE_CPO) == told
    assert [(side, where) for _, side, where in heard(far)] == [
        (Side.RECEIVER, "terminals"),
        (Side.RECEIVER, "financial-advice-confirmations"),
        (Side.RECEIVER, "terminals/P1"),
        (Side.RECEIVER, "financial-advice-confirmations/F1"),
        (Side.SENDER, "financial-advice-confirmations/F1"),
    ]
    assert codec.decode(far.received[1].body) == CONFIRMATION


@pytest.mark.parametrize("version", ["2.2.1", "2.1.1"])
async def test_older_versions_have_neither_payments_nor_records_of_invoices(
    version: str, egress: Egress
) -> None:
    async with speaking(version) as far:
        line = line_to(far, egress)
        with pytest.raises(NotSpeakable, match="has no payments"):
            await payments.deactivate(line, "P1")
        with pytest.raises(NotSpeakable, match="has no invoicereconciliation"):
            await invoice_reconciliation.delete(line, "R1", OF_THE_CPO)
        told = FinancialAdviceConfirmation.model_validate(CONFIRMATION)
        with pytest.raises(NotSpeakable, match="has no"):
            await payments.report_confirmation(line, told, OF_THE_CPO)
        assert far.received == []


async def test_2_1_1_knows_no_hub(egress: Egress) -> None:
    async with speaking("2.1.1") as far:
        with pytest.raises(NotSpeakable, match=r"2\.1\.1 has no hubclientinfo"):
            await hub_client_info.held(line_to(far, egress), CPO, OF_THE_CPO)
        assert far.received == []
