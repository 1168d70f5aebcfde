"""Where the parts of the eMSP adapter meet."""

from dataclasses import dataclass

from aiohttp import web

from emsp_adapter import authorization_room as authorizations
from emsp_adapter import billing_room as billing
from emsp_adapter import command_rooms as commands
from emsp_adapter import sync_rooms as lists
from emsp_adapter.apps import room as apps
from emsp_adapter.apps.room import AppRoom
from emsp_adapter.authorization_room import AuthorizationRoom, authorization_room
from emsp_adapter.billing_room import billing_room
from emsp_adapter.command_rooms import CommandRooms, command_rooms
from emsp_adapter.contracts import room as contracts
from emsp_adapter.contracts.cards import Issuer
from emsp_adapter.contracts.register import Cards
from emsp_adapter.contracts.room import contract_room
from emsp_adapter.contracts.store import Contracts
from emsp_adapter.errands.way import Ways
from emsp_adapter.interfaces.tokens import tokens_interface
from emsp_adapter.places import room as places
from emsp_adapter.reconciliation.interface import RecordReceiver
from emsp_adapter.settings import EmspSettings
from emsp_adapter.sync.taking import Arrivals
from emsp_adapter.sync_rooms import SyncRooms, sync_rooms
from emsp_adapter.webhooks import room as webhooks
from ocpi.delivery.announce import Announcer
from ocpi.objects.bills import BillReceiver
from ocpi.objects.lists import SenderInterface
from ocpi.objects.receiving import ReceiverInterface, each_of, nobody
from ocpi.objects.store import Selection
from ocpi.partners.agreements import Agreement
from ocpi.partners.model import PartyRole
from ocpi.presence import store as presence
from ocpi.presence.room import PresenceRoom, presence_room
from ocpi.reconciliation import coverage
from ocpi.reconciliation.coverage import Coverage
from ocpi.registration.discovery import Needed
from ocpi.registration.identity import Identity
from ocpi.server.app import Platform
from ocpi.server.call import Call, Interface
from ocpi.server.parties import Own, PartyChecks
from ocpi.service.doors import Reactions, open_doors
from ocpi.service.foundation import Foundation
from ocpi.service.run import Built, run
from ocpi.versions.known import SPOKEN
from ocpi.wire.interfaces import EMSP, Side
from schemas.kinds import ObjectKind

NEEDED: Needed = frozenset({("tokens", Side.RECEIVER), ("cdrs", Side.SENDER)})
INDEXES = (
    *authorizations.INDEXES,
    *commands.INDEXES,
    *presence.INDEXES,
    *coverage.INDEXES,
    *contracts.INDEXES,
    *apps.INDEXES,
    *billing.INDEXES,
    *places.INDEXES,
    *webhooks.INDEXES,
    *lists.INDEXES,
)


def main() -> int:
    return run(EmspSettings, build, INDEXES)


@dataclass(frozen=True, slots=True)
class _Parts:
    own: Own
    checks: PartyChecks
    cards: Cards
    authorizing: AuthorizationRoom
    announcer: Announcer
    behind_hubs: PresenceRoom
    covered: Coverage


@dataclass(frozen=True, slots=True)
class _Rooms:
    """`arrivals` hear of what comes from CPOs, pushed or fetched; `routes` are for the admin port."""

    asking: CommandRooms
    sync: SyncRooms
    api: AppRoom
    arrivals: Arrivals
    routes: list[web.RouteDef]


async def build(foundation: Foundation, settings: EmspSettings) -> Built:
    parts = _parts(foundation, settings)
    platform = Platform(
        public_url=settings.url, versions=SPOKEN, directory=foundation.directory, clock=foundation.clock
    )
    rooms = await _rooms(foundation, settings, parts, platform)
    records = RecordReceiver(store=foundation.store, coverage=parts.covered, checks=parts.checks)
    doors = open_doors(
        foundation,
        platform=platform,
        identity=Identity(platform.versions_url, PartyRole(EMSP, parts.own.party, settings.name)),
        needed=NEEDED,
        rhythm=settings.rhythm,
        interfaces=[
            *_interfaces(foundation, parts, platform, rooms.arrivals),
            *rooms.asking.interfaces,
            parts.behind_hubs.interface,
            records.interface(),
        ],
        reactions=_reactions(foundation, parts, rooms.sync),
        more_admin=rooms.routes,
    )
    return Built(ocpi=doors.ocpi, admin=doors.admin, more=[rooms.api.site])


