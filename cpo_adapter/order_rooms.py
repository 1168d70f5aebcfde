"""Where the rooms meet that carry out what partners order of stations."""

from dataclasses import dataclass
from datetime import timedelta

from cpo_adapter.authorization.commanded import CommandedStarts
from cpo_adapter.commands.callbacks import Callbacks
from cpo_adapter.commands.control import Control, Hold
from cpo_adapter.commands.held_stops import HeldStops, held_stop
from cpo_adapter.commands.model import Promise
from cpo_adapter.commands.operations import OrderRoutes
from cpo_adapter.commands.places import Places
from cpo_adapter.commands.promises import Promises
from cpo_adapter.commands.reservation_news import ReservationSessions
from cpo_adapter.commands.reservation_store import ReservationStore
from cpo_adapter.commands.reserved import Reserved
from cpo_adapter.commands.reserving import Reserving
from cpo_adapter.commands.store import PromiseStore
from cpo_adapter.crew.room import on_duty
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Begin
from cpo_adapter.settings import CpoSettings
from cpo_adapter.smart_charging.abilities import Abilities
from cpo_adapter.smart_charging.fallback import Fallbacks
from cpo_adapter.smart_charging.fallback_checks import FallbackChecks
from cpo_adapter.smart_charging.fallback_routes import FallbackRoutes
from cpo_adapter.smart_charging.fallback_store import FallbackStore
from cpo_adapter.smart_charging.pace import Pace
from cpo_adapter.smart_charging.profiles import Profiles
from cpo_adapter.smart_charging.reports import ProfileReports
from cpo_adapter.smart_charging.store import LimitedSessions
from cpo_adapter.smart_charging.watching import ProfileWatch
from cpo_adapter.yard_room import Yard
from ocpi.client.lines import Lines
from ocpi.delivery.announce import Announcer
from ocpi.service.foundation import Foundation


@dataclass(frozen=True, slots=True)
class OrderRooms:
    starts: CommandedStarts
    reserved: Reserved
    control: Control
    reserving: Reserving
    profiles: Profiles
    routes: OrderRoutes
    promises: Promises
    held_stops: HeldStops
    fallbacks: FallbackRoutes
    reports: ProfileReports


async def order_rooms(
    foundation: Foundation,
    settings: CpoSettings,
    yard: Yard,
    transactions: TransactionStore,
    announcer: Announcer,
) -> OrderRooms:
    """What an earlier process left unfinished is finished from here on."""
    clock = foundation.clock
    promise_store, reservations = PromiseStore(foundation.mongo), ReservationStore(foundation.mongo)
    starts = CommandedStarts(foundation.mongo)
    places = Places(inventory=yard.inventory, sight=yard.sight, presence=yard.registry)
    callbacks = Callbacks(
        own=settings.own_party,
        directory=foundation.directory,
        lines=Lines(egress=foundation.egress, clock=clock),
        clock=clock,
    )
    promises = Promises(
        store=promise_store,
        callbacks=callbacks,
        crew=yard.crew.crew,
        supervisor=foundation.supervisor,
        clock=clock,
    )
    reserved = Reserved(
        store=reservations,
        starts=starts,
        states=yard.states,
        asker=yard.registry,
        promises=promises,
        news=ReservationSessions(settings.own_party, settings.currency, announcer),
        is_alone=lambda: yard.crew.crew.is_alone,
        clock=clock,
    )
    abilities = Abilities(
        inventory=yard.inventory, asker=yard.registry, supervisor=foundation.supervisor, clock=clock
    )
    yard.registry.follow(abilities)
    held_stops = HeldStops(foundation.mongo, life=yard.crew.crew.life)
    limits = LimitedSessions(foundation.mongo)
    watch = ProfileWatch(
        store=limits,
        transactions=transactions,
        asker=yard.registry,
        callbacks=callbacks,
        supervisor=foundation.supervisor,
        clock=clock,
    )
    reports = ProfileReports(watch.look_around)
    await promises.recover()
    await reserved.recover()
    for name, work in (
        ("reservations", reserved.run),
        ("doubtful reservations", reserved.run_doubts),
        ("active profiles", watch.run),
    ):
        foundation.supervisor.start(name, on_duty(foundation, work), restart=True)
    return OrderRooms(
        starts=starts,
        reserved=reserved,
        control=Control(
            places=places,
            asker=yard.registry,
            starts=starts,
            reserved=reserved,
            transactions=transactions,
            promises=promises,
            hold=_hold(held_stops, settings.stop_held_for),
        ),
        reserving=Reserving(
            places=places,
            asker=yard.registry,
            starts=starts,
            store=reservations,
            reserved=reserved,
            promises=promises,
            abilities=abilities,
            clock=clock,
        ),
        profiles=Profiles(
            places=places,
            asker=yard.registry,
            transactions=transactions,
            store=limits,
            watch=watch,
            promises=promises,
            pace=Pace(clock),
            abilities=abilities,
        ),
        routes=OrderRoutes(
            promises=promise_store,
            starts=starts,
            reservations=reservations,
            reserved=reserved,
            clock=clock,
        ),
        fallbacks=_fallbacks(foundation, yard, abilities, reports),
        reports=reports,
        promises=promises,
        held_stops=held_stops,
    )


def _hold(stops: HeldStops, held_for: timedelta | None) -> Hold | None:
    if held_for is None:
        return None

    async def hold(promise: Promise, begin: Begin) -> None:
        await stops.add(held_stop(promise, begin, held_for))

    return hold


def _fallbacks(
    foundation: Foundation, yard: Yard, abilities: Abilities, reports: ProfileReports
) -> FallbackRoutes:
    store = FallbackStore(foundation.mongo)
    fallbacks = Fallbacks(
        inventory=yard.inventory,
        states=yard.states,
        asker=yard.registry,
        abilities=abilities,
        reports=reports,
        store=store,
        supervisor=foundation.supervisor,
        clock=foundation.clock,
    )
    yard.registry.follow(fallbacks)
    checks = FallbackChecks(
        fallbacks=fallbacks, store=store, favours=yard.crew.favours, who_has=yard.crew.who_has
    )
    return FallbackRoutes(checks, store)
