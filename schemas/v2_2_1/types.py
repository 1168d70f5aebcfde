"""Price before 2.3.0. Spec: 2.2.1 types, Price."""

from schemas.base import OcpiModel
from schemas.types import Number


class Price(OcpiModel):
    """Money without VAT and, where VAT applies and is known, with it."""

    excl_vat: Number
    incl_vat: Number | None = None
