"""Where the rooms meet that know what was charged: which cards may, what they did, and what became of it."""

from dataclasses import dataclass

from aiohttp import web

from cpo_adapter.authorization.commanded import CommandedStarts
from cpo_adapter.authorization.desk import CardPolicy, Cards
from cpo_adapter.authorization.late import LateAnswers
from cpo_adapter.authorization.memory import Authorizations
from cpo_adapter.authorization.remote import Issuers
from cpo_adapter.crew.room import on_duty
from cpo_adapter.metrology.room import MetrologyRoom, metrology_room
from cpo_adapter.order_rooms import OrderRooms
from cpo_adapter.running_cost.display import CostDisplays
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
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.terms import TermsBook
from cpo_adapter.settings import CpoSettings
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.registry import Registry
from cpo_adapter.tariffs.book import TariffBook
from cpo_adapter.yard_room import Yard
from ocpi.client.lines import Lines
from ocpi.delivery.announce import Announcer
from ocpi.service.foundation import Foundation


@dataclass(frozen=True, slots=True)
class SessionRoom:
    desk: Sessions
    cards: Cards
    numbers: Numbers
    placing: Placing
    publisher: Publisher
    displays: CostDisplays
    routes: list[web.RouteDef]


async def session_room(
    foundation: Foundation,
    settings: CpoSettings,
    yard: Yard,
    tariffs: TariffBook,
    transactions: TransactionStore,
    orders: OrderRooms,
    announcer: Announcer,
) -> SessionRoom:
    """What a crash left unjudged or unplaced is looked at before this returns."""
    inventory, registry = yard.inventory, yard.registry
    terms, ledger = TermsBook(inventory, tariffs), Ledger(foundation.mongo)
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
    desk = Sessions(
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
    await desk.recover()
    placing = Placing(store=transactions, terms=terms, touched=publisher.touched)
    await placing.turn()
    _look_after(foundation, settings, transactions, registry, publisher)
    outcomes = OutcomeRoutes(ledger, publisher.touched, foundation.clock)
    routes = [*outcomes.routes(), *metrology.routes]
    return SessionRoom(desk, cards, numbers, placing, publisher, displays, routes)


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
