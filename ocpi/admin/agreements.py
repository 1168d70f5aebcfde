"""Agreements, for the operator: add, list, end."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Pair
from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.agreements import Agreement
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.registration.named import UnknownPartner
from schemas.kinds import PartyId


class AgreementRoutes:
    """`added` is awaited once an agreement is stored: each side then lacks what the other has."""

    def __init__(
        self,
        *,
        agreements: AgreementStore,
        directory: Directory,
        clock: Clock,
        added: Callable[[], Awaitable[None]],
    ) -> None:
        self._agreements = agreements
        self._directory = directory
        self._clock = clock
        self._added = added

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/agreements", self._list),
            web.post("/agreements", self._add),
            web.post("/agreements/end", self._end),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return reply([self._shown(agreement) for agreement in self._directory.agreements()])

    async def _add(self, request: web.Request) -> web.Response:
        wanted = Pair.model_validate(await read(request))
        agreement = Agreement(
            cpo=PartyId.parse(wanted.cpo),
            emsp=PartyId.parse(wanted.emsp),
            first_day=wanted.first_day or self._clock.now().date(),
            last_day=wanted.last_day,
        )
        await self._agreements.put(agreement)
        await self._directory.refresh()
        await self._added()
        return reply(self._shown(agreement), HTTPStatus.CREATED)

    async def _end(self, request: web.Request) -> web.Response:
        wanted = Pair.model_validate(await read(request))
        last_day = wanted.last_day or self._clock.now().date()
        cpo, emsp = PartyId.parse(wanted.cpo), PartyId.parse(wanted.emsp)
        ended = await self._agreements.end(cpo, emsp, last_day)
        if ended is None:
            raise UnknownPartner(f"there is no agreement between {cpo} and {emsp}")
        await self._directory.refresh()
        return reply(self._shown(ended))

    def _shown(self, agreement: Agreement) -> dict[str, Any]:
        return {
            "cpo": str(agreement.cpo),
            "emsp": str(agreement.emsp),
            "first_day": agreement.first_day,
            "last_day": agreement.last_day,
            "holds": agreement.holds_at(self._clock.now()),
        }
