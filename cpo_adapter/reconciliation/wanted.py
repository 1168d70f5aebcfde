"""A record as the operator wants it, checked before anything is looked up."""

from typing import Annotated

from pydantic import AfterValidator, Field

from ocpi.admin.bodies import Party, Request
from ocpi.objects.kinds import checked_id


def _id(written: str) -> str:
    return checked_id(written, "")


def _once_each(cdrs: tuple[str, ...]) -> tuple[str, ...]:
    if len({each.lower() for each in cdrs}) < len(cdrs):
        raise ValueError("a CDR stands twice")
    return cdrs


InvoiceId = Annotated[str, Field(min_length=1, max_length=255)]
Cdrs = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=39), AfterValidator(_id)], ...],
    Field(min_length=1, max_length=10_000),
    AfterValidator(_once_each),
]


class New(Request):
    emsp: Party
    invoice_id: InvoiceId
    cdrs: Cdrs


class Changed(Request):
    """The whole of what it says from now on."""

    invoice_id: InvoiceId
    cdrs: Cdrs
