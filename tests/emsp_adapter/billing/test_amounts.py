"""The figures of a bill, to the last digit."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsp_adapter.billing.amounts import PLACES, Amount, figures_of, summed

NUMBERS = st.decimals(min_value=-(10**11), max_value=10**11, places=PLACES, allow_nan=False)


def bill(before_taxes: Any, *taxes: Any, energy: Any = 8) -> dict[str, Any]:
    told = {"taxes": [{"name": "VAT", "amount": each} for each in taxes]} if taxes else {}
    return {"total_cost": {"before_taxes": before_taxes, **told}, "total_energy": energy}


def test_taxes_are_added_without_rounding() -> None:
    figures = figures_of(bill(Decimal("0.1"), Decimal("0.2"), Decimal("0.000000000000000001")))
    assert figures.theirs == Amount(Decimal("0.1"), Decimal("0.300000000000000001"))
    assert figures.findings == ()


def test_without_taxes_only_the_amount_before_them_is_known() -> None:
    assert figures_of(bill(Decimal("2.50"))).theirs == Amount(Decimal("2.50"), None)


def test_no_taxes_that_are_told_are_none() -> None:
    value = {"total_cost": {"before_taxes": 2, "taxes": []}, "total_energy": 1}
    assert figures_of(value).theirs == Amount(Decimal(2), Decimal(2))


def test_digits_behind_the_last_that_is_kept_are_rounded_and_told() -> None:
    figures = figures_of(bill(Decimal("1.0000000000000000015")))
    assert figures.theirs == Amount(Decimal("1.000000000000000002"), None)
    assert [each.code for each in figures.findings] == ["amount_too_fine"]


@pytest.mark.parametrize("told", [Decimal("1e12"), Decimal("-9e30"), None])
def test_what_cannot_be_meant_is_no_amount(told: Decimal | None) -> None:
    figures = figures_of(bill(told))
    assert figures.theirs is None
    assert [each.code for each in figures.findings] == ["amount_unusable"]


def test_a_number_that_was_sent_as_a_text_counts() -> None:
    assert figures_of(bill("2.50", "0.5")).theirs == Amount(Decimal("2.50"), Decimal("3.00"))


@given(st.lists(NUMBERS, max_size=30))
def test_sums_are_exact(numbers: list[Decimal]) -> None:
    assert Fraction(summed(numbers)) == sum(map(Fraction, numbers))


@given(NUMBERS, NUMBERS)
def test_a_difference_and_what_it_is_taken_from_come_to_the_other(one: Decimal, other: Decimal) -> None:
    assert summed((Amount(one).minus(Amount(other)).net, other)) == one
