"""A price of 2.1.1 is a number without VAT. Spec: types, Price of 2.2.1."""

from decimal import Decimal

from schemas.translation.crossing import Crossing
from schemas.v2_2_1.types import Price


def cost_up(cost: Decimal) -> Price:
    return Price(excl_vat=cost)


def cost_down(price: Price, crossing: Crossing) -> Decimal:
    for name in (*price.told(), *(price.model_extra or {})):
        if name != "excl_vat":
            crossing.drop("total_cost", name, reason="2.1.1 has the cost without VAT only")
    return price.excl_vat
