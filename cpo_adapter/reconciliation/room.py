"""The room as the CPO adapter furnishes it: the sender side of the module, and the operator's routes."""

from dataclasses import dataclass, replace

from aiohttp import web

from cpo_adapter.reconciliation.author import Author
from cpo_adapter.reconciliation.routes import ReconciliationRoutes
from ocpi.client.lines import Lines
from ocpi.delivery.announce import Announcer
from ocpi.objects.lists import SenderInterface
from ocpi.objects.store import Selection
from ocpi.reconciliation import records
from ocpi.reconciliation.coverage import Coverage
from ocpi.server.call import Call, Interface
from ocpi.server.parties import PartyChecks
from ocpi.service.foundation import Foundation
from schemas.v2_3_0.enums import VersionNumber


@dataclass(frozen=True, slots=True)
class ReconciliationRoom:
    interface: Interface
    routes: list[web.RouteDef]


async def reconciliation_room(
    foundation: Foundation, checks: PartyChecks, announcer: Announcer
) -> ReconciliationRoom:
    author = Author(
        own=checks.own,
        store=foundation.store,
        coverage=Coverage(foundation.mongo),
        announcer=announcer,
        directory=foundation.directory,
        lines=Lines(egress=foundation.egress, clock=foundation.clock),
        mongo=foundation.mongo,
        clock=foundation.clock,
    )
    await author.resume()
    routes = ReconciliationRoutes(checks.own, author, foundation.store).routes()
    return ReconciliationRoom(_listing(foundation, checks), routes)


def _listing(foundation: Foundation, checks: PartyChecks) -> Interface:
    def visible(call: Call) -> Selection:
        return Selection(records.KIND, owners=[checks.own.party], audiences=[checks.sender(call)])

    lists = SenderInterface(records.KIND, store=foundation.store, facts=foundation.facts, visible=visible)
    return replace(lists.interface(), since=VersionNumber.V2_3_0)
