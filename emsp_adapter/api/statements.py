"""Monthly statements of CPOs, for the back office.

    GET  /admin/v1/statements?cpo                       those that are closed, the newest first
    GET  /admin/v1/statements/{cpo}/{month}             one: as it was closed, or as it stands now
    GET  /admin/v1/statements/{cpo}/{month}.csv         its lines, as .ndjson too
    GET  /admin/v1/statements/{cpo}/{month}/invoices    what of it is invoiced, and what is disputed of that
    POST /admin/v1/statements/{cpo}/{month}/close       for ever

`contracts/{id}/spent` tells what a contract has spent.
"""

from collections.abc import Callable, Sequence
from typing import Final

from aiohttp import web

from emsp_adapter.api.commands import told
from emsp_adapter.billing.auditor import Auditor
from emsp_adapter.billing.closing import Closing
from emsp_adapter.billing.filters import instant
from emsp_adapter.billing.spent import Spent
from emsp_adapter.billing.statement import Line
from emsp_adapter.billing.statement_shown import head, of_line, shown, table
from emsp_adapter.billing.statements import Statements, Which
from emsp_adapter.reconciliation.invoiced import Invoiced
from ocpi.admin.app import acting_operator
from schemas import codec
from schemas.kinds import PartyId

_MOST: Final = 500
_AT_ONCE: Final = 200


class StatementRoutes:
    def __init__(
        self,
        *,
        statements: Statements,
        closing: Closing,
        auditor: Auditor,
        invoiced: Invoiced,
        spent: Spent,
    ) -> None:
        self._statements = statements
        self._closing = closing
        self._auditor = auditor
        self._invoiced = invoiced
        self._spent = spent

    def routes(self) -> list[web.RouteDef]:
        one = "/statements/{cpo}/{month}"
        return [
            web.get("/statements", self._list),
            web.get(one + ".csv", self._csv),
            web.get(one + ".ndjson", self._ndjson),
            web.get(one + "/invoices", self._invoices),
            web.post(one + "/close", self._close),
            web.get(one, self._show),
            web.get("/contracts/{id}/spent", self._of_contract),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        cpo = request.query.get("cpo")
        found = await self._statements.closed(PartyId.parse(cpo) if cpo else None, _MOST)
        return told([shown(each) for each in found])

    async def _show(self, request: web.Request) -> web.Response:
        return told(shown(await self._statements.get(self._which(request))))

    async def _close(self, request: web.Request) -> web.Response:
        """What is due is judged before."""
        which = self._which(request)
        await self._auditor.sweep()
        return told(shown(await self._closing.close(which, acting_operator())))

    async def _invoices(self, request: web.Request) -> web.Response:
        which = self._which(request)
        return told(await self._invoiced.of(which.cpo, self._statements.lines(which)))

    async def _csv(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, "text/csv", head(), table)

    async def _ndjson(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, "application/x-ndjson", b"", _documents)

    async def _stream(
        self, request: web.Request, kind: str, first: bytes, written: Callable[[Sequence[Line]], bytes]
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Cache-Control": "no-store"})
        response.content_type = kind
        which, waiting = self._which(request), list[Line]()
        await response.prepare(request)
        await response.write(first)
        async for line in self._statements.lines(which):
            waiting.append(line)
            if len(waiting) == _AT_ONCE:
                await response.write(written(waiting))
                waiting.clear()
        await response.write(written(waiting))
        await response.write_eof()
        return response

    async def _of_contract(self, request: web.Request) -> web.Response:
        since = request.query.get("since")
        spent = await self._spent.since(request.match_info["id"], instant(since) if since else None)
        return told({"contract_id": request.match_info["id"], "spent": spent})

    def _which(self, request: web.Request) -> Which:
        cpo = PartyId.parse(request.match_info["cpo"])
        return self._statements.which(cpo, request.match_info["month"])


def _documents(lines: Sequence[Line]) -> bytes:
    return b"".join(codec.encode(each) + b"\n" for line in lines for each in of_line(line))
