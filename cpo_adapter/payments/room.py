"""The room as the CPO adapter furnishes it: the receiver side of the module, and the operator's routes."""

from dataclasses import dataclass

from aiohttp import web

from cpo_adapter.payments.calls import ProviderCalls
from cpo_adapter.payments.interface import PaymentsReceiver
from cpo_adapter.payments.paid import PaidSessions
from cpo_adapter.payments.places import OwnPlaces
from cpo_adapter.payments.provider import Providers
from cpo_adapter.payments.routes import PaymentRoutes
from cpo_adapter.payments.shelf import Shelf
from ocpi.client.lines import Lines
from ocpi.server.call import Interface
from ocpi.server.parties import Own
from ocpi.service.foundation import Foundation


@dataclass(frozen=True, slots=True)
class PaymentRoom:
    interface: Interface
    routes: list[web.RouteDef]


def payment_room(foundation: Foundation, own: Own) -> PaymentRoom:
    providers = Providers(own, foundation.directory)
    shelf = Shelf(foundation.store, foundation.clock)
    lines = Lines(egress=foundation.egress, clock=foundation.clock)
    calls = ProviderCalls(providers=providers, shelf=shelf, lines=lines, clock=foundation.clock)
    routes = PaymentRoutes(
        calls=calls,
        shelf=shelf,
        paid=PaidSessions(foundation.mongo),
        places=OwnPlaces(own.party, foundation.store),
        clock=foundation.clock,
    )
    return PaymentRoom(PaymentsReceiver(providers, shelf).interface(), routes.routes())
