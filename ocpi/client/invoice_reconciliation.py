"""Which CDRs an invoice covers: asked of who wrote the invoice, or told by it.

`context.owner` is whose record it is.
Spec: 2.3.0 edition 2 mod_invoice_reconciliation, Interfaces and endpoints.
"""

from collections.abc import AsyncIterator
from typing import Final

from ocpi.client.crawl import EVERYTHING, Facts, Page, Window, crawl
from ocpi.client.line import Line
from ocpi.wire.interfaces import Side
from schemas.translation.context import Context
from schemas.v2_3_0.invoice_reconciliation import InvoiceReconciliationRecord

MODULE: Final = "invoicereconciliation"


def every(
    line: Line, facts: Facts, window: Window = EVERYTHING
) -> AsyncIterator[Page[InvoiceReconciliationRecord]]:
    return crawl(line, InvoiceReconciliationRecord, line.url(MODULE, Side.SENDER), facts, window)


async def post(line: Line, record: InvoiceReconciliationRecord, context: Context) -> None:
    """A new one."""
    body = line.written(InvoiceReconciliationRecord, record, context)
    await line.tell("POST", line.url(MODULE, Side.RECEIVER), body)


async def held(line: Line, record_id: str, context: Context) -> InvoiceReconciliationRecord:
    """What the receiver has of it."""
    return await line.get(InvoiceReconciliationRecord, line.owned(MODULE, context, record_id), context)


async def put(line: Line, record: InvoiceReconciliationRecord, context: Context) -> None:
    body = line.written(InvoiceReconciliationRecord, record, context)
    await line.tell("PUT", line.owned(MODULE, context, record.id), body)


async def delete(line: Line, record_id: str, context: Context) -> None:
    """The record itself was a mistake."""
    await line.tell("DELETE", line.owned(MODULE, context, record_id))
