"""Where the specification contradicts itself both readings are understood, and one is spoken."""

from decimal import Decimal

from schemas.v2_3_0.invoice_reconciliation import InvoiceReconciliationRecord
from schemas.v2_3_0.payments import FinancialAdviceConfirmation
from tests.build import CPO, LAST_UPDATED


def test_cdrs_of_an_invoice_may_be_ids_or_objects_with_an_id() -> None:
    record = InvoiceReconciliationRecord.model_validate(
        {
            **CPO,
            "id": "R1",
            "invoice_id": "I1",
            "cdrs": ["CDR1", {"id": "CDR2"}],
            "last_updated": LAST_UPDATED,
        }
    )

    assert record.to_wire()["cdrs"] == ["CDR1", "CDR2"]


def confirmation(total_costs: dict[str, object]) -> FinancialAdviceConfirmation:
    return FinancialAdviceConfirmation.model_validate(
        {
            "id": "F1",
            "authorization_reference": "A1",
            "total_costs": total_costs,
            "currency": "EUR",
            "eft_data": ["receipt"],
            "capture_status_code": "SUCCESS",
            "last_updated": LAST_UPDATED,
        }
    )


def test_captured_costs_may_be_written_as_before_2_3_0() -> None:
    older = confirmation({"excl_vat": Decimal("10.00"), "incl_vat": Decimal("12.10"), "tip": 1})

    assert older.to_wire()["total_costs"] == {
        "before_taxes": Decimal("10.00"),
        "taxes": [{"name": "VAT", "amount": Decimal("2.10")}],
        "tip": 1,
    }
    assert confirmation({"excl_vat": 10}).to_wire()["total_costs"] == {"before_taxes": 10}


def test_captured_costs_of_2_3_0_stay_as_they_are() -> None:
    price = {"before_taxes": Decimal("10.00"), "taxes": [{"name": "TVA", "amount": Decimal("2.10")}]}

    assert confirmation(price).to_wire()["total_costs"] == price
