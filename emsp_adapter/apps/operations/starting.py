"""Start a session, reserve a place: what needs a card.

A key that is bound to contracts uses their cards only, whatever card is named.
"""

from http import HTTPStatus
from typing import Annotated, Any, Final

from pydantic import Field

from emsp_adapter.apps.asking import Asking
from emsp_adapter.apps.keys.key import Scope
from emsp_adapter.apps.operation import Asked, Body, Operation, Told
from emsp_adapter.apps.told import CommandTold
from emsp_adapter.apps.values import Id, Instant, Party
from emsp_adapter.apps.visible import Visible
from emsp_adapter.commands.orders import Orders
from emsp_adapter.commands.wanted import Card, Reserve, Start
from emsp_adapter.errands.actions import Order

REFUSALS: Final = {
    HTTPStatus.CONFLICT: "It cannot be asked of anybody: no agreement, no such place, a card that may not "
    "charge; or the Idempotency-Key belongs to another request.",
    HTTPStatus.BAD_GATEWAY: "The CPO cannot be reached.",
    HTTPStatus.GATEWAY_TIMEOUT: "The CPO did not answer in time.",
}


LocationId = Annotated[Id, Field(examples=["LOC1"])]


class TokenAsked(Body):
    """A card of ours by uid and type, or, with a `contract_id`, one that is on no list: of an app, say."""

    uid: Annotated[Id, Field(examples=["04AA"])]
    type: str = Field(default="RFID", max_length=36, pattern="^[A-Z_]+$", examples=["RFID"])
    contract_id: Id | None = None

    def card(self) -> Card:
        return Card(**self.model_dump())


class Starting(Body):
    """`cpo` may be left out where only one has a location of this id."""

    cpo: Party | None = None
    token: TokenAsked
    location_id: LocationId
    evse_uid: Id | None = None
    connector_id: Id | None = None


class Reserving(Body):
    """The `reservation_id` of before replaces that reservation; a new one is given unless it is told."""

    cpo: Party | None = None
    token: TokenAsked
    location_id: LocationId
    evse_uid: Id | None = None
    expiry_date: Annotated[Instant, Field(examples=["2030-01-31T12:00:00Z"])]
    reservation_id: Id | None = None


class StartingOperations:
    def __init__(self, *, orders: Orders, asking: Asking, visible: Visible) -> None:
        self._orders = orders
        self._asking = asking
        self._visible = visible

    def operations(self) -> list[Operation]:
        common: dict[str, Any] = {
            "method": "POST",
            "scope": Scope.SESSIONS_WRITE,
            "answer": CommandTold,
            "status": HTTPStatus.CREATED,
            "errors": REFUSALS,
            "takes_key": True,
        }
        return [
            Operation(
                path="/sessions",
                id="startSession",
                summary="Have a CPO start a session",
                about="Answered once the CPO has said whether it tries; its result and the session follow.",
                tag="sessions",
                does=self._start,
                body=Starting,
                **common,
            ),
            Operation(
                path="/reservations",
                id="reserve",
                summary="Have a CPO keep a place free",
                tag="reservations",
                does=self._reserve,
                body=Reserving,
                **common,
            ),
        ]

    async def _start(self, asked: Asked) -> Told:
        wanted = asked.body(Starting)

        async def make() -> tuple[Order, str | None]:
            contract_id = await self._contract(asked, wanted.token)
            told = wanted.model_dump(exclude={"token"})
            start = Start(command="START_SESSION", token=wanted.token.card(), **told)
            return await self._orders.of(start), contract_id

        return await self._asking.once(asked, make)

    async def _reserve(self, asked: Asked) -> Told:
        wanted = asked.body(Reserving)

        async def make() -> tuple[Order, str | None]:
            contract_id = await self._contract(asked, wanted.token)
            if wanted.reservation_id is not None and asked.bound.contracts is not None:
                await self._visible.own_reservation(wanted.reservation_id, wanted.cpo, asked.bound)
            told = wanted.model_dump(exclude={"token"})
            reserve = Reserve(command="RESERVE_NOW", token=wanted.token.card(), **told)
            return await self._orders.of(reserve), contract_id

        return await self._asking.once(asked, make)

    async def _contract(self, asked: Asked, token: TokenAsked) -> str | None:
        return await self._visible.contract_of_card(token.uid, token.type, token.contract_id, asked.bound)
