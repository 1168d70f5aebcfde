"""The room as the hub furnishes it: who decides on cards, what the operator may ask of it."""

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from hub.authorization import alarms as card_alarms
from hub.authorization import learned as learned_issuers
from hub.authorization.alarms import Alarms
from hub.authorization.asking import Asking
from hub.authorization.desk import Desk, Ways
from hub.authorization.finding import Finding
from hub.authorization.guard import Guard
from hub.authorization.known import Knowledge
from hub.authorization.learned import Learned
from hub.authorization.routes import CardRoutes
from hub.authorization.search import Search
from hub.authorization.shown import ShownCards
from hub.authorization.told import ToldCards
from hub.authorization.told_index import ToldIndex
from hub.routing.relay import Relay
from hub.settings import HubSettings
from ocpi.delivery.fates import Fates
from ocpi.service.foundation import Foundation
from schemas.kinds import ObjectKind

INDEXES = (*learned_issuers.INDEXES, *card_alarms.INDEXES)


@dataclass(frozen=True, slots=True)
class AuthorizationRoom:
    desk: Desk
    shown: ShownCards
    learned: Learned
    routes: list[web.RouteDef]


def authorization_room(foundation: Foundation, settings: HubSettings, relay: Relay) -> AuthorizationRoom:
    directory, clock, supervisor = foundation.directory, foundation.clock, foundation.supervisor
    alarms = Alarms(mongo=foundation.mongo, clock=clock, metrics=foundation.metrics, supervisor=supervisor)
    learned = Learned(
        mongo=foundation.mongo, clock=clock, key=foundation.key_for("issuers of cards"), supervisor=supervisor
    )
    knowledge = Knowledge(fates=Fates(foundation.mongo), store=foundation.store, directory=directory)
    asking = Asking(relay, learned)
    search = Search(
        relay=relay,
        clock=clock,
        budget=timedelta(seconds=settings.card_search_s),
        at_once=settings.card_search_at_once,
    )
    index = ToldIndex(store=foundation.store, clock=clock)
    foundation.store.listen(ObjectKind.TOKEN, index.note)
    supervisor.start("keep up with told cards", index.keep_up, restart=True)
    ways = Ways(
        told=ToldCards(foundation.store, index, supervisor),
        learned=learned,
        asking=asking,
        finding=Finding(directory=directory, asking=asking, search=search, alarms=alarms),
    )
    guard = Guard(clock=clock, most=settings.unknown_cards_per_minute, flooded=alarms.guessing)
    return AuthorizationRoom(
        desk=Desk(directory=directory, ways=ways, guard=guard, clock=clock),
        shown=ShownCards(hub=settings.own_party, knowledge=knowledge, facts=foundation.facts),
        learned=learned,
        routes=CardRoutes(knowledge, alarms).routes(),
    )
