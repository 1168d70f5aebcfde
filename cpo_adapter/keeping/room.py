"""Where the parts meet that keep what stations say of transactions."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from cpo_adapter.keeping.backlog import Backlog
from cpo_adapter.keeping.counting import Counting
from cpo_adapter.keeping.desk import AlwaysAnswering
from cpo_adapter.keeping.journal import Journal
from cpo_adapter.keeping.journal_file import JournalFile
from cpo_adapter.keeping.keeper import Keeper
from cpo_adapter.keeping.model import GivenNumber, Places
from cpo_adapter.keeping.routes import SetAsideRoutes
from cpo_adapter.keeping.set_aside import SetAside
from cpo_adapter.keeping.settling import Settler
from cpo_adapter.keeping.standing import Standing
from cpo_adapter.keeping.store import MessageStore
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.rooms import SessionDesk
from cpo_adapter.sessions.numbers import Numbers
from ocpi.service.foundation import Foundation

Dialects = Callable[[SessionDesk], list[Dialect]]
"""All versions that are spoken, with a session room behind them."""


@dataclass(frozen=True, slots=True)
class KeepingRoom:
    """`dialects` always answer; `keeper` is where the door brings a message first; `routes` for operators.

    To be closed: `journal`.
    """

    keeper: Keeper
    dialects: list[Dialect]
    journal: Journal
    messages: MessageStore
    backlog: Backlog
    settler: Settler
    routes: list[web.RouteDef]


async def keeping_room(
    foundation: Foundation,
    *,
    folder: Path,
    limit: int,
    sessions: SessionDesk,
    numbers: Numbers,
    dialects: Dialects,
    others_are_behind: Callable[[], bool],
) -> KeepingRoom:
    """`limit` of the journal in bytes; `others_are_behind` as in `Settler`. Raises JournalUnusable."""
    supervisor, clock = foundation.supervisor, foundation.clock
    store = MessageStore(foundation.mongo, supervisor=supervisor, clock=clock)
    journal = Journal(JournalFile.in_folder(folder), supervisor=supervisor, limit=limit)
    backlog, places, counting = Backlog(), Places(), Counting(foundation.metrics)
    keeper = Keeper(
        store=store, journal=journal, backlog=backlog, numbers=numbers, places=places, counting=counting
    )
    answering = AlwaysAnswering(sessions=sessions, numbers=keeper, backlog=backlog)
    settler = Settler(
        store=store,
        journal=journal,
        backlog=backlog,
        dialects=dialects(sessions),
        numbers=numbers,
        counting=counting,
        clock=clock,
        others_are_behind=others_are_behind,
    )
    _take_up(journal, backlog, places, answering)
    await settler.empty_left_journals()
    await settler.adopt()
    await numbers.stock_up()
    standing = Standing(mongo=foundation.mongo, journal=journal, backlog=backlog)
    foundation.health.add("database", standing.check)
    supervisor.start("catch up with stations", settler.run, restart=True)
    routes = SetAsideRoutes(SetAside(foundation.mongo, backlog)).routes()
    return KeepingRoom(keeper, dialects(answering), journal, store, backlog, settler, routes)


def _take_up(journal: Journal, backlog: Backlog, places: Places, answering: AlwaysAnswering) -> None:
    """Go on where the process before us ended."""
    for kept in journal.held():
        if isinstance(kept, GivenNumber):
            answering.remember(kept.told_as, kept.number)
        else:
            places.leave_behind(kept.order)
            backlog.defer(kept.message.station)
