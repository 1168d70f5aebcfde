"""One VAT before, a list of taxes since. Spec: types, Price in 2.2.1 and 2.3.0."""

from functools import reduce

from schemas.numbers import EXACT
from schemas.translation.crossing import Crossing
from schemas.types import Price, TaxAmount
from schemas.v2_2_1 import types as v221
from schemas.v2_3_0.tariffs import PriceLimit

_VAT = "VAT"
"""The name of a tax whose name nobody told."""


def price_up(price: v221.Price, crossing: Crossing) -> Price:
    return crossing.carry(
        price, Price, used={"incl_vat"}, renames={"excl_vat": "before_taxes"}, taxes=_taxes(price)
    )


def price_down(price: Price, crossing: Crossing) -> v221.Price:
    """VAT is the sum of all taxes; their names and rates stay behind."""
    amounts = (tax.amount for tax in price.taxes)
    after = reduce(EXACT.add, amounts, price.before_taxes) if price.taxes else None
    lower = crossing.carry(
        price, v221.Price, used={"taxes"}, renames={"before_taxes": "excl_vat"}, incl_vat=after
    )
    if _taxes(lower) != price.taxes:
        crossing.change("taxes", reason="2.2.1 has one VAT amount without name or rate")
    return lower


def limit_up(limit: v221.Price, crossing: Crossing) -> PriceLimit:
    return crossing.carry(limit, PriceLimit, renames={"excl_vat": "before_taxes", "incl_vat": "after_taxes"})


def limit_down(limit: PriceLimit, crossing: Crossing) -> v221.Price:
    return crossing.carry(limit, v221.Price, renames={"before_taxes": "excl_vat", "after_taxes": "incl_vat"})


def _taxes(price: v221.Price) -> tuple[TaxAmount, ...]:
    if price.incl_vat is None:
        return ()
    return (TaxAmount(name=_VAT, amount=EXACT.subtract(price.incl_vat, price.excl_vat)),)
