"""The data types that every module shares: texts, numbers, instants, prices.

Spec: types (2.3.0 edition 2). The plain ones live in a file each (`strings`, `numbers`,
`times`) and are named here once more, so that a module of the specification needs one import.
"""

from schemas.base import AtLeastOne, Boolean, Many, OcpiModel
from schemas.numbers import Integer, Number
from schemas.strings import CiString, Language, String512, Url
from schemas.times import DateTime

__all__ = [
    "AtLeastOne",
    "Boolean",
    "CiString",
    "DateTime",
    "DisplayText",
    "Integer",
    "Many",
    "Number",
    "Price",
    "TaxAmount",
    "Url",
]


class DisplayText(OcpiModel):
    """A text for people in one language; no markup."""

    language: Language
    text: String512


class TaxAmount(OcpiModel):
    """One tax on one amount. `percentage` is a percentage, `amount` is money."""

    name: str
    account_number: str | None = None
    percentage: Number | None = None
    amount: Number


class Price(OcpiModel):
    """Money before taxes and every tax on it; the currency stands in the object around it."""

    before_taxes: Number
    taxes: Many[TaxAmount] = ()
