"""Prices before a charge, and credits after one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ocpi.pricing.audit import audit
from ocpi.pricing.credit import NotCreditable, credit_of
from ocpi.pricing.known import Known
from ocpi.pricing.opening import convert_cdr
from ocpi.pricing.preview import preview
from ocpi.pricing.tariff import Dimension
from tests.ocpi.pricing.documents import PARIS, cdr, component, element, read, tariff

NOW = datetime(2024, 2, 1, 8, tzinfo=UTC)


def test_a_preview_is_the_bill_of_an_even_charge() -> None:
    tiers = tariff(
        element(component("FLAT", "1.00")),
        element(component("ENERGY", "0.40"), max_kwh=10),
        element(component("ENERGY", "0.30")),
        element(component("PARKING_TIME", "6.00")),
    )

    found = preview([read(tiers)], NOW, Decimal(30), timedelta(hours=1), PARIS)

    assert found.breakdown.net() == 1 + 10 * Decimal("0.40") + 20 * Decimal("0.30")
    shown = {offer.component.dimension: offer.component.price for offer in found.now}
    assert shown == {
        Dimension.FLAT: 10**10,
        Dimension.ENERGY: 4 * 10**9,
        Dimension.PARKING_TIME: 6 * 10**10,
    }


def test_a_credit_negates_the_total_and_nothing_else() -> None:
    original = cdr(total_fixed_cost={"excl_vat": 1, "incl_vat": Decimal("1.2")})

    credit = credit_of(original, "CR1", NOW)

    assert credit["total_cost"] == {"excl_vat": Decimal("-4.00"), "incl_vat": Decimal("-4.80")}
    changed = {name for name in credit if credit[name] != original.get(name)}
    assert changed == {"id", "credit", "credit_reference_id", "total_cost", "last_updated"}
    assert audit(credit, Known(original=convert_cdr(original)[0])) == ()


def test_the_taxes_of_a_2_3_0_total_are_credited_too() -> None:
    total = {"before_taxes": 4, "taxes": [{"name": "VAT", "percentage": 20, "amount": Decimal("0.80")}]}

    credit = credit_of(cdr(total_cost=total), "CR1", NOW)

    assert credit["total_cost"] == {
        "before_taxes": -4,
        "taxes": [{"name": "VAT", "percentage": 20, "amount": Decimal("-0.80")}],
    }


@pytest.mark.parametrize("override", [{"credit": True}, {"id": None}, {"total_cost": Decimal(4)}])
def test_what_cannot_be_credited_is_refused(override: dict[str, object]) -> None:
    with pytest.raises(NotCreditable):
        credit_of(cdr(**override), "CR1", NOW)
