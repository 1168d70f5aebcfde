"""What the operator of the stations can ask: which are connected, and what became of each transaction."""

from typing import Any

from aiohttp import web

from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.stations.model import Inventory, Station
from cpo_adapter.stations.registry import Registry
from ocpi.admin.app import reply
from ocpi.process.mongo import Document


class OperationRoutes:
    def __init__(self, inventory: Inventory, registry: Registry, transactions: TransactionStore) -> None:
        self._inventory = inventory
        self._registry = registry
        self._transactions = transactions

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/stations", self._stations), web.get("/transactions", self._outcomes)]

    async def _stations(self, _: web.Request) -> web.Response:
        return reply([self._station(station) for station in self._inventory.stations()])

    async def _outcomes(self, _: web.Request) -> web.Response:
        return reply([_transaction(document) for document in await self._transactions.outcomes()])

    def _station(self, station: Station) -> dict[str, Any]:
        return {
            "identity": station.identity,
            "in_service": station.in_service,
            "connected": self._registry.is_connected(station.identity),
            "subprotocol": self._registry.subprotocol(station.identity),
            "evses": [evse.uid for evse in station.evses],
        }


def _transaction(document: Document) -> dict[str, Any]:
    renamed = {"number": document["_id"], "reason": document.get("outcome_reason")}
    named = ("session_id", "station", "evse", "began_at", "outcome")
    return {**renamed, **{name: document.get(name) for name in named}}
