"""Limits on a running session: set, shown and cleared at its station for the party whose customer charges.

A station knows the profile of a session by the number of its transaction, so that a new one replaces it.
Spec: 2.3.0 mod_charging_profiles, Receiver Interface.
"""

from functools import partial
from typing import Protocol

from cpo_adapter.commands.control import Asker, running_session
from cpo_adapter.commands.model import Declined, No, Order
from cpo_adapter.commands.outcomes import profile_result
from cpo_adapter.commands.places import Places, able
from cpo_adapter.commands.promises import Promises
from cpo_adapter.ocpp.intents import ClearProfile, Outcome, SetProfile, TellSchedule
from cpo_adapter.ocpp.schedules import Schedule, StationBounds
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Begin
from cpo_adapter.smart_charging.abilities import Abilities
from cpo_adapter.smart_charging.fitting import Unfit, fitted
from cpo_adapter.smart_charging.pace import Pace
from cpo_adapter.smart_charging.rendering import active_profile, schedule_of
from cpo_adapter.smart_charging.store import Limited, LimitedSessions
from cpo_adapter.smart_charging.watching import ProfileWatch, Scheduled
from ocpi.process.logs import logger
from schemas.v2_3_0.charging_profiles import (
    ActiveChargingProfileResult,
    ChargingProfileResult,
    ClearProfileResult,
    SetChargingProfile,
)
from schemas.v2_3_0.enums import Capability, ChargingProfileResultType

log = logger(__name__)


class Station(Asker, Scheduled, Protocol):
    """What the registry is to profiles."""


class Profiles:
    """Each method returns once the order has been accepted. Raises Declined."""

    def __init__(
        self,
        *,
        places: Places,
        asker: Station,
        transactions: TransactionStore,
        store: LimitedSessions,
        watch: ProfileWatch,
        promises: Promises,
        pace: Pace,
        abilities: Abilities,
    ) -> None:
        self._places = places
        self._asker = asker
        self._transactions = transactions
        self._store = store
        self._watch = watch
        self._promises = promises
        self._pace = pace
        self._abilities = abilities

    async def set(self, order: Order, session_id: str, wanted: SetChargingProfile) -> None:
        """Raises InvalidParameters for a profile that makes no sense."""
        schedule = schedule_of(wanted.charging_profile, order.at)
        begin = await self._session(order, session_id)
        known = self._abilities.known(begin.station)
        if known is not None:
            self._fitted(begin, schedule, known)  # what cannot be kept is known before it is promised
        promise = order.promise(
            "SET_PROFILE", station=begin.station, about=begin.session_id, kind=ChargingProfileResult
        )
        await self._promises.make(promise, partial(self._set, order, begin, schedule))

    async def show(self, order: Order, session_id: str, duration_s: int) -> None:
        begin = await self._session(order, session_id)
        promise = order.promise(
            "GET_PROFILE", station=begin.station, about=begin.session_id, kind=ActiveChargingProfileResult
        )
        await self._promises.make(promise, partial(self._show, begin, duration_s))

    async def clear(self, order: Order, session_id: str) -> None:
        begin = await self._session(order, session_id)
        promise = order.promise(
            "CLEAR_PROFILE", station=begin.station, about=begin.session_id, kind=ClearProfileResult
        )
        await self._promises.make(promise, partial(self._clear, begin))

    async def _session(self, order: Order, session_id: str) -> Begin:
        begin = (await running_session(self._transactions, order.party, session_id)).begin
        where = begin.terms.location
        able([self._places.spot(where.id, where.evse_uid)], Capability.CHARGING_PROFILE_CAPABLE)
        self._places.must_be_reachable(begin.station)
        known = self._abilities.known(begin.station)
        if known is not None and not known.limits:
            raise Declined(No.NOT_SUPPORTED, "the station has no smart charging")
        if not self._pace.allows(begin.session_id):
            raise Declined(No.TOO_OFTEN, "wait a minute")
        return begin

    async def _set(self, order: Order, begin: Begin, schedule: Schedule) -> ChargingProfileResult:
        try:
            kept = self._fitted(begin, schedule, await self._abilities.of(begin.station))
        except Declined as no:
            log.warning("profile not set", station=begin.station, session=begin.session_id, reason=str(no))
            return ChargingProfileResult(result=ChargingProfileResultType.REJECTED)
        intent = SetProfile(begin.number, begin.name, begin.outlet, kept)
        outcome = await self._asker.ask(begin.station, intent)
        if outcome is Outcome.ACCEPTED:
            limited = Limited(begin.session_id, begin.number, begin.station, begin.outlet, order.reply)
            await self._store.put(limited, order.at)
            self._watch.look(begin.session_id)
        return ChargingProfileResult(result=profile_result(outcome))

    def _fitted(self, begin: Begin, schedule: Schedule, bounds: StationBounds) -> Schedule:
        """Raises Declined."""
        where = begin.terms.location
        evse = self._places.spot(where.id, where.evse_uid).evse
        connector = evse.connector(begin.outlet.connector) or evse.connectors[0]
        try:
            return fitted(schedule, bounds, connector)
        except Unfit as unfit:
            raise Declined(No.REJECTED, str(unfit)) from unfit

    async def _show(self, begin: Begin, duration_s: int) -> ActiveChargingProfileResult:
        found = await self._asker.schedule(begin.station, TellSchedule(begin.outlet, duration_s))
        if found is None:
            return ActiveChargingProfileResult(result=ChargingProfileResultType.REJECTED)
        return ActiveChargingProfileResult(
            result=ChargingProfileResultType.ACCEPTED, profile=active_profile(found)
        )

    async def _clear(self, begin: Begin) -> ClearProfileResult:
        outcome = await self._asker.ask(begin.station, ClearProfile(begin.number))
        if outcome is Outcome.ACCEPTED:
            self._watch.look(begin.session_id)
        return ClearProfileResult(result=profile_result(outcome))
