"""The room as the hub furnishes it: who takes bills in, who reads them, what the operator may do."""

from dataclasses import dataclass

from aiohttp import web

from hub.ledger import quarantine as quarantines
from hub.ledger.acceptance import Acceptance
from hub.ledger.desk import Desk
from hub.ledger.ledger import Ledger
from hub.ledger.places import Places
from hub.ledger.quarantine import Quarantine
from hub.ledger.routes import LedgerRoutes
from hub.routing.forward import Forwarding
from ocpi.delivery.fates import Fates
from ocpi.service.foundation import Foundation

INDEXES = quarantines.INDEXES


@dataclass(frozen=True, slots=True)
class LedgerRoom:
    acceptance: Acceptance
    ledger: Ledger
    places: Places
    routes: list[web.RouteDef]


def ledger_room(foundation: Foundation, forwarding: Forwarding) -> LedgerRoom:
    """The desk is at work when this returns."""
    store, verdicts, clock = foundation.store, foundation.verdicts, foundation.clock
    quarantine = Quarantine(foundation.mongo, foundation.metrics, clock)
    desk = Desk(store=store, quarantine=quarantine, forwarding=forwarding, clock=clock)
    ledger = Ledger(store=store, verdicts=verdicts, fates=Fates(foundation.mongo))
    foundation.supervisor.start("pass on released bills", desk.run, restart=True)
    return LedgerRoom(
        acceptance=Acceptance(
            store=store,
            verdicts=verdicts,
            quarantine=quarantine,
            directory=foundation.directory,
            clock=clock,
        ),
        ledger=ledger,
        places=Places(foundation.key_for("places of bills")),
        routes=LedgerRoutes(ledger, quarantine, desk).routes(),
    )
