"""From what the back office wants to what a CPO is asked: the card, the CPO, ids and references filled in.

Every start and every reservation has an authorization_reference of its own, which the CPO repeats in the
session and in the bill.
Spec: 2.3.0 mod_commands, StartSession, ReserveNow, StopSession, CancelReservation, UnlockConnector.
"""

import secrets
from collections.abc import Mapping
from functools import partial
from typing import assert_never

from emsp_adapter.commands.cards import CommandCards
from emsp_adapter.commands.places import Places
from emsp_adapter.commands.wanted import Cancel, Reserve, Start, Stop, Unlock, Wanted
from emsp_adapter.errands import actions
from emsp_adapter.errands.actions import Action, Order, Question
from emsp_adapter.errands.store import ErrandStore
from ocpi.errors import InvalidParameters
from ocpi.process.clock import Clock
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.v2_3_0.commands import (
    CancelReservation,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)
from schemas.v2_3_0.tokens import LocationReferences, Token


class Orders:
    def __init__(self, *, cards: CommandCards, places: Places, errands: ErrandStore, clock: Clock) -> None:
        self._cards = cards
        self._places = places
        self._errands = errands
        self._clock = clock

    async def of(self, wanted: Wanted) -> Order:
        """Raises InvalidParameters for what cannot be asked of anybody."""
        match wanted:
            case Start():
                return await self._start(wanted)
            case Stop():
                return await self._stop(wanted)
            case Reserve():
                return await self._reserve(wanted)
            case Cancel():
                return await self._cancel(wanted)
            case Unlock():
                return await self._unlock(wanted)
            case other:
                assert_never(other)

    async def _start(self, wanted: Start) -> Order:
        place = await self._places.of_location(wanted.location_id, wanted.cpo)
        token = await self._cards.token(wanted.token, place.cpo, _where(wanted))
        fields = {
            "location_id": wanted.location_id,
            "evse_uid": wanted.evse_uid,
            "connector_id": wanted.connector_id,
            "authorization_reference": _reference(),
        }
        return Order(
            action=actions.START_SESSION,
            cpo=place.cpo,
            about=_about(fields, token),
            asks=partial(_question, actions.START_SESSION, StartSession, {**fields, "token": token}),
            location=place.location,
        )

    async def _stop(self, wanted: Stop) -> Order:
        cpo = await self._places.of_session(wanted.session_id, wanted.cpo)
        return _plain(actions.STOP_SESSION, StopSession, cpo, {"session_id": wanted.session_id})

    async def _reserve(self, wanted: Reserve) -> Order:
        if wanted.expiry_date <= self._clock.now():
            raise InvalidParameters("a reservation ends in the future", pointer="/expiry_date")
        place = await self._places.of_location(wanted.location_id, wanted.cpo)
        token = await self._cards.token(wanted.token, place.cpo, _where(wanted))
        fields = {
            "reservation_id": wanted.reservation_id or await self._errands.next_reservation(),
            "location_id": wanted.location_id,
            "evse_uid": wanted.evse_uid,
            "authorization_reference": _reference(),
        }
        asked = {**fields, "token": token, "expiry_date": wanted.expiry_date}
        return Order(
            action=actions.RESERVE_NOW,
            cpo=place.cpo,
            about=_about(fields, token),
            asks=partial(_question, actions.RESERVE_NOW, ReserveNow, asked),
            location=place.location,
            open_until=wanted.expiry_date,
        )

    async def _cancel(self, wanted: Cancel) -> Order:
        cpo = await self._places.of_reservation(wanted.reservation_id, wanted.cpo)
        fields = {"reservation_id": wanted.reservation_id}
        return _plain(actions.CANCEL_RESERVATION, CancelReservation, cpo, fields)

    async def _unlock(self, wanted: Unlock) -> Order:
        place = await self._places.of_location(wanted.location_id, wanted.cpo)
        fields = wanted.model_dump(include={"location_id", "evse_uid", "connector_id"})
        return _plain(actions.UNLOCK_CONNECTOR, UnlockConnector, place.cpo, fields)


def _where(wanted: Start | Reserve) -> LocationReferences:
    evse_uids = [wanted.evse_uid] if wanted.evse_uid else []
    return LocationReferences.model_validate({"location_id": wanted.location_id, "evse_uids": evse_uids})


def _plain(action: Action, kind: type[OcpiModel], cpo: PartyId, fields: Mapping[str, str]) -> Order:
    return Order(action=action, cpo=cpo, about=fields, asks=partial(_question, action, kind, fields))


def _question(
    action: Action, kind: type[OcpiModel], fields: Mapping[str, object], response_url: str
) -> Question:
    body = kind.model_validate({**fields, "response_url": response_url})
    return Question(method="POST", path=(action.name,), body=body)


def _about(fields: Mapping[str, str | None], token: Token) -> dict[str, str]:
    """What the errand remembers."""
    ids = {name: value for name, value in fields.items() if value is not None}
    return {**ids, "token_uid": str(token.uid), "token_type": str(token.type)}


def _reference() -> str:
    return secrets.token_hex(16)
