"""Invoices of CPOs held against the bills that arrived, for the back office.

GET /admin/v1/invoice_reconciliations              each record: what it covers, what never arrived
GET /admin/v1/invoice_reconciliations/uncovered    bills that no record covers, of CPOs that tell records
"""

from itertools import islice
from typing import Any, Final

from aiohttp import web

from emsp_adapter.api.commands import told
from emsp_adapter.reconciliation.differences import Compared, Differences
from schemas.kinds import PartyId

_MOST: Final = 1000


class ReconciliationRoutes:
    def __init__(self, differences: Differences) -> None:
        self._differences = differences

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/invoice_reconciliations", self._list),
            web.get("/invoice_reconciliations/uncovered", self._uncovered),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        compared = [each async for each in self._differences.records()]
        return told([_shown(each) for each in islice(reversed(compared), _MOST)])

    async def _uncovered(self, _: web.Request) -> web.Response:
        found = []
        async for key in self._differences.uncovered():
            found.append({"cpo": str(key.owner), "cdr": str(key.id)})
            if len(found) == _MOST:
                break
        return told(found)


def _shown(compared: Compared) -> dict[str, Any]:
    record = compared.told
    return {
        "cpo": str(PartyId(record.country_code, record.party_id)),
        "id": str(record.id),
        "invoice_id": str(record.invoice_id),
        "last_updated": record.last_updated,
        "cdrs": [str(each) for each in record.cdrs],
        "unknown": list(compared.unknown),
        "elsewhere": list(compared.elsewhere),
    }
