"""Payment terminals and what they captured, for the operator.

GET  /admin/v1/payment_terminals
POST /admin/v1/payment_terminals/pull         {"ptp": "FR*PTP"}: read both lists of the provider
POST /admin/v1/payment_terminals/assign       {"ptp": …, "terminal_id": …, "location_ids": […]}
POST /admin/v1/payment_terminals/replace      {"ptp": …, "terminal": {…}}
POST /admin/v1/payment_terminals/activate     {"ptp": …, "terminal": {…}}
POST /admin/v1/payment_terminals/deactivate   {"ptp": …, "terminal_id": …}
GET  /admin/v1/financial_advice_confirmations each with the sessions that it is for
"""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from cpo_adapter.payments.calls import ProviderCalls
from cpo_adapter.payments.paid import PaidSessions
from cpo_adapter.payments.places import OwnPlaces
from cpo_adapter.payments.shelf import Shelf
from cpo_adapter.payments.wanted import Activate, Assign, OfProvider, OfTerminal, Replace
from ocpi.objects.record import Record
from ocpi.process.clock import Clock
from schemas import codec
from schemas.kinds import PartyId
from schemas.v2_3_0.payments import Terminal


class PaymentRoutes:
    def __init__(
        self, *, calls: ProviderCalls, shelf: Shelf, paid: PaidSessions, places: OwnPlaces, clock: Clock
    ) -> None:
        self._calls = calls
        self._shelf = shelf
        self._paid = paid
        self._places = places
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        terminals = "/payment_terminals"
        return [
            web.get(terminals, self._terminals),
            web.post(f"{terminals}/pull", self._pull),
            web.post(f"{terminals}/assign", self._assign),
            web.post(f"{terminals}/replace", self._replace),
            web.post(f"{terminals}/activate", self._activate),
            web.post(f"{terminals}/deactivate", self._deactivate),
            web.get("/financial_advice_confirmations", self._confirmations),
        ]

    async def _terminals(self, _: web.Request) -> web.Response:
        return _told([_shown(record) async for record in self._shelf.terminals()])

    async def _confirmations(self, _: web.Request) -> web.Response:
        shown = [_shown(record) async for record in self._shelf.confirmations()]
        sessions = await self._paid.by_reference(each["authorization_reference"] for each in shown)
        return _told(
            [{**each, "sessions": sessions.get(each["authorization_reference"], [])} for each in shown]
        )

    async def _pull(self, request: web.Request) -> web.Response:
        wanted = OfProvider.model_validate(await _read(request))
        pulled = await self._calls.pull(PartyId.parse(wanted.ptp))
        return _told({what: asdict(counted) for what, counted in pulled.items()})

    async def _assign(self, request: web.Request) -> web.Response:
        wanted = Assign.model_validate(await _read(request))
        await self._places.check(wanted.location_ids, wanted.evse_uids)
        fields = {"location_ids": wanted.location_ids, "evse_uids": wanted.evse_uids}
        await self._calls.change(PartyId.parse(wanted.ptp), wanted.terminal_id, fields)
        return await self._terminal(wanted.ptp, wanted.terminal_id)

    async def _replace(self, request: web.Request) -> web.Response:
        wanted = Replace.model_validate(await _read(request))
        terminal = await self._checked(wanted.terminal)
        await self._calls.replace(PartyId.parse(wanted.ptp), terminal)
        return await self._terminal(wanted.ptp, terminal.terminal_id)

    async def _activate(self, request: web.Request) -> web.Response:
        wanted = Activate.model_validate(await _read(request))
        terminal = await self._checked({"terminal_id": "not yet", **wanted.terminal})
        is_any = "terminal_id" not in wanted.terminal
        await self._calls.activate(PartyId.parse(wanted.ptp), terminal, is_any=is_any)
        return _told({"ptp": wanted.ptp})

    async def _checked(self, fields: dict[str, Any]) -> Terminal:
        """Raises ValidationError, InvalidParameters."""
        terminal = Terminal.model_validate({"last_updated": self._clock.now(), **fields})
        await self._places.check(terminal.location_ids, terminal.evse_uids)
        return terminal

    async def _deactivate(self, request: web.Request) -> web.Response:
        wanted = OfTerminal.model_validate(await _read(request))
        await self._calls.deactivate(PartyId.parse(wanted.ptp), wanted.terminal_id)
        return _told({"ptp": wanted.ptp, "terminal_id": wanted.terminal_id})

    async def _terminal(self, ptp: str, terminal_id: str) -> web.Response:
        """As its provider told it last, if it has."""
        held = await self._shelf.terminal(PartyId.parse(ptp), terminal_id)
        return _told({"ptp": ptp, "terminal_id": terminal_id} if held is None else _shown(held))


async def _read(request: web.Request) -> Any:
    """Numbers with their digits: coordinates and prices are exact."""
    return codec.decode(await request.read())


def _shown(record: Record) -> dict[str, Any]:
    return {"ptp": str(record.key.owner), **record.value()}


def _told(value: Any) -> web.Response:
    return web.Response(body=codec.encode(value), content_type="application/json")
