"""Where the rooms meet in which bills are checked, disputed, exported and summed up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from emsp_adapter.api.bills import BillRoutes
from emsp_adapter.api.reconciliation import ReconciliationRoutes
from emsp_adapter.api.statements import StatementRoutes
from emsp_adapter.billing import chains, rows, statement_lines, statements
from emsp_adapter.billing.auditor import LOOKS_EVERY_S, Auditor
from emsp_adapter.billing.chains import Chains
from emsp_adapter.billing.closing import Closing
from emsp_adapter.billing.disputes import Disputes
from emsp_adapter.billing.evidence import EvidenceRoom
from emsp_adapter.billing.export import Exports
from emsp_adapter.billing.policy import Policy
from emsp_adapter.billing.reading import Reading
from emsp_adapter.billing.rows import Rows
from emsp_adapter.billing.spent import Spent
from emsp_adapter.billing.statement_lines import StatementLines
from emsp_adapter.billing.statements import Statements
from emsp_adapter.billing.sweep_mark import SweepMark
from emsp_adapter.reconciliation.differences import Differences
from emsp_adapter.reconciliation.invoiced import Invoiced
from emsp_adapter.settings import EmspSettings
from ocpi.reconciliation.coverage import Coverage
from ocpi.service.foundation import Foundation

INDEXES = (*rows.INDEXES, *chains.INDEXES, *statements.INDEXES, *statement_lines.INDEXES)


@dataclass(frozen=True, slots=True)
class BillingRoom:
    """`spent` is what contracts have spent."""

    routes: list[web.RouteDef]
    spent: Spent


@dataclass(frozen=True, slots=True)
class Tools:
    rows: Rows
    chains: Chains
    disputes: Disputes
    lines: StatementLines
    auditor: Auditor
    statements: Statements
    closing: Closing


def billing_room(foundation: Foundation, settings: EmspSettings, covered: Coverage) -> BillingRoom:
    """Bills are judged here from now on, those that came before too."""
    made = tools(foundation, settings)
    foundation.intake.judged_by(made.auditor.arrived)
    foundation.supervisor.start("judge bills", _upkeep(foundation, made), restart=True)
    return _opened(foundation, made, covered)


def tools(foundation: Foundation, settings: EmspSettings) -> Tools:
    mongo, clock, store = foundation.mongo, foundation.clock, foundation.store
    kept, chained = Rows(mongo), Chains(mongo)
    disputes = Disputes(mongo=mongo, policy=Policy(settings.review_above), clock=clock)
    evidence = EvidenceRoom(
        own=settings.own_party, store=store, grounds=foundation.verdicts.grounds, rows=kept, mongo=mongo
    )
    auditor = Auditor(
        store=store,
        rows=kept,
        chains=chained,
        evidence=evidence,
        verdicts=foundation.verdicts,
        disputes=disputes,
        mark=SweepMark(mongo),
        clock=clock,
    )
    lines = StatementLines(mongo)
    told = Statements(mongo=mongo, lines=lines, zone=settings.statement_zone, clock=clock)
    closing = Closing(told=told, mongo=mongo, lines=lines, clock=clock)
    return Tools(kept, chained, disputes, lines, auditor, told, closing)


def _opened(foundation: Foundation, tools: Tools, covered: Coverage) -> BillingRoom:
    reading = Reading(
        store=foundation.store,
        rows=tools.rows,
        chains=tools.chains,
        verdicts=foundation.verdicts,
        disputes=tools.disputes,
        auditor=tools.auditor,
        clock=foundation.clock,
    )
    exports = Exports(rows=tools.rows, store=foundation.store, auditor=tools.auditor)
    invoiced = Invoiced(rows=tools.rows, coverage=covered, lines=tools.lines)
    spent = Spent(foundation.mongo)
    differences = Differences(foundation.store, covered)
    statements_of = StatementRoutes(
        statements=tools.statements,
        closing=tools.closing,
        auditor=tools.auditor,
        invoiced=invoiced,
        spent=spent,
    )
    routes = [
        *BillRoutes(reading, exports).routes(),
        *statements_of.routes(),
        *ReconciliationRoutes(differences, invoiced).routes(),
    ]
    return BillingRoom(routes, spent)


def _upkeep(foundation: Foundation, tools: Tools) -> Callable[[], Awaitable[None]]:
    """One process at a time looks after what others left undone; what arrives is judged where it arrives."""

    async def upkeep() -> None:
        while True:
            if await foundation.duty.is_ours():
                await tools.auditor.sweep()
                await tools.closing.resume()
            await foundation.clock.sleep(LOOKS_EVERY_S)

    return upkeep
