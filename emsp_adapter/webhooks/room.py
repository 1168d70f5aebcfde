"""The room as the eMSP adapter furnishes it. Whoever has something to tell hands an Event to `teller`."""

from dataclasses import dataclass

from aiohttp import web

from emsp_adapter.apps.operation import Operation
from emsp_adapter.webhooks import messages, newsroom
from emsp_adapter.webhooks.courier import Courier
from emsp_adapter.webhooks.endpoints import Endpoints
from emsp_adapter.webhooks.messages import Messages
from emsp_adapter.webhooks.news import marked, marked_token
from emsp_adapter.webhooks.newsroom import Newsroom
from emsp_adapter.webhooks.office import WebhookOffice
from emsp_adapter.webhooks.operations import WebhookOperations
from emsp_adapter.webhooks.routes import WebhookRoutes
from emsp_adapter.webhooks.teller import Teller
from ocpi.service.foundation import Foundation
from schemas.kinds import ObjectKind

INDEXES = (*messages.INDEXES, *newsroom.INDEXES)


@dataclass(frozen=True, slots=True)
class WebhookRoom:
    """`routes` are for the admin port."""

    operations: list[Operation]
    routes: list[web.RouteDef]
    teller: Teller


def webhook_room(foundation: Foundation, *, allow_http: bool) -> WebhookRoom:
    """Before anything is put into the store."""
    for kind in (ObjectKind.SESSION, ObjectKind.CDR):
        foundation.store.keep_beside(kind, marked)
    foundation.store.keep_beside(ObjectKind.TOKEN, marked_token)
    endpoints, kept = Endpoints(foundation.mongo), Messages(foundation.mongo)
    teller = Teller(endpoints, kept, foundation.clock)
    _start(foundation, endpoints, kept, teller)
    office = WebhookOffice(
        endpoints=endpoints,
        messages=kept,
        seal=foundation.seal,
        egress=foundation.egress,
        clock=foundation.clock,
        allow_http=allow_http,
    )
    return WebhookRoom(WebhookOperations(office).operations(), WebhookRoutes(office).routes(), teller)


def _start(foundation: Foundation, endpoints: Endpoints, kept: Messages, teller: Teller) -> None:
    news = Newsroom(
        mongo=foundation.mongo,
        teller=teller,
        verdicts=foundation.verdicts,
        duty=foundation.duty,
        clock=foundation.clock,
    )
    courier = Courier(
        endpoints=endpoints,
        messages=kept,
        seal=foundation.seal,
        egress=foundation.egress,
        supervisor=foundation.supervisor,
        clock=foundation.clock,
    )
    foundation.supervisor.start("tell news", news.run, restart=True)
    foundation.supervisor.start("deliver webhooks", courier.run, restart=True)