async def _rooms(foundation: Foundation, settings: EmspSettings, parts: _Parts, platform: Platform) -> _Rooms:
    """Those that keep something beside objects come before any object is put."""
    finding = places.place_room(foundation, parts.own.party)
    telling = webhooks.webhook_room(foundation, allow_http=settings.allow_private)
    billing_of_cpos = billing_room(foundation, settings, parts.covered)
    issuer = Issuer(parts.own.party, settings.name)
    agreed = await contract_room(
        foundation,
        issuer=issuer,
        announcer=parts.announcer,
        check_digits=settings.check_digits,
        cards_file=settings.cards,
    )
    asking = await command_rooms(
        foundation,
        ways=Ways(parts.own, foundation.directory, parts.behind_hubs.presences),
        checks=parts.checks,
        issuer=issuer,
        cards=parts.cards,
        judge=parts.authorizing.judge,
        platform=platform,
    )
    arrivals: Arrivals = {
        ObjectKind.SESSION: each_of(asking.sessions.arrived, parts.authorizing.charges.session_arrived),
        ObjectKind.CDR: parts.authorizing.charges.bill_arrived,
    }
    sync = sync_rooms(foundation, settings, parts.behind_hubs.presences, arrivals)
    more = [*finding.operations, *telling.operations]
    api = apps.app_room(foundation, settings, tools=asking.tools, cards=parts.cards, more=more)
    behind_admin = (
        parts.authorizing, parts.behind_hubs, finding, telling, billing_of_cpos, agreed, asking, sync, api,
    )  # fmt: skip
    return _Rooms(asking, sync, api, arrivals, [route for room in behind_admin for route in room.routes])


def _parts(foundation: Foundation, settings: EmspSettings) -> _Parts:
    own = Own(settings.own_party, EMSP)
    cards = Cards(foundation.store, own.party)
    return _Parts(
        own=own,
        checks=PartyChecks(own, foundation.directory),
        cards=cards,
        authorizing=authorization_room(foundation, settings, Contracts(foundation.mongo, foundation.clock)),
        announcer=Announcer(
            own=own,
            kinds=[ObjectKind.TOKEN],
            directory=foundation.directory,
            store=foundation.store,
            delivery=foundation.delivery,
        ),
        behind_hubs=presence_room(foundation, EMSP),
        covered=Coverage(foundation.mongo),
    )


def _interfaces(
    foundation: Foundation, parts: _Parts, platform: Platform, arrivals: Arrivals
) -> list[Interface]:
    received = (
        ReceiverInterface(
            kind,
            store=foundation.store,
            intake=foundation.intake,
            facts=foundation.facts,
            checks=parts.checks,
            arrived=arrivals.get(kind, nobody),
        )
        for kind in (ObjectKind.LOCATION, ObjectKind.TARIFF, ObjectKind.SESSION)
    )
    bills = BillReceiver(
        store=foundation.store,
        intake=foundation.intake,
        facts=foundation.facts,
        checks=parts.checks,
        url=lambda version: platform.url_of("cdrs", Side.RECEIVER, version),
        arrived=arrivals.get(ObjectKind.CDR, nobody),
    )

    def all_of_ours(call: Call) -> Selection:
        parts.checks.sender(call)
        return Selection(ObjectKind.TOKEN, owners=[parts.own.party], audiences=[None])

    tokens = SenderInterface(
        ObjectKind.TOKEN, store=foundation.store, facts=foundation.facts, visible=all_of_ours
    )
    return [
        tokens_interface(tokens, parts.authorizing.authorization, parts.checks),
        *(each.interface() for each in received),
        bills.interface(),
    ]


def _reactions(foundation: Foundation, parts: _Parts, sync: SyncRooms) -> Reactions:
    async def connected(name: str) -> None:
        parts.behind_hubs.connected(name)
        partner = foundation.directory.partner(name)
        if partner is not None:
            await parts.announcer.catch_up(partner)
        await sync.connected(name)

    async def agreed(agreement: Agreement) -> None:
        for partner in foundation.directory.active_partners():
            await parts.announcer.catch_up(partner)
        await sync.agreed(agreement.cpo)

    return Reactions(connected=connected, agreed=agreed, parting=parts.announcer.parting())
