"""Where the rooms behind the stations' port meet: who stations are, which cards may charge, what they did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from aiohttp import web

from cpo_adapter.authorization.commanded import CommandedStarts
from cpo_adapter.authorization.desk import CardPolicy, Cards
from cpo_adapter.authorization.late import LateAnswers
from cpo_adapter.authorization.memory import Authorizations
from cpo_adapter.authorization.remote import Issuers
from cpo_adapter.card_lists.room import CardListRoom, card_list_room
from cpo_adapter.crew.room import CrewRoom, StationMemory, on_duty
from cpo_adapter.inventory_room import InventoryRoom, SitesChanged, beside
from cpo_adapter.keeping.room import KeepingRoom, keeping_room
from cpo_adapter.maintenance.progress import Progress
from cpo_adapter.maintenance_room import maintenance_room, progress_of_jobs
from cpo_adapter.metrology.room import MetrologyRoom, metrology_room
from cpo_adapter.news import LocationNews
from cpo_adapter.ocpp.connection import Desk
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.kept_first import KeptFirst
from cpo_adapter.ocpp.rooms import SessionDesk, StationWatch
from cpo_adapter.ocpp.server import StationDoor
from cpo_adapter.ocpp.spoken import dialects
from cpo_adapter.ocpp.tally import Tally
from cpo_adapter.ocpp.tls import StationTls
from cpo_adapter.operations import OperationRoutes
from cpo_adapter.order_rooms import OrderRooms, Yard, order_rooms
from cpo_adapter.running_cost.display import CostDisplays
from cpo_adapter.security_room import provisioned, security_room
from cpo_adapter.sessions.afterwards import Afterwards
from cpo_adapter.sessions.desk import Sessions
from cpo_adapter.sessions.gaps import Gaps
from cpo_adapter.sessions.ledger import Ledger
from cpo_adapter.sessions.lingering import Lingering
from cpo_adapter.sessions.numbers import GivenNumbers, Numbers
from cpo_adapter.sessions.objects import Renderer
from cpo_adapter.sessions.outcome_routes import OutcomeRoutes
from cpo_adapter.sessions.placing import Placing
from cpo_adapter.sessions.publisher import Publisher
from cpo_adapter.sessions.statuses import StatusesForAll
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.terms import TermsBook
from cpo_adapter.settings import CpoSettings
from cpo_adapter.smart_charging.preferences import Preferences
from cpo_adapter.smart_charging.promised import kept
from cpo_adapter.station_sites import ENCRYPTED, station_sites
from cpo_adapter.stations.alarms import Alarms
from cpo_adapter.stations.authored_sites import AuthoredSites
from cpo_adapter.stations.boots import Boots
from cpo_adapter.stations.clocks import Clocks
from cpo_adapter.stations.inventory import AuthoredInventory, read_inventory
from cpo_adapter.stations.locations import Locations
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.model import Site as Place
from cpo_adapter.stations.refresh import Refresher
from cpo_adapter.stations.registry import Registry
from cpo_adapter.stations.removed import removed_from
from cpo_adapter.stations.sight import Sight
from cpo_adapter.stations.sight_store import SightStore
from cpo_adapter.stations.site_versions import SiteVersions
from cpo_adapter.stations.states import States
from cpo_adapter.stations.store import StationStore
from cpo_adapter.stations.versions import VersionBook
from cpo_adapter.stations.watch import Watch
from cpo_adapter.tariffs.authored import read_offers
from cpo_adapter.tariffs.book import TariffBook
from cpo_adapter.tariffs.offer import Offer
from ocpi.client.lines import Lines
from ocpi.delivery.announce import Announcer
from ocpi.process.lateness import Lateness
from ocpi.process.run import Site
from ocpi.service.foundation import Foundation


@dataclass(frozen=True, slots=True)
class Authored:
    """What the operator wrote down. `tariffs` are filled before they are looked at."""

    stations: AuthoredInventory
    offers: tuple[Offer, ...]
    tariffs: TariffBook = field(default_factory=TariffBook)

    def with_promises(self, sites: Sequence[Place]) -> Inventory:
        """Those that the tariffs let us keep."""
        return Inventory(kept(sites, self.tariffs))


class Mounted(Protocol):
    """What stands at a port of stations."""

    def mount(self, app: web.Application) -> None: ...


@dataclass(frozen=True, slots=True)
class StationRooms:
    """The stations' own ports, what partners may order there, and what the operator may ask about them."""

    sites: list[Site]
    orders: OrderRooms
    preferences: Preferences
    card_lists: CardListRoom
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
    news = await _news(foundation, settings, inventory, announcer)
    progress = progress_of_jobs(foundation)
    yard, watch = await _yard(foundation, inventory, store, crew, registry, news, progress)
    transactions = TransactionStore(foundation.mongo, foundation.supervisor)
    orders = await order_rooms(foundation, settings, yard, transactions, announcer)
    terms = TermsBook(inventory, authored.tariffs)
    ledger = Ledger(foundation.mongo)
    metrology = metrology_room(foundation, inventory)
    displays = _displays(foundation, inventory, transactions, registry)
    publisher = _publisher(foundation, settings, transactions, ledger, announcer, metrology, displays)
    afterwards = Afterwards(
        store=transactions,
        terms=terms,
        asker=registry,
        touched=publisher.touched,
        stops=settings.stop_when_refused_late,
    )
    cards = _cards(foundation, settings, inventory, orders.starts, afterwards)
    numbers = Numbers(foundation.mongo, foundation.clock)
    sessions = Sessions(
        store=transactions,
        numbers=numbers,
        given=GivenNumbers(foundation.mongo),
        terms=terms,
        cards=cards,
        reservations=orders.reserved,
        signed=metrology.desk,
        touched=publisher.touched,
        clock=foundation.clock,
    )
    await sessions.recover()
    placing = Placing(store=transactions, terms=terms, touched=publisher.touched)
    await placing.turn()
    _look_after(foundation, settings, transactions, registry, publisher)
    security = await security_room(foundation, settings, inventory, authored.stations.keys)
    changed = SitesChanged(
        store=foundation.store,
        yard=yard,
        news=news,
        ring=security.ring,
        placing=placing,
        clock=foundation.clock,
    )
    sites = InventoryRoom(
        inventory=inventory,
        in_file=in_file,
        store=put,
        promised=lambda those: kept(those, authored.tariffs),
        changed=changed,
        clock=foundation.clock,
    )
    foundation.supervisor.start("keep the inventory fresh", sites.keep_fresh, restart=True)
    everybody = StatusesForAll(watch, sessions, orders.reserved, orders.reports)

    def spoken(desk: SessionDesk) -> list[Dialect]:
        return dialects(
            stations=everybody, cards=cards, sessions=desk, clock=foundation.clock, costs=displays
        )

    keeping = await keeping_room(
        foundation,
        folder=settings.journal,
        limit=settings.journal_mb << 20,
        sessions=sessions,
        numbers=numbers,
        dialects=spoken,
        others_are_behind=lambda: crew.crew.others_are_behind,
    )

    async def take_over() -> None:
        await orders.promises.recover()
        await sessions.recover()
        await keeping.settler.adopt(foundation.clock.now())
        await publisher.catch_up()

    memory = StationMemory(registry, yard.states, yard.sight, keeping)
    crew.open(memory, yard.sight, keeping.dialects, take_over)
    door = StationDoor(
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
    )
    maintenance = maintenance_room(foundation, settings, security, registry, progress)
    operations = OperationRoutes(yard, security.ring)
    card_lists = card_list_room(foundation, settings, registry)
    foundation.supervisor.start("watch the loop", Lateness(foundation.metrics).run, restart=True)
    return StationRooms(
        sites=list(_sites([door, maintenance.files], keeping, settings, security.tls, crew)),
        orders=orders,
        preferences=Preferences(
            transactions=transactions, inventory=inventory, desk=sessions, clock=foundation.clock
        ),
        card_lists=card_lists,
        routes=[
            *card_lists.routes(),
            *sites.routes(),
            *operations.routes(),
            *OutcomeRoutes(ledger, publisher.touched, foundation.clock).routes(),
            *orders.routes.routes(),
            *orders.fallbacks.routes(),
            *metrology.routes,
            *provisioned(foundation, settings, security, registry),
            *maintenance.routes,
            *keeping.routes,
        ],
    )


