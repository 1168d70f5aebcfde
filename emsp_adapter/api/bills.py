"""Bills for the back office: looked at, disputed, judged again, and as tables for accounts.

    GET  /admin/v1/bills?filters&before&limit              the newest first
    GET  /admin/v1/bills/{id}?cpo                          one, with its verdict, its chain and its dispute
    POST /admin/v1/bills/dispute                           {"id", "cpo", "state", "reason", "note", "seen"}
    POST /admin/v1/bills/audit                             {"id", "cpo"}: judge it anew
    GET  /admin/v1/cdrs.csv|ndjson|parquet?filters&after   all of them, in the order in which they came

The filters are those of emsp_adapter.billing.filters. As the OCPI objects that they are, every service lists
CDRs under /admin/v1/objects/cdrs.
"""

from typing import Annotated, Final

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import Field

from emsp_adapter.api.commands import told
from emsp_adapter.billing.dispute import DisputeState
from emsp_adapter.billing.disputes import Wanted
from emsp_adapter.billing.export import FORMATS, Exports
from emsp_adapter.billing.filters import wanted
from emsp_adapter.billing.parquet import is_possible
from emsp_adapter.billing.reading import Reading
from emsp_adapter.billing.shown import facts
from ocpi.admin.app import acting_operator, read
from ocpi.admin.bodies import Party, Request
from ocpi.wire.pagination import number
from schemas.kinds import PartyId

NEXT: Final = "X-Next-After"
_MOST: Final = 500


class Named(Request):
    id: str
    cpo: Party | None = None

    @property
    def owner(self) -> PartyId | None:
        return None if self.cpo is None else PartyId.parse(self.cpo)


class DisputeStep(Named):
    """`seen` is the version of the dispute that whoever decides has looked at."""

    state: DisputeState
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    note: Annotated[str, Field(max_length=4000)] | None = None
    seen: int | None = None

    def wanted(self) -> Wanted:
        return Wanted(self.state, self.reason, self.note, self.seen)


class BillRoutes:
    def __init__(self, reading: Reading, exports: Exports) -> None:
        self._reading = reading
        self._exports = exports

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/bills", self._list),
            web.post("/bills/dispute", self._dispute),
            web.post("/bills/audit", self._audit),
            web.get("/bills/{id:.+}", self._show),
            *(web.get(f"/cdrs.{name}", self._export(name)) for name in FORMATS),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        meant = wanted(request.query, "before", "limit")
        before = number(request.query, "before", 0, least=0) or None
        limit = min(number(request.query, "limit", 50, least=1), _MOST)
        found = await self._reading.listed(meant, before, limit)
        more = found[-1].seq if len(found) == limit else None
        return told({"bills": [facts(row) for row in found], "before": more})

    async def _show(self, request: web.Request) -> web.Response:
        cpo = request.query.get("cpo")
        row = await self._reading.named(request.match_info["id"], PartyId.parse(cpo) if cpo else None)
        return told(await self._reading.whole(row))

    async def _dispute(self, request: web.Request) -> web.Response:
        step = DisputeStep.model_validate(await read(request))
        row = await self._reading.named(step.id, step.owner)
        changed = await self._reading.disputes.take(row, step.wanted(), acting_operator())
        return told(await self._reading.whole(changed))

    async def _audit(self, request: web.Request) -> web.Response:
        named = Named.model_validate(await read(request))
        row = await self._reading.named(named.id, named.owner)
        return told(await self._reading.whole(await self._reading.judged_anew(row)))

    def _export(self, name: str) -> Handler:
        async def export(request: web.Request) -> web.StreamResponse:
            if name == "parquet" and not is_possible():
                raise web.HTTPNotImplemented(reason="Parquet needs pyarrow: install passerelle[parquet]")
            meant = wanted(request.query, "after")
            after = number(request.query, "after", 0, least=0)
            until = max(after, await self._exports.settled())
            headers = {NEXT: str(until), "Cache-Control": "no-store"}
            response = web.StreamResponse(headers=headers)
            response.content_type = FORMATS[name].content_type
            await response.prepare(request)
            table = FORMATS[name].table()
            async for part in self._exports.write(table, meant, after=after, until=until):
                await response.write(part)
            await response.write_eof()
            return response

        return export
