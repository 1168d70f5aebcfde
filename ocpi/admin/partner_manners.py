"""How a partner is spoken to, for the operator.

Its quirks, how it is told what its version lacks, and what becomes of news that it cannot be told at once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import Any

from aiohttp import web

from ocpi.admin.app import read, reply
from ocpi.admin.bodies import DeliveryChange, PolicyChange, QuirkChange
from ocpi.partners.directory import Directory
from ocpi.partners.keeping import MODULES
from ocpi.partners.model import Partner
from ocpi.partners.store import PartnerStore
from ocpi.registration.named import UnknownPartner
from ocpi.wire.quirks import REASONS, checked


class PartnerMannerRoutes:
    """A quirk that excludes a chosen one takes its place only when that one is cleared."""

    def __init__(self, partners: PartnerStore, directory: Directory) -> None:
        self._partners = partners
        self._directory = directory

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/partners/{name}/quirks", self._quirks),
            web.post("/partners/{name}/quirks", self._choose),
            web.get("/partners/{name}/policy", self._policy),
            web.post("/partners/{name}/policy", self._set_policy),
            web.get("/partners/{name}/delivery", self._delivery),
            web.post("/partners/{name}/delivery", self._set_delivery),
        ]

    async def _quirks(self, request: web.Request) -> web.Response:
        return reply(quirks_of(self._partner(request)))

    async def _choose(self, request: web.Request) -> web.Response:
        change = QuirkChange.model_validate(await read(request))
        partner = self._partner(request)
        chosen = checked((partner.quirks - change.clear) | change.set)
        return await self._changed(request, lambda: self._partners.set_quirks(partner, chosen), quirks_of)

    async def _policy(self, request: web.Request) -> web.Response:
        return reply(policy_of(self._partner(request)))

    async def _set_policy(self, request: web.Request) -> web.Response:
        change = PolicyChange.model_validate(await read(request))
        partner = self._partner(request)
        policy = replace(partner.translation, **change.model_dump(exclude_none=True))
        return await self._changed(
            request, lambda: self._partners.set_translation(partner, policy), policy_of
        )

    async def _delivery(self, request: web.Request) -> web.Response:
        return reply(delivery_of(self._partner(request)))

    async def _set_delivery(self, request: web.Request) -> web.Response:
        change = DeliveryChange.model_validate(await read(request))
        partner = self._partner(request)
        delivery = {**partner.delivery, **change.delivery}
        return await self._changed(
            request, lambda: self._partners.set_delivery(partner, delivery), delivery_of
        )

    async def _changed(
        self,
        request: web.Request,
        change: Callable[[], Awaitable[None]],
        told: Callable[[Partner], Any],
    ) -> web.Response:
        """Raises Superseded."""
        await change()
        await self._directory.refresh()
        return reply(told(self._partner(request)))

    def _partner(self, request: web.Request) -> Partner:
        name = request.match_info["name"]
        partner = self._directory.partner(name)
        if partner is None:
            raise UnknownPartner(f"there is no partner named {name!r}")
        return partner


def quirks_of(partner: Partner) -> list[dict[str, Any]]:
    """Every quirk there is; `by` says whether this partner has it from the operator or from its version."""
    return [
        {"quirk": quirk, "by": _origin(partner, quirk), "reason": reason} for quirk, reason in REASONS.items()
    ]


def policy_of(partner: Partner) -> dict[str, Any]:
    return asdict(partner.translation)


def delivery_of(partner: Partner) -> dict[str, Any]:
    return {module: partner.keeping_of(module) for module in MODULES}


def _origin(partner: Partner, quirk: str) -> str | None:
    if quirk in partner.quirks:
        return "operator"
    connection = partner.connection
    return str(connection.version) if connection and quirk in connection.quirks else None