async def _news(
    foundation: Foundation, settings: CpoSettings, inventory: Inventory, announcer: Announcer
) -> LocationNews:
    party = settings.own_party
    removed = await removed_from(foundation.store, inventory, party, foundation.clock.now())
    news = LocationNews(party, announcer, removed)
    await news.tell_removed()
    return news


async def _yard(
    foundation: Foundation,
    inventory: Inventory,
    store: StationStore,
    crew: CrewRoom,
    registry: Registry,
    news: LocationNews,
    progress: Progress,
) -> tuple[Yard, StationWatch]:
    """Who keeps what stations are, shows it to partners, and asks those that come back."""
    clock, supervisor = foundation.clock, foundation.supervisor
    states, sights = States(store), SightStore(foundation.mongo, supervisor)
    await states.load(now=clock.now())
    sight = Sight(
        inventory=inventory,
        states=states,
        store=sights,
        announcer=news,
        supervisor=supervisor,
        clock=clock,
        tends=crew.tends,
    )
    versions = SiteVersions(store=sights, announcer=news, clock=clock)
    news.locations = Locations(party=news.party, inventory=inventory, versions=versions, sight=sight)
    news.refreshed = crew.refreshed_by(sight.refresh)
    await versions.start(inventory)
    await sight.start()
    registry.follow(sight)
    refresher = Refresher(
        inventory=inventory, states=states, asker=registry, supervisor=supervisor, clock=clock
    )
    registry.follow(refresher)
    alarms, clocks = Alarms(foundation.mongo, clock), Clocks()
    boots = Boots(alarms=alarms, clock=clock)
    boots.remember(await store.makes())
    watch = Watch(
        inventory=inventory,
        store=store,
        states=states,
        sight=sight,
        boots=boots,
        clocks=clocks,
        alarms=alarms,
        errands=progress,
    )
    return Yard(inventory, registry, states, sight, versions, refresher, crew, clocks, alarms), watch


