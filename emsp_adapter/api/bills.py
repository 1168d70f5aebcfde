"""CDRs for the back office as a table for a spreadsheet, one line each, all of them.

    GET /admin/v1/cdrs.csv

As the OCPI objects that they are, every service lists them under /admin/v1/objects/cdrs.
"""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any, Final

from aiohttp import web

from ocpi.objects.store import ObjectStore, Selection
from schemas import codec
from schemas.kinds import ObjectKind

COLUMNS: Final = (
    "cpo",
    "id",
    "session_id",
    "start_date_time",
    "end_date_time",
    "token_uid",
    "contract_id",
    "location",
    "evse_id",
    "total_energy_kwh",
    "total_time_h",
    "currency",
    "total_excl_tax",
    "total_incl_tax",
    "credit",
)
_BILLS: Final = Selection(ObjectKind.CDR)


class BillRoutes:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/cdrs.csv", self._csv)]

    async def _csv(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/csv; charset=utf-8"})
        await response.prepare(request)
        async for line in self._lines():
            await response.write(line.encode())
        await response.write_eof()
        return response

    async def _lines(self) -> AsyncIterator[str]:
        yield _line(COLUMNS)
        async for record in self._store.each(_BILLS):
            yield _line(row(codec.decode(record.body)))


def row(cdr: Any) -> tuple[Any, ...]:
    """One CDR as the columns above. What a spreadsheet would take for a formula is defused."""
    total, token, place = cdr["total_cost"], cdr["cdr_token"], cdr["cdr_location"]
    net = total["before_taxes"]
    taxes = total.get("taxes")
    values = (
        f"{cdr['country_code']}*{cdr['party_id']}",
        cdr["id"],
        cdr.get("session_id"),
        cdr["start_date_time"],
        cdr["end_date_time"],
        token["uid"],
        token["contract_id"],
        place.get("name") or place["id"],
        place["evse_id"],
        cdr["total_energy"],
        cdr["total_time"],
        cdr["currency"],
        net,
        None if taxes is None else net + sum(tax["amount"] for tax in taxes),
        cdr.get("credit") or False,
    )
    return tuple(_defused(value) for value in values)


def _defused(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def _line(values: tuple[Any, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(values)
    return out.getvalue()
