"""Where the rooms behind the stations' port meet: who stations are, which cards may charge, what they did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from aiohttp import web

from cpo_adapter.card_lists.room import CardListRoom, card_list_room
from cpo_adapter.commands.stopping import Stopping
from cpo_adapter.crew.favours import Favours
from cpo_adapter.crew.room import CrewRoom, StationMemory
from cpo_adapter.inventory_room import InventoryRoom, SitesChanged, beside
from cpo_adapter.keeping.room import KeepingRoom, keeping_room
from cpo_adapter.maintenance_room import maintenance_room, progress_of_jobs
from cpo_adapter.ocpp.connection import Desk
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.kept_first import KeptFirst
from cpo_adapter.ocpp.rooms import SessionDesk, SigningDesk
from cpo_adapter.ocpp.server import StationDoor
from cpo_adapter.ocpp.spoken import dialects
from cpo_adapter.ocpp.tally import Tally
from cpo_adapter.ocpp.tls import StationTls
from cpo_adapter.operations import OperationRoutes
from cpo_adapter.order_rooms import OrderRooms, order_rooms
from cpo_adapter.security_room import SecurityRoom, provisioned, security_room
from cpo_adapter.session_room import SessionRoom, session_room
from cpo_adapter.sessions.statuses import StatusesForAll
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.settings import CpoSettings
from cpo_adapter.signing.holders import Holders
from cpo_adapter.signing.room import certificate_room, certificate_routes, signing_desk
from cpo_adapter.smart_charging.preferences import Preferences
from cpo_adapter.smart_charging.promised import kept
from cpo_adapter.station_sites import ENCRYPTED, station_sites
from cpo_adapter.stations.authored_sites import AuthoredSites
from cpo_adapter.stations.inventory import AuthoredInventory, read_inventory
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.model import Site as Place
from cpo_adapter.stations.notices import NoticeRoutes
from cpo_adapter.stations.registry import Registry
from cpo_adapter.stations.store import StationStore
from cpo_adapter.stations.versions import VersionBook
from cpo_adapter.tariffs.authored import read_offers
from cpo_adapter.tariffs.book import TariffBook
from cpo_adapter.tariffs.offer import Offer
from cpo_adapter.yard_room import Yard, news_room, yard_room
from ocpi.delivery.announce import Announcer
from ocpi.process.lateness import Lateness
from ocpi.process.run import Site
from ocpi.service.foundation import Foundation

_READ_INVENTORY: Final = "read the inventory"


@dataclass(frozen=True, slots=True)
class Authored:
    """What the operator wrote down. `tariffs` are filled before they are looked at."""

    stations: AuthoredInventory
    offers: tuple[Offer, ...]
    tariffs: TariffBook = field(default_factory=TariffBook)

    def with_promises(self, sites: Sequence[Place]) -> Inventory:
        """Those that the tariffs let us keep."""
        return Inventory(kept(sites, self.tariffs))


@dataclass(frozen=True, slots=True)
class Answering:
    """Who hears what stations say of themselves, and who signs what they ask for, if anybody does."""

    stations: StatusesForAll
    signing: SigningDesk | None


class Mounted(Protocol):
    """What stands at a port of stations."""

    def mount(self, app: web.Application) -> None: ...


@dataclass(frozen=True, slots=True)
class StationRooms:
    """The stations' own ports, what partners may order there, and what the operator may ask about them.

    `favours` are those that processes do each other.
    """

    sites: list[Site]
    orders: OrderRooms
    preferences: Preferences
    card_lists: CardListRoom
    favours: Favours
    routes: list[web.RouteDef]


def read_authored(settings: CpoSettings, now: datetime) -> Authored:
    """Raises BrokenFile."""
    stations = read_inventory(settings.inventory) if settings.inventory else AuthoredInventory((), {})
    offers = read_offers(settings.tariffs, settings.own_party, now) if settings.tariffs else ()
    return Authored(stations, offers)


async def station_rooms(
    foundation: Foundation, settings: CpoSettings, authored: Authored, announcer: Announcer
) -> StationRooms:
    put, in_file = AuthoredSites(foundation.mongo), authored.stations.sites
    inventory = authored.with_promises(beside(in_file, await put.all()))
    store = StationStore(foundation.mongo, foundation.supervisor)
    await store.prepare()
    registry = Registry(supervisor=foundation.supervisor, clock=foundation.clock, metrics=foundation.metrics)
    crew = CrewRoom(foundation, registry)
    await crew.crew.join()
    news = await news_room(foundation, settings, inventory, announcer)
    progress = progress_of_jobs(foundation)
    yard, watch = await yard_room(foundation, inventory, store, crew, registry, news, progress)
    transactions = TransactionStore(foundation.mongo, foundation.supervisor)
    orders = await order_rooms(foundation, settings, yard, transactions, announcer)
    sessions = await session_room(
        foundation, settings, yard, authored.tariffs, transactions, orders, announcer
    )
    certificates = await certificate_room(foundation, settings, registry.put_out)
    security = await security_room(foundation, settings, inventory, authored.stations.keys, certificates)
    sites = InventoryRoom(
        inventory=inventory,
        in_file=in_file,
        store=put,
        promised=lambda those: kept(those, authored.tariffs),
        changed=SitesChanged(
            store=foundation.store,
            yard=yard,
            news=news,
            ring=security.ring,
            placing=sessions.placing,
            clock=foundation.clock,
        ),
        everywhere=partial(crew.favours.of_all, _READ_INVENTORY),
        clock=foundation.clock,
    )
    crew.favours.offer(_READ_INVENTORY, lambda _: sites.refresh())
    foundation.supervisor.start("keep the inventory fresh", sites.keep_fresh, restart=True)
    everybody = StatusesForAll(watch, sessions.desk, orders.reserved, orders.reports)
    signing = signing_desk(
        foundation,
        settings,
        certificates,
        holders=Holders(ring=security.ring, inventory=inventory),
        registry=registry,
        alarms=yard.alarms,
    )
    keeping = await _keeping(foundation, settings, sessions, Answering(everybody, signing), crew)
    _opened(foundation, crew, yard, keeping, orders, sessions, security)
    _stopping(foundation, registry, transactions, orders, keeping)
    door = _door(foundation, settings, inventory, registry, security, keeping)
    maintenance = maintenance_room(foundation, settings, security, registry, progress, certificates.judged)
    card_lists = card_list_room(foundation, settings, registry, crew.favours)
    foundation.supervisor.start("watch the loop", Lateness(foundation.metrics).run, restart=True)
    return StationRooms(
        sites=list(_sites([door, maintenance.files], keeping, settings, security.tls, crew)),
        orders=orders,
        preferences=Preferences(
            transactions=transactions, inventory=inventory, desk=sessions.desk, clock=foundation.clock
        ),
        card_lists=card_lists,
        favours=crew.favours,
        routes=[
            *card_lists.routes(),
            *sites.routes(),
            *OperationRoutes(yard, security.ring).routes(),
            *NoticeRoutes(foundation.mongo).routes(),
            *sessions.routes,
            *orders.routes.routes(),
            *orders.fallbacks.routes(),
            *provisioned(foundation, settings, security, registry, crew.favours),
            *maintenance.routes,
            *certificate_routes(foundation, certificates, ring=security.ring, registry=registry),
            *keeping.routes,
        ],
    )


async def _keeping(
    foundation: Foundation,
    settings: CpoSettings,
    sessions: SessionRoom,
    answering: Answering,
    crew: CrewRoom,
) -> KeepingRoom:
    """What stations say is kept before anybody reads it."""

    def spoken(desk: SessionDesk) -> list[Dialect]:
        return dialects(
            stations=answering.stations,
            cards=sessions.cards,
            sessions=desk,
            clock=foundation.clock,
            costs=sessions.displays,
            signing=answering.signing,
        )

    return await keeping_room(
        foundation,
        folder=settings.journal,
        limit=settings.journal_mb << 20,
        sessions=sessions.desk,
        numbers=sessions.numbers,
        dialects=spoken,
        others_are_behind=lambda: crew.crew.others_are_behind,
    )


def _opened(
    foundation: Foundation,
    crew: CrewRoom,
    yard: Yard,
    keeping: KeepingRoom,
    orders: OrderRooms,
    sessions: SessionRoom,
    security: SecurityRoom,
) -> None:
    """What a process of ours that ended has left is taken over from here on."""

    async def take_over() -> None:
        await orders.promises.recover()
        await sessions.desk.recover()
        await keeping.settler.adopt(foundation.clock.now())
        await sessions.publisher.catch_up()

    memory = StationMemory(yard.registry, yard.states, yard.sight, keeping)
    crew.open(memory, yard.sight, keeping.dialects, security.gate.limits.came_from, take_over)


def _stopping(
    foundation: Foundation,
    registry: Registry,
    transactions: TransactionStore,
    orders: OrderRooms,
    keeping: KeepingRoom,
) -> None:
    """In every process, for the stations that it has."""
    stopping = Stopping(
        store=orders.held_stops,
        lines=registry,
        transactions=transactions,
        waiting=keeping.messages.waiting_of,
        promises=orders.promises,
        supervisor=foundation.supervisor,
        clock=foundation.clock,
    )
    foundation.supervisor.start("held stops", stopping.run, restart=True)


def _door(
    foundation: Foundation,
    settings: CpoSettings,
    inventory: Inventory,
    registry: Registry,
    security: SecurityRoom,
    keeping: KeepingRoom,
) -> StationDoor:
    return StationDoor(
        dialects=keeping.dialects,
        gate=security.gate,
        versions=VersionBook(inventory),
        presence=registry,
        desk=Desk(
            kept_first=KeptFirst(desk=keeping.keeper, clock=foundation.clock),
            tally=Tally(foundation.metrics),
            clock=foundation.clock,
        ),
        supervisor=foundation.supervisor,
        ping_s=settings.stations_ping_s,
    )


def _sites(
    doors: Sequence[Mounted],
    keeping: KeepingRoom,
    settings: CpoSettings,
    tls: StationTls | None,
    crew: CrewRoom,
) -> Iterator[Site]:
    for site in station_sites(settings):
        app = web.Application()
        for door in doors:
            door.mount(app)
        app.on_cleanup.append(lambda _: keeping.journal.close())
        app.on_cleanup.append(lambda _: crew.leave())
        yield replace(site, app=app, tls=tls.context if tls and site.name == ENCRYPTED else None)
