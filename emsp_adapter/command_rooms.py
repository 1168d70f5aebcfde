"""Where the rooms meet in which CPOs are asked to do something."""

from dataclasses import dataclass

from aiohttp import web

from emsp_adapter.api.charging import ChargingRoutes
from emsp_adapter.api.commands import CommandRoutes
from emsp_adapter.apps.room import CommandTools
from emsp_adapter.authorization.judge import Judge
from emsp_adapter.charging import active
from emsp_adapter.charging.active import ActiveProfiles
from emsp_adapter.charging.interface import ProfileInterface
from emsp_adapter.charging.orders import ProfileOrders
from emsp_adapter.charging.preferences import Preferences
from emsp_adapter.commands.cards import CommandCards
from emsp_adapter.commands.orders import Orders
from emsp_adapter.commands.places import Places
from emsp_adapter.commands.sessions import SessionJoins
from emsp_adapter.contracts.cards import Issuer
from emsp_adapter.contracts.register import Cards
from emsp_adapter.errands import store as errands
from emsp_adapter.errands.desk import Desk
from emsp_adapter.errands.interface import commands_interface
from emsp_adapter.errands.store import ErrandStore
from emsp_adapter.errands.way import Ways
from ocpi.client.lines import Lines
from ocpi.server.app import Platform
from ocpi.server.call import Interface
from ocpi.server.parties import PartyChecks
from ocpi.service.foundation import Foundation

INDEXES = (*errands.INDEXES, *active.INDEXES)


@dataclass(frozen=True, slots=True)
class CommandRooms:
    """`sessions` has to hear of every session that arrives; `tools` are for others who ask CPOs."""

    interfaces: list[Interface]
    routes: list[web.RouteDef]
    sessions: SessionJoins
    tools: CommandTools


@dataclass(frozen=True, slots=True)
class _Tools:
    ways: Ways
    errands: ErrandStore
    places: Places
    lines: Lines
    desk: Desk


async def command_rooms(
    foundation: Foundation,
    *,
    ways: Ways,
    checks: PartyChecks,
    issuer: Issuer,
    cards: Cards,
    judge: Judge,
    platform: Platform,
) -> CommandRooms:
    """`issuer` stands in cards that are on no list."""
    tools = _tools(foundation, ways, platform)
    await tools.desk.resume()
    foundation.supervisor.start("keep the deadlines of others", tools.desk.keep_deadlines, restart=True)
    orders = Orders(
        cards=CommandCards(cards=cards, issuer=issuer, judge=judge, clock=foundation.clock),
        places=tools.places,
        errands=tools.errands,
        clock=foundation.clock,
    )
    preferences = Preferences(places=tools.places, ways=tools.ways, lines=tools.lines)
    profiles, routes = _charging(foundation, checks, tools, preferences)
    return CommandRooms(
        interfaces=[commands_interface(tools.desk), profiles],
        routes=[*CommandRoutes(orders, tools.desk, tools.errands).routes(), *routes],
        sessions=SessionJoins(tools.errands),
        tools=CommandTools(orders, tools.desk, tools.errands, preferences),
    )


def _tools(foundation: Foundation, ways: Ways, platform: Platform) -> _Tools:
    clock = foundation.clock
    kept = ErrandStore(foundation.mongo, clock)
    lines = Lines(egress=foundation.egress, clock=clock)
    desk = Desk(
        ways=ways,
        store=kept,
        lines=lines,
        platform=platform,
        supervisor=foundation.supervisor,
        clock=clock,
    )
    return _Tools(ways, kept, Places(foundation.store, kept), lines, desk)


def _charging(
    foundation: Foundation, checks: PartyChecks, tools: _Tools, preferences: Preferences
) -> tuple[Interface, list[web.RouteDef]]:
    profiles = ActiveProfiles(foundation.mongo, foundation.clock)
    interface = ProfileInterface(
        desk=tools.desk, errands=tools.errands, active=profiles, store=foundation.store, checks=checks
    )
    routes = ChargingRoutes(
        orders=ProfileOrders(tools.places),
        desk=tools.desk,
        errands=tools.errands,
        active=profiles,
        preferences=preferences,
    )
    return interface.interface(), routes.routes()
