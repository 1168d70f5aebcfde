"""CDRs as their CPOs sent them, page by page, and as receipts for drivers."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from emsp_adapter.apps.history import History
from emsp_adapter.apps.keys.key import Scope
from emsp_adapter.apps.operation import Asked, Operation
from emsp_adapter.apps.operations.named import Named, NamedSession, OfCpo, named, no_such
from emsp_adapter.apps.paging import Listing, Lists, following
from emsp_adapter.apps.receipt import Receipt, receipt
from emsp_adapter.apps.values import Id
from emsp_adapter.apps.visible import Visible, contract_of
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from schemas.kinds import ObjectKey, ObjectKind
from schemas.v2_3_0.cdrs import CDR

_ERRORS: Final = no_such("CDR")


class NamedCdr(Named):
    id: Annotated[Id, Field(examples=["CDR1"])]


class CdrTold(BaseModel):
    """`cdr` is the object of OCPI 2.3.0, with every digit that was sent."""

    cpo: str
    cdr: dict[str, Any]


class CdrsTold(BaseModel):
    """`next` is the cursor of the next page, if there is one."""

    cdrs: list[CdrTold]
    next: str | None


class ReceiptsTold(BaseModel):
    """Of one session: its bill, and credits and replacements in the order in which they came."""

    receipts: list[Receipt]


class CdrOperations:
    def __init__(self, *, store: ObjectStore, history: History, lists: Lists, visible: Visible) -> None:
        self._store = store
        self._history = history
        self._lists = lists
        self._visible = visible

    def operations(self) -> list[Operation]:
        named: dict[str, Any] = {
            "method": "GET",
            "scope": Scope.CDRS_READ,
            "path_model": NamedCdr,
            "query": OfCpo,
            "errors": _ERRORS,
        }
        return [
            Operation(
                method="GET",
                path="/cdrs",
                id="listCdrs",
                summary="CDRs as their CPOs sent them, the newest first",
                tag="cdrs",
                does=self._list,
                scope=Scope.CDRS_READ,
                query=Listing,
                answer=CdrsTold,
                errors={HTTPStatus.NOT_FOUND: "The cursor leads nowhere in this list."},
            ),
            Operation(
                path="/cdrs/{id}",
                id="getCdr",
                summary="A CDR as its CPO sent it",
                tag="cdrs",
                does=self._one,
                answer=CdrTold,
                **named,
            ),
            Operation(
                path="/cdrs/{id}/receipt",
                id="getReceipt",
                summary="A CDR as a receipt",
                tag="receipts",
                does=self._receipt,
                answer=Receipt,
                **named,
            ),
            Operation(
                path="/sessions/{id}/receipts",
                id="listReceipts",
                summary="What a session cost",
                about="Empty until its CDR has come.",
                tag="receipts",
                does=self._receipts,
                answer=ReceiptsTold,
                **{**named, "path_model": NamedSession},
            ),
        ]

    async def _list(self, asked: Asked) -> CdrsTold:
        stretch = await self._history.page(await self._lists.wanted(ObjectKind.CDR, asked))
        return CdrsTold(
            cdrs=[_told(each) for each in stretch.records],
            next=following(ObjectKind.CDR, asked, stretch.before),
        )

    async def _one(self, asked: Asked) -> CdrTold:
        return _told(await named(ObjectKind.CDR, asked, self._visible))

    async def _receipt(self, asked: Asked) -> Receipt:
        return await self._receipt_of(await named(ObjectKind.CDR, asked, self._visible))

    async def _receipts(self, asked: Asked) -> ReceiptsTold:
        session = await named(ObjectKind.SESSION, asked, self._visible)
        bills = await self._store.bills_of(session.key.owner, asked.path(Named).id)
        shown = [each for each in bills if asked.bound.has(contract_of(each))]
        return ReceiptsTold(receipts=[await self._receipt_of(each) for each in shown])

    async def _receipt_of(self, bill: Record) -> Receipt:
        cdr = CDR.model_validate(bill.value())
        place = await self._store.get(ObjectKey(ObjectKind.LOCATION, bill.key.owner, cdr.cdr_location.id))
        credit = (await self._store.credits_of([bill.key])).get(bill.key)
        return receipt(
            cdr,
            time_zone=None if place is None or place.deleted else place.value().get("time_zone"),
            credited_by=None if credit is None else str(credit.record.key.id),
        )


def _told(record: Record) -> CdrTold:
    return CdrTold(cpo=str(record.key.owner), cdr=record.value())
