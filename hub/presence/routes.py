"""Who can be reached through the hub, for the operator: as it is, whatever partners may see of it.

GET /admin/v1/presence
"""

from typing import Any

from aiohttp import web

from hub.presence.census import Census
from hub.presence.views import Facts, status_of
from hub.presence.watch import Watch
from ocpi.admin.app import reply
from ocpi.partners.model import Partner


class PresenceRoutes:
    def __init__(self, census: Census, watch: Watch) -> None:
        self._census = census
        self._watch = watch

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/presence", self._list)]

    async def _list(self, _: web.Request) -> web.Response:
        facts = self._census.facts()
        return reply([self._shown(partner, facts) for partner in facts.partners])

    def _shown(self, partner: Partner, facts: Facts) -> dict[str, Any]:
        away = self._census.reach.away.get(partner.name)
        return {
            "partner": partner.name,
            "status": status_of(partner, facts),
            "roles": [f"{each.party} {each.role}" for each in partner.roles],
            "heard_at": self._watch.heard(partner.name),
            "away_since": away.since if away else None,
            "trouble": away.trouble if away else None,
        }
