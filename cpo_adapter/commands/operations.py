"""What the operator can see of orders and reservations, and cancelling one of these.

GET /admin/v1/orders, GET /admin/v1/reservations, POST /admin/v1/reservations/{id}/cancel
"""

from typing import Any, Final

from aiohttp import web

from cpo_adapter.authorization.commanded import CommandedStarts
from cpo_adapter.commands.reservation import Reservation
from cpo_adapter.commands.reservation_store import ReservationStore
from cpo_adapter.commands.reserved import Reserved
from cpo_adapter.commands.store import PromiseStore
from ocpi.admin.app import reply
from ocpi.process.clock import Clock
from ocpi.process.mongo import Document
from schemas.v2_3_0.enums import CommandResultType

_MOST: Final = 500


class OrderRoutes:
    def __init__(
        self,
        *,
        promises: PromiseStore,
        starts: CommandedStarts,
        reservations: ReservationStore,
        reserved: Reserved,
        clock: Clock,
    ) -> None:
        self._promises = promises
        self._starts = starts
        self._clock = clock
        self._reservations = reservations
        self._reserved = reserved

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/orders", self._orders),
            web.get("/reservations", self._list),
            web.post("/reservations/{id}/cancel", self._cancel),
        ]

    async def _orders(self, _: web.Request) -> web.Response:
        """Of a start that its station accepted and that never came it is said."""
        listed = await self._promises.listed(_MOST)
        accepted = [each["_id"] for each in listed if each.get("outcome") == CommandResultType.ACCEPTED]
        in_vain = await self._starts.never_begun(accepted, self._clock.now())
        return reply([_order(each, is_in_vain=each["_id"] in in_vain) for each in listed])

    async def _list(self, _: web.Request) -> web.Response:
        return reply([_reservation(each) for each in await self._reservations.listed(_MOST)])

    async def _cancel(self, request: web.Request) -> web.Response:
        """Its eMSP hears of it. `cancelled` is false for one that does not hold any more."""
        found = await self._reservations.get(request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound(text="there is no such reservation")
        return reply({"id": found.id, "cancelled": await self._reserved.cancel(found)})


def _order(stored: Document, *, is_in_vain: bool) -> dict[str, Any]:
    named = ("action", "station", "about", "at", "outcome", "is_open", "trouble")
    asked_by = {"party": stored["reply"]["party"], "partner": stored["reply"]["partner"]}
    told = {name: stored.get(name) for name in named}
    return {**told, "never_begun": is_in_vain, **_held(stored), **asked_by}


def _held(stored: Document) -> dict[str, Any]:
    """Until when it may still be sent, and what the station said in the end."""
    held = stored.get("held", {})
    return {"held_until": held.get("until") if stored.get("is_held") else None, "said": held.get("said")}


def _reservation(reservation: Reservation) -> dict[str, Any]:
    named = ("id", "reservation_id", "station", "evse_uid", "at", "expires", "state")
    return {**{name: getattr(reservation, name) for name in named}, "party": str(reservation.party)}
