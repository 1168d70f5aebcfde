"""Reserving and cancelling for partners.

The same reservation id again replaces: at the same station by the station itself, else the old one is
dropped once the new one holds. The card of a reservation is let in without asking, as that of a start is.
Spec: 2.3.0 mod_commands, ReserveNow and CancelReservation object; OCPP 1.6, 5.1 and 5.13.
"""

import uuid
from contextlib import suppress
from functools import partial
from typing import Protocol

from cpo_adapter.authorization.commanded import (
    CLOCKS_DIFFER,
    CommandedStart,
    CommandedStarts,
    commanded_start,
    is_card,
    tag_for,
)
from cpo_adapter.commands.control import Asker, check_owner
from cpo_adapter.commands.model import Declined, No, Order
from cpo_adapter.commands.outcomes import command_result
from cpo_adapter.commands.places import Places, able, outlet_of
from cpo_adapter.commands.promises import Promises
from cpo_adapter.commands.reservation import Reservation, ReservationState
from cpo_adapter.commands.reservation_store import ReservationStore
from cpo_adapter.commands.reserved import Reserved
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.intents import CancelReservation, NotAsked, Outcome, Reserve
from cpo_adapter.ocpp.schedules import StationBounds
from cpo_adapter.stations.model import Spot
from ocpi.errors import InvalidParameters
from ocpi.process.clock import Clock
from schemas.v2_3_0 import commands
from schemas.v2_3_0.commands import CommandResult, ReserveNow
from schemas.v2_3_0.enums import Capability, CommandResultType


class KnownAbilities(Protocol):
    def known(self, station: str) -> StationBounds | None:
        """What it can do; None where it was not asked yet."""


