"""Stop a session, say how it shall charge, cancel a reservation, unlock a connector."""

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, Field

from emsp_adapter.apps.asking import Asking
from emsp_adapter.apps.keys.key import EVERYBODY, Scope
from emsp_adapter.apps.operation import Asked, Body, Operation, Told
from emsp_adapter.apps.operations.named import Named, NamedSession, OfCpo, named
from emsp_adapter.apps.operations.starting import REFUSALS, LocationId
from emsp_adapter.apps.told import CommandTold
from emsp_adapter.apps.values import Energy, Id, Instant, Party
from emsp_adapter.apps.visible import Visible, contract_of
from emsp_adapter.charging.preferences import Preferences
from emsp_adapter.charging.wanted import Prefer
from emsp_adapter.commands.orders import Orders
from emsp_adapter.commands.wanted import Cancel, Stop, Unlock
from emsp_adapter.errands.actions import Order
from schemas.kinds import ObjectKind
from schemas.v2_3_0.enums import ChargingPreferencesResponse, ProfileType
from schemas.v2_3_0.sessions import ChargingPreferences


class NamedReservation(Named):
    id: Annotated[Id, Field(examples=["194000001"])]


class Unlocking(Body):
    cpo: Party | None = None
    location_id: LocationId
    evse_uid: Annotated[Id, Field(examples=["E1"])]
    connector_id: Annotated[Id, Field(examples=["1"])]


class Preferring(Body):
    """What matters to the driver; `energy_need` in kWh until `departure_time`."""

    profile_type: ProfileType
    departure_time: Instant | None = None
    energy_need: Energy | None = None
    discharge_allowed: bool | None = None


class PreferenceTold(BaseModel):
    """The word of the CPO: other than ACCEPTED, the session charges as before."""

    result: ChargingPreferencesResponse


class SteeringOperations:
    def __init__(self, *, orders: Orders, asking: Asking, visible: Visible, preferences: Preferences) -> None:
        self._orders = orders
        self._asking = asking
        self._visible = visible
        self._preferences = preferences

    def operations(self) -> list[Operation]:
        asks: dict[str, Any] = {
            "method": "POST",
            "answer": CommandTold,
            "status": HTTPStatus.CREATED,
            "errors": {HTTPStatus.NOT_FOUND: "No such thing, or not for this key.", **REFUSALS},
            "takes_key": True,
        }
        return [
            Operation(
                path="/sessions/{id}/stop",
                id="stopSession",
                summary="Have the CPO stop a session",
                tag="sessions",
                does=self._stop,
                scope=Scope.SESSIONS_WRITE,
                path_model=NamedSession,
                query=OfCpo,
                **asks,
            ),
            Operation(
                path="/reservations/{id}/cancel",
                id="cancelReservation",
                summary="Have the CPO give a place free again",
                tag="reservations",
                does=self._cancel,
                scope=Scope.SESSIONS_WRITE,
                path_model=NamedReservation,
                query=OfCpo,
                **asks,
            ),
            Operation(
                path="/connectors/unlock",
                id="unlockConnector",
                summary="Have the CPO free a stuck cable",
                about="For support staff: a key of an app never has the scope.",
                tag="support",
                does=self._unlock,
                scope=Scope.SUPPORT,
                body=Unlocking,
                **asks,
            ),
            self._preferring(),
        ]

    def _preferring(self) -> Operation:
        return Operation(
            method="PUT",
            path="/sessions/{id}/charging_preferences",
            id="setChargingPreferences",
            summary="Tell the CPO what the driver wants",
            tag="sessions",
            does=self._prefer,
            scope=Scope.SESSIONS_WRITE,
            path_model=NamedSession,
            query=OfCpo,
            body=Preferring,
            answer=PreferenceTold,
            errors={HTTPStatus.NOT_FOUND: "No such session, or not for this key.", **REFUSALS},
        )

    async def _stop(self, asked: Asked) -> Told:
        async def make() -> tuple[Order, str | None]:
            cpo, contract_id = await self._session(asked)
            stop = Stop(command="STOP_SESSION", cpo=cpo, session_id=asked.path(Named).id)
            return await self._orders.of(stop), contract_id

        return await self._asking.once(asked, make)

    async def _cancel(self, asked: Asked) -> Told:
        name = asked.path(Named).id

        async def make() -> tuple[Order, str | None]:
            told = asked.query(OfCpo).cpo
            reserved = await self._visible.own_reservation(name, told, asked.bound)
            cancel = Cancel(command="CANCEL_RESERVATION", cpo=str(reserved.cpo), reservation_id=name)
            return await self._orders.of(cancel), reserved.about.get("contract_id")

        return await self._asking.once(asked, make)

    async def _unlock(self, asked: Asked) -> Told:
        async def make() -> tuple[Order, str | None]:
            unlock = Unlock(command="UNLOCK_CONNECTOR", **asked.body(Unlocking).model_dump())
            return await self._orders.of(unlock), None

        return await self._asking.once(asked, make)

    async def _prefer(self, asked: Asked) -> Told:
        cpo, _ = await self._session(asked)
        told = asked.body(Preferring).model_dump(exclude_none=True)
        wanted = Prefer(
            cpo=cpo,
            session_id=asked.path(Named).id,
            preferences=ChargingPreferences.model_validate(told),
        )
        return PreferenceTold(result=await self._preferences.tell(wanted))

    async def _session(self, asked: Asked) -> tuple[str, str | None]:
        """Its CPO and its contract. Of a CPO that is told, who steers everybody's need not know it."""
        name, cpo = asked.path(Named).id, asked.query(OfCpo).cpo
        if cpo is not None and asked.bound == EVERYBODY:
            found = await self._visible.find(ObjectKind.SESSION, name, cpo, asked.bound)
            return cpo, contract_of(found[0]) if found else None
        record = await named(ObjectKind.SESSION, asked, self._visible)
        return str(record.key.owner), contract_of(record)
