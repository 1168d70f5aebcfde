"""The room as the eMSP adapter furnishes it: a site of its own, and keys for the operator to give out."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from emsp_adapter.apps import history, repeats
from emsp_adapter.apps.asking import Asking
from emsp_adapter.apps.beat import Beat
from emsp_adapter.apps.counting import ApiMetrics
from emsp_adapter.apps.door import application
from emsp_adapter.apps.history import History
from emsp_adapter.apps.keys import store as keys
from emsp_adapter.apps.keys.office import KeyOffice
from emsp_adapter.apps.keys.routes import KeyRoutes
from emsp_adapter.apps.keys.store import KeyStore
from emsp_adapter.apps.operation import Operation
from emsp_adapter.apps.operations.cdrs import CdrOperations
from emsp_adapter.apps.operations.commands import CommandOperations, command_versions
from emsp_adapter.apps.operations.key import key_operations
from emsp_adapter.apps.operations.sessions import SessionOperations, session_versions
from emsp_adapter.apps.operations.starting import StartingOperations
from emsp_adapter.apps.operations.steering import SteeringOperations
from emsp_adapter.apps.paging import Lists
from emsp_adapter.apps.repeats import Repeats
from emsp_adapter.apps.streams import Streams
from emsp_adapter.apps.visible import Visible
from emsp_adapter.charging.preferences import Preferences
from emsp_adapter.commands.orders import Orders
from emsp_adapter.contracts import of_drivers
from emsp_adapter.contracts.of_drivers import DriverContracts
from emsp_adapter.contracts.register import Cards
from emsp_adapter.errands.desk import Desk
from emsp_adapter.errands.store import ErrandStore
from emsp_adapter.settings import EmspSettings
from ocpi.process.run import Site
from ocpi.process.settings import variable
from ocpi.service.foundation import Foundation

INDEXES = (*keys.INDEXES, *repeats.INDEXES, *history.INDEXES, *of_drivers.INDEXES)


@dataclass(frozen=True, slots=True)
class CommandTools:
    """What the room asks CPOs with."""

    orders: Orders
    desk: Desk
    errands: ErrandStore
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class AppRoom:
    """`routes` are for the admin port."""

    site: Site
    routes: list[web.RouteDef]


def app_room(
    foundation: Foundation,
    settings: EmspSettings,
    *,
    tools: CommandTools,
    cards: Cards,
    more: Iterable[Operation] = (),
) -> AppRoom:
    """`more` are operations of other rooms."""
    store = KeyStore(foundation.mongo, foundation.key_for("api keys"), foundation.supervisor)
    contracts_of = DriverContracts(foundation.mongo).of
    office = KeyOffice(store, contracts_of, foundation.clock)
    beats = _Beats(foundation, tools.errands)
    operations = [
        *key_operations(),
        *_commands(foundation, tools, cards),
        *_following(foundation, tools, cards, Lists(contracts_of), Streams(office, foundation.clock), beats),
        *more,
    ]
    api = application(operations, office, ApiMetrics(foundation.metrics), settings.api_origins)
    api.on_shutdown.append(beats.end)
    return AppRoom(_site(api, settings), KeyRoutes(office, store).routes())


class _Beats:
    """Of sessions and of commands."""

    def __init__(self, foundation: Foundation, errands: ErrandStore) -> None:
        self.sessions = Beat(session_versions(foundation.store), foundation.clock)
        self.commands = Beat(command_versions(errands), foundation.clock)
        foundation.supervisor.start("look at followed sessions", self.sessions.run, restart=True)
        foundation.supervisor.start("look at followed commands", self.commands.run, restart=True)

    async def end(self, _: web.Application) -> None:
        """Before the site waits for what is still being answered."""
        self.sessions.end()
        self.commands.end()


def _commands(foundation: Foundation, tools: CommandTools, cards: Cards) -> list[Operation]:
    asking = Asking(
        desk=tools.desk, errands=tools.errands, repeats=Repeats(foundation.mongo, foundation.clock)
    )
    visible = Visible(store=foundation.store, errands=tools.errands, cards=cards)
    starting = StartingOperations(orders=tools.orders, asking=asking, visible=visible)
    steering = SteeringOperations(
        orders=tools.orders, asking=asking, visible=visible, preferences=tools.preferences
    )
    return [*starting.operations(), *steering.operations()]


def _following(
    foundation: Foundation,
    tools: CommandTools,
    cards: Cards,
    lists: Lists,
    streams: Streams,
    beats: _Beats,
) -> list[Operation]:
    entries = History(foundation.mongo, foundation.store)
    foundation.supervisor.start("enter the history of contracts", entries.enter_all, restart=True)
    visible = Visible(store=foundation.store, errands=tools.errands, cards=cards)
    sessions = SessionOperations(
        store=foundation.store,
        history=entries,
        lists=lists,
        visible=visible,
        streams=streams,
        beat=beats.sessions,
    )
    commands = CommandOperations(visible=visible, streams=streams, beat=beats.commands)
    cdrs = CdrOperations(store=foundation.store, history=entries, lists=lists, visible=visible)
    return [*sessions.operations(), *commands.operations(), *cdrs.operations()]


def _site(api: web.Application, settings: EmspSettings) -> Site:
    setting = variable(EmspSettings, "api_port")
    return Site(name="api", app=api, host=settings.api_host, port=settings.api_port, setting=setting)