class Reserving:
    """Each method returns once the order has been accepted. Raises Declined, UnknownLocation."""

    def __init__(
        self,
        *,
        places: Places,
        asker: Asker,
        starts: CommandedStarts,
        store: ReservationStore,
        reserved: Reserved,
        promises: Promises,
        abilities: KnownAbilities,
        clock: Clock,
    ) -> None:
        self._places = places
        self._asker = asker
        self._starts = starts
        self._store = store
        self._reserved = reserved
        self._promises = promises
        self._abilities = abilities
        self._clock = clock

    async def reserve(self, order: Order, wanted: ReserveNow) -> None:
        check_owner(order.party, wanted.token)
        if wanted.expiry_date <= order.at:
            raise InvalidParameters("is in the past", "/expiry_date")
        held = await self._store.held_by(order.party, wanted.reservation_id)
        spot = self._spot_for(wanted, held)
        self._places.must_be_reachable(spot.station.identity)
        known = self._abilities.known(spot.station.identity)
        if known is not None and not known.reserves:
            raise Declined(No.NOT_SUPPORTED, "the station has no reservations")
        reservation = await self._new(order, wanted, spot, held)
        promise = order.promise("RESERVE_NOW", station=reservation.station, about=reservation.reservation_id)
        await self._promises.make(promise, partial(self._reserve, reservation, held, spot))

    async def cancel(self, order: Order, wanted: commands.CancelReservation) -> None:
        held = await self._store.held_by(order.party, wanted.reservation_id)
        if held is not None:
            self._places.must_be_reachable(held.station)
        station = held.station if held else ""
        promise = order.promise("CANCEL_RESERVATION", station=station, about=wanted.reservation_id)
        await self._promises.make(promise, partial(self._cancel, held))

    def _spot_for(self, wanted: ReserveNow, held: Reservation | None) -> Spot:
        """The one that is named, else the one that this reservation has already, else any that is free."""
        if wanted.evse_uid is not None:
            return able([self._places.spot(wanted.location_id, wanted.evse_uid)], Capability.RESERVABLE)[0]
        spots = able(self._places.spots(wanted.location_id), Capability.RESERVABLE)
        kept = [spot for spot in spots if held is not None and spot.evse.uid == held.evse_uid]
        return kept[0] if kept else self._places.first_free(spots)

    async def _new(
        self, order: Order, wanted: ReserveNow, spot: Spot, held: Reservation | None
    ) -> Reservation:
        station = spot.station.identity
        is_replaced_there = held is not None and held.station == station
        return Reservation(
            id=uuid.uuid4().hex,
            reservation_id=wanted.reservation_id,
            number=held.number if held and is_replaced_there else await self._store.next_number(),
            location_id=spot.site.id,
            station=station,
            evse=spot.evse.number,
            evse_uid=spot.evse.uid,
            connector_id=str(spot.evse.connectors[0].id),
            tag=tag_for(wanted.token),
            token=wanted.token,
            reference=wanted.authorization_reference,
            reply=order.reply,
            session_id=held.session_id if held else str(uuid.uuid4()),
            at=order.at,
            expires=wanted.expiry_date,
            changed_at=order.at,
        )

    async def _reserve(self, reservation: Reservation, held: Reservation | None, spot: Spot) -> CommandResult:
        """The old one is marked first: what its connector tells meanwhile is our own doing."""
        await self._store.add(reservation)
        changing = await self._reserved.changing(held) if held else None
        await self._starts.expect(_as_start(reservation))
        try:
            outcome = await self._ask(reservation, outlet_of(spot))
        except NotAsked:
            await self._not_reserved(reservation, changing, ReservationState.DOUBTFUL)
            raise
        if outcome is Outcome.ACCEPTED:
            await self._replace(changing, reservation)
        else:
            await self._not_reserved(reservation, changing, ReservationState.REFUSED)
        return command_result(outcome)

    async def _ask(self, reservation: Reservation, outlet: Outlet) -> Outcome:
        reserve = Reserve(
            reservation.number,
            reservation.tag,
            outlet,
            reservation.expires,
            is_card=is_card(reservation.tag, reservation.token),
        )
        return await self._asker.ask(reservation.station, reserve)

    async def _not_reserved(
        self, reservation: Reservation, changing: Reservation | None, state: ReservationState
    ) -> None:
        """An older one of the same number stays what the station is held to."""
        is_the_olders = changing is not None and changing.number == reservation.number
        await self._starts.withdraw(reservation.id)
        await self._store.move(
            reservation, ReservationState.REFUSED if is_the_olders else state, self._clock.now()
        )
        await self._reserved.unchanged(changing)

    async def _replace(self, older: Reservation | None, reservation: Reservation) -> None:
        if older is not None:
            await self._drop(older, but=reservation)
        await self._reserved.holds(reservation)

    async def _drop(self, older: Reservation, *, but: Reservation) -> None:
        """At its own station the new one has taken its place already."""
        await self._starts.withdraw(older.id)
        await self._store.move(older, ReservationState.REPLACED, self._clock.now())
        if older.station != but.station:
            with suppress(NotAsked):
                await self._asker.ask(older.station, CancelReservation(older.number))

    async def _cancel(self, held: Reservation | None) -> CommandResult:
        changing = await self._reserved.changing(held) if held else None
        if changing is None:
            return CommandResult(result=CommandResultType.UNKNOWN_RESERVATION)
        try:
            outcome = await self._asker.ask(changing.station, CancelReservation(changing.number))
        except NotAsked:
            await self._reserved.unchanged(changing)
            raise
        await self._reserved.ends(changing, ReservationState.CANCELLED)
        if outcome is Outcome.REJECTED:
            return CommandResult(result=CommandResultType.UNKNOWN_RESERVATION)
        return command_result(outcome)


def _as_start(reservation: Reservation) -> CommandedStart:
    return commanded_start(
        start_id=reservation.id,
        station=reservation.station,
        evse=reservation.evse,
        tag=reservation.tag,
        token=reservation.token,
        reference=reservation.reference,
        at=reservation.at,
        until=reservation.expires,
        counts_until=reservation.expires + CLOCKS_DIFFER,
    )
