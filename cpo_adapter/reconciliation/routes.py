"""The operator's invoice reconciliation records.

POST   /admin/v1/invoice_reconciliations          {"emsp": "NL*MSP", "invoice_id": …, "cdrs": [ids]}
GET    /admin/v1/invoice_reconciliations          the newest last
POST   /admin/v1/invoice_reconciliations/{id}     {"invoice_id": …, "cdrs": [ids]}: says this from now on
DELETE /admin/v1/invoice_reconciliations/{id}     it was a mistake
"""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from cpo_adapter.reconciliation.author import Author
from cpo_adapter.reconciliation.wanted import Changed, New
from ocpi.admin.app import read, reply
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.reconciliation import records
from ocpi.server.parties import Own


class ReconciliationRoutes:
    def __init__(self, own: Own, author: Author, store: ObjectStore) -> None:
        self._own = own
        self._author = author
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/invoice_reconciliations", self._write),
            web.get("/invoice_reconciliations", self._list),
            web.post("/invoice_reconciliations/{id}", self._change),
            web.delete("/invoice_reconciliations/{id}", self._withdraw),
        ]

    async def _write(self, request: web.Request) -> web.Response:
        wanted = New.model_validate(await read(request))
        return reply(_shown(await self._author.write(wanted)), HTTPStatus.CREATED)

    async def _list(self, _: web.Request) -> web.Response:
        ours = Selection(records.KIND, owners=[self._own.party])
        return reply([_shown(record) async for record in self._store.each(ours)])

    async def _change(self, request: web.Request) -> web.Response:
        wanted = Changed.model_validate(await read(request))
        return reply(_shown(await self._author.change(request.match_info["id"], wanted)))

    async def _withdraw(self, request: web.Request) -> web.Response:
        await self._author.withdraw(request.match_info["id"])
        return reply({"id": request.match_info["id"]})


def _shown(record: Record) -> dict[str, Any]:
    told = records.read(record.value())
    return {
        "id": str(told.id),
        "emsp": str(record.audience),
        "invoice_id": str(told.invoice_id),
        "cdrs": [str(each) for each in told.cdrs],
        "last_updated": told.last_updated,
    }
