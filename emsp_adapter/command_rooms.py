"""Where the rooms meet in which CPOs are asked to do something."""

from dataclasses import dataclass

from aiohttp import web

from emsp_adapter.api.commands import CommandRoutes
from emsp_adapter.commands.cards import CommandCards
from emsp_adapter.commands.orders import Orders
from emsp_adapter.commands.places import Places
from emsp_adapter.commands.sessions import SessionJoins
from emsp_adapter.contracts.cards import Issuer
from emsp_adapter.contracts.register import Cards
from emsp_adapter.errands.desk import Desk
from emsp_adapter.errands.interface import commands_interface
from emsp_adapter.errands.store import ErrandStore
from emsp_adapter.errands.way import Ways
from ocpi.client.asking import Asker
from ocpi.server.app import Platform
from ocpi.server.call import Interface
from ocpi.server.parties import Own
from ocpi.service.foundation import Foundation


@dataclass(frozen=True, slots=True)
class CommandRooms:
    """`sessions` has to hear of every session that arrives."""

    interfaces: list[Interface]
    routes: list[web.RouteDef]
    sessions: SessionJoins


async def command_rooms(
    foundation: Foundation, *, own: Own, name: str, cards: Cards, platform: Platform
) -> CommandRooms:
    """`name` is the issuer's, for cards that are on no list."""
    clock = foundation.clock
    errands = ErrandStore(foundation.mongo, clock)
    desk = Desk(
        ways=Ways(own, foundation.directory),
        store=errands,
        asker=Asker(egress=foundation.egress, clock=clock),
        platform=platform,
        supervisor=foundation.supervisor,
        clock=clock,
    )
    await desk.resume()
    orders = Orders(
        cards=CommandCards(cards=cards, issuer=Issuer(own.party, name), clock=clock),
        places=Places(foundation.store, errands),
        errands=errands,
        clock=clock,
    )
    return CommandRooms(
        interfaces=[commands_interface(desk)],
        routes=CommandRoutes(orders, desk, errands).routes(),
        sessions=SessionJoins(errands, clock),
    )
