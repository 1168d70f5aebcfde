"""Who stands behind the hubs that we are connected to, for the operator.

GET  /admin/v1/hub_clients
POST /admin/v1/hub_clients/pull     read each hub's list anew
"""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from ocpi.admin.app import reply
from ocpi.presence.pull import PresencePull, Pulled
from ocpi.presence.store import Client, Presences


class PresenceRoutes:
    def __init__(self, presences: Presences, pull: PresencePull) -> None:
        self._presences = presences
        self._pull = pull

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/hub_clients", self._list), web.post("/hub_clients/pull", self._pull_now)]

    async def _list(self, _: web.Request) -> web.Response:
        return reply([_shown(each) for each in await self._presences.all()])

    async def _pull_now(self, _: web.Request) -> web.Response:
        results = await self._pull.everybody()
        return reply(
            {hub: asdict(told) if isinstance(told, Pulled) else told for hub, told in results.items()}
        )


def _shown(client: Client) -> dict[str, Any]:
    return {
        "hub": str(client.hub),
        "party": str(client.party),
        "role": str(client.info.role),
        "status": client.info.status,
        "last_updated": client.info.last_updated,
    }
