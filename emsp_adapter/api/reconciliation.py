"""Invoices of CPOs held against the bills that arrived, for the back office.

GET /admin/v1/invoice_reconciliations              each record: what it covers, what never arrived,
                                                   what of it is disputed or not owed, in which statements
GET /admin/v1/invoice_reconciliations/uncovered    bills that no record covers, of CPOs that tell records
"""

from itertools import islice
from typing import Any, Final

from aiohttp import web

from emsp_adapter.api.commands import told
from emsp_adapter.reconciliation.differences import Compared, Differences
from emsp_adapter.reconciliation.invoiced import Invoiced
from schemas.kinds import PartyId

_MOST: Final = 1000


class ReconciliationRoutes:
    def __init__(self, differences: Differences, invoiced: Invoiced) -> None:
        self._differences = differences
        self._invoiced = invoiced

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/invoice_reconciliations", self._list),
            web.get("/invoice_reconciliations/uncovered", self._uncovered),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        compared = [each async for each in self._differences.records()]
        return told([await self._whole(each) for each in islice(reversed(compared), _MOST)])

    async def _whole(self, compared: Compared) -> dict[str, Any]:
        record = compared.told
        owner = PartyId(record.country_code, record.party_id)
        about = await self._invoiced.about(owner, [str(each) for each in record.cdrs])
        return {**_shown(compared), **about}

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