def _cards(
    foundation: Foundation,
    settings: CpoSettings,
    inventory: Inventory,
    starts: CommandedStarts,
    running: Afterwards,
) -> Cards:
    issuers = Issuers(
        party=settings.own_party,
        directory=foundation.directory,
        lines=Lines(egress=foundation.egress, clock=foundation.clock),
        clock=foundation.clock,
    )
    return Cards(
        store=foundation.store,
        inventory=inventory,
        issuers=LateAnswers(issuers=issuers, supervisor=foundation.supervisor, clock=foundation.clock),
        running=running,
        policy=CardPolicy(one_charge_per_card=settings.one_charge_per_card),
        memory=Authorizations(foundation.mongo),
        commanded=starts,
        clock=foundation.clock,
    )


def _publisher(
    foundation: Foundation,
    settings: CpoSettings,
    transactions: TransactionStore,
    ledger: Ledger,
    announcer: Announcer,
    metrology: MetrologyRoom,
    displays: CostDisplays,
) -> Publisher:
    publisher = Publisher(
        store=transactions,
        ledger=ledger,
        renderer=Renderer(settings.own_party, settings.currency),
        announcer=announcer,
        metrology=metrology.desk,
        saw=displays.saw,
        clock=foundation.clock,
    )
    foundation.supervisor.start("publish sessions", publisher.run, restart=True)
    return publisher


def _look_after(
    foundation: Foundation,
    settings: CpoSettings,
    transactions: TransactionStore,
    registry: Registry,
    publisher: Publisher,
) -> None:
    """What stations have not told of transactions."""
    clock, touched, patience = foundation.clock, publisher.touched, settings.patience
    lingering = Lingering(store=transactions, asker=registry, touched=touched, patience=patience, clock=clock)
    gaps = Gaps(
        store=transactions,
        ledger=Ledger(foundation.mongo),
        asker=registry,
        touched=touched,
        patience=patience,
        clock=clock,
    )
    for name, work in (("transactions that nobody ends", lingering.run), ("gaps in transactions", gaps.run)):
        foundation.supervisor.start(name, on_duty(foundation, work), restart=True)


def _displays(
    foundation: Foundation, inventory: Inventory, transactions: TransactionStore, registry: Registry
) -> CostDisplays:
    def can_show(station: str) -> bool:
        known = inventory.station(station)
        return known is not None and known.shows_cost

    displays = CostDisplays(
        store=transactions,
        asker=registry,
        can_show=can_show,
        supervisor=foundation.supervisor,
        clock=foundation.clock,
    )
    registry.follow(displays)
    foundation.supervisor.start("show costs", displays.run, restart=True)
    return displays


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
