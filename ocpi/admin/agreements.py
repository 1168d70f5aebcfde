"""Agreements, for the operator: add, list, change, end."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from ocpi.admin.agreement_bodies import AgreementOfPair, EndOfPair, TermsOfPair
from ocpi.admin.app import read, reply
from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.agreements import USUAL, Agreement, Terms
from ocpi.partners.directory import Directory
from ocpi.partners.terms import Sight
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
            web.post("/agreements/change", self._change),
            web.post("/agreements/end", self._end),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return reply([self._shown(agreement) for agreement in self._directory.agreements()])

    async def _add(self, request: web.Request) -> web.Response:
        """Adding a pair again sets its days anew, and tells each side everything again."""
        wanted = AgreementOfPair.model_validate(await read(request))
        cpo, emsp = wanted.key
        seen = await self._agreements.get(cpo, emsp)
        terms = wanted.terms.applied_to(seen.terms if seen else USUAL)
        first_day = wanted.first_day or self._clock.now().date()
        agreement = Agreement(cpo, emsp, first_day, wanted.last_day, terms=await self._checked(cpo, terms))
        if seen is None:
            await self._agreements.put(agreement)
        else:
            await self._agreements.change(seen, agreement)
        return await self._done(agreement, HTTPStatus.CREATED)

    async def _change(self, request: web.Request) -> web.Response:
        """Other terms from now on; each side is told what it lacks only if it may see more than before."""
        wanted = TermsOfPair.model_validate(await read(request))
        cpo, emsp = wanted.key
        seen = await self._agreements.get(cpo, emsp)
        if seen is None:
            raise _unknown(cpo, emsp)
        terms = await self._checked(cpo, wanted.terms.applied_to(seen.terms))
        is_announced = seen.is_announced and _named(seen.terms).covers(_named(terms))
        agreement = replace(seen, terms=terms, is_announced=is_announced)
        await self._agreements.change(seen, agreement)
        return await self._done(agreement)

    async def _done(self, agreement: Agreement, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
        await self._directory.refresh()
        await self._added()
        return reply(self._shown(agreement), status)

    async def _end(self, request: web.Request) -> web.Response:
        wanted = EndOfPair.model_validate(await read(request))
        last_day = wanted.last_day or self._clock.now().date()
        ended = await self._agreements.end(*wanted.key, last_day)
        if ended is None:
            raise _unknown(*wanted.key)
        await self._directory.refresh()
        return reply(self._shown(ended))

    async def _checked(self, cpo: PartyId, terms: Terms) -> Terms:
        """Raises ValidationError for a group that the CPO does not have: it would hide everything."""
        await self._directory.refresh()
        known = {group.name for group in self._directory.groups() if group.cpo == cpo and group.locations}
        unknown = (terms.location_groups or frozenset()) - known
        if unknown:
            raise _no_such_group(cpo, sorted(unknown))
        return terms

    def _shown(self, agreement: Agreement) -> dict[str, Any]:
        return {
            "cpo": str(agreement.cpo),
            "emsp": str(agreement.emsp),
            "first_day": agreement.first_day,
            "last_day": agreement.last_day,
            "holds": agreement.holds_at(self._clock.now()),
            "terms": agreement.terms.plain(),
        }


def _named(terms: Terms) -> Sight:
    """Groups by their names: enough to tell whether one shows all that the other does."""
    return Sight(terms.modules, terms.location_groups, terms.tariffs)


def _unknown(cpo: PartyId, emsp: PartyId) -> UnknownPartner:
    return UnknownPartner(f"there is no agreement between {cpo} and {emsp}")


def _no_such_group(cpo: PartyId, names: list[str]) -> ValidationError:
    text = "{cpo} has no group of locations named {names}"
    error = PydanticCustomError("unknown", text, {"cpo": str(cpo), "names": ", ".join(names)})
    details = InitErrorDetails(type=error, loc=("terms", "location_groups"), input=names)
    return ValidationError.from_exception_data("terms", [details])
