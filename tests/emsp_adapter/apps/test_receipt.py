"""A receipt tells the sum of the bill, in lines that add up to it."""

from decimal import Decimal
from typing import Any

import pytest

from emsp_adapter.apps.receipt import LineKind, Receipt, receipt
from schemas import codec
from tests import build

VAT = {"name": "VAT", "percentage": 20}


def price(net: str, tax: str | None = None) -> dict[str, Any]:
    taxes = [] if tax is None else [{**VAT, "amount": Decimal(tax)}]
    return {"before_taxes": Decimal(net), "taxes": taxes}


def of(**changes: Any) -> Receipt:
    return receipt(build.cdr(**changes), time_zone="Europe/Paris", credited_by=None)


def lines(told: Receipt) -> list[tuple[LineKind, str]]:
    return [(each.kind, str(each.before_taxes)) for each in told.lines]


def test_each_part_that_the_cpo_tells_is_a_line() -> None:
    told = of(
        total_cost=price("5.50", "1.10"),
        total_fixed_cost=price("1.00", "0.20"),
        total_energy_cost=price("2.00", "0.40"),
        total_time=Decimal("2.5"),
        total_time_cost=price("1.50", "0.30"),
        total_parking_time=Decimal("0.5"),
        total_parking_cost=price("1.00", "0.20"),
    )
    assert lines(told) == [
        (LineKind.FIXED, "1.00"),
        (LineKind.ENERGY, "2.00"),
        (LineKind.TIME, "1.50"),
        (LineKind.PARKING, "1.00"),
    ]
    assert [str(each.quantity) for each in told.lines] == ["None", "8", "2.0", "0.5"]
    assert (told.before_taxes, told.after_taxes) == (Decimal("5.50"), Decimal("6.60"))
    assert [(tax.name, tax.percentage, tax.amount) for tax in told.lines[0].taxes] == [
        ("VAT", Decimal(20), Decimal("0.20"))
    ]


@pytest.mark.parametrize("total", ["5.50", "1.50"])
def test_what_the_parts_do_not_explain_is_a_line_of_its_own(total: str) -> None:
    """A minimum or a maximum price, say."""
    told = of(total_cost=price(total), total_energy_cost=price("2.00"))
    assert [each.kind for each in told.lines] == [LineKind.ENERGY, LineKind.OTHER]
    assert sum(each.before_taxes for each in told.lines) == Decimal(total)


def test_a_bill_without_parts_is_one_line() -> None:
    told = of(total_cost=price("2.00", "0.40"), total_energy_cost=None)
    assert lines(told) == [(LineKind.OTHER, "2.00")]


def test_the_lines_of_a_credit_are_negative_as_its_total() -> None:
    """C-109: a credit copies the parts of the bill, and negates the total alone."""
    told = of(
        credit=True,
        credit_reference_id="CDR1",
        total_cost=price("-2.00", "-0.40"),
        total_energy_cost=price("2.00", "0.40"),
    )
    assert lines(told) == [(LineKind.ENERGY, "-2.00")]
    assert (told.lines[0].after_taxes, told.after_taxes) == (Decimal("-2.40"), Decimal("-2.40"))


def test_without_taxes_told_nothing_is_said_about_the_sum_after_them() -> None:
    told = of(total_cost=price("2.00"))
    assert (told.taxes, told.after_taxes) == ([], None)


def test_amounts_keep_every_digit_and_are_texts() -> None:
    told = of(total_cost=price("2.000000000000000000000000000001", "0.400000000000000000000000000001"))
    written = codec.decode(codec.encode(told.model_dump()))
    assert isinstance(written, dict)
    assert written["after_taxes"] == "2.400000000000000000000000000002"
    assert written["energy_kwh"] == "8"
