"""Where the parts of the eMSP adapter meet."""

from dataclasses import dataclass

from emsp_adapter import authorization_room as authorizations
from emsp_adapter import billing_room as billing
from emsp_adapter import command_rooms as commands
from emsp_adapter import sync_rooms as lists
from emsp_adapter.apps import room as apps
from emsp_adapter.authorization_room import AuthorizationRoom, authorization_room
from emsp_adapter.billing_room import billing_room
from emsp_adapter.command_rooms import command_rooms
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


async def build(foundation: Foundation, settings: EmspSettings) -> Built:
    parts = _parts(foundation, settings)
    issuer = Issuer(parts.own.party, settings.name)
    agreed = await contract_room(
        foundation,
        issuer=issuer,
        announcer=parts.announcer,
        check_digits=settings.check_digits,
        cards_file=settings.cards,
    )
    finding = places.place_room(foundation, parts.own.party)
    telling = webhooks.webhook_room(foundation, allow_http=settings.allow_private)
    platform = Platform(
        public_url=settings.url, versions=SPOKEN, directory=foundation.directory, clock=foundation.clock
    )
    behind_hubs = presence_room(foundation, EMSP)
    covered = Coverage(foundation.mongo)
    asking = await command_rooms(
        foundation,
        ways=Ways(parts.own, foundation.directory, behind_hubs.presences),
        checks=parts.checks,
        issuer=issuer,
        cards=parts.cards,
        judge=parts.authorizing.judge,
        platform=platform,
    )
    api = apps.app_room(
        foundation,
        settings,
        tools=asking.tools,
        cards=parts.cards,
        more=[*finding.operations, *telling.operations],
    )
    arrivals: Arrivals = {
        ObjectKind.SESSION: each_of(asking.sessions.arrived, parts.authorizing.charges.session_arrived),
        ObjectKind.CDR: parts.authorizing.charges.bill_arrived,
    }
    sync = sync_rooms(foundation, settings, behind_hubs.presences, arrivals)
    doors = open_doors(
        foundation,
        platform=platform,
        identity=Identity(platform.versions_url, PartyRole(EMSP, parts.own.party, settings.name)),
        needed=NEEDED,
        rhythm=settings.rhythm,
        interfaces=[
            *_interfaces(foundation, parts, platform, arrivals),
            *asking.interfaces,
            behind_hubs.interface,
            RecordReceiver(store=foundation.store, coverage=covered, checks=parts.checks).interface(),
        ],
        reactions=_reactions(foundation, parts, behind_hubs, sync),
        more_admin=[
            *billing_room(foundation, settings, covered).routes,
            *sync.routes,
            *parts.authorizing.routes,
            *asking.routes,
            *agreed.routes,
            *behind_hubs.routes,
            *api.routes,
            *finding.routes,
            *telling.routes,
        ],
    )
    return Built(ocpi=doors.ocpi, admin=doors.admin, more=[api.site])


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


def _reactions(
    foundation: Foundation, parts: _Parts, behind_hubs: PresenceRoom, sync: SyncRooms
) -> Reactions:
    async def connected(name: str) -> None:
        behind_hubs.connected(name)
        partner = foundation.directory.partner(name)
        if partner is not None:
            await parts.announcer.catch_up(partner)
        await sync.connected(name)

    async def agreed(agreement: Agreement) -> None:
        for partner in foundation.directory.active_partners():
            await parts.announcer.catch_up(partner)
        await sync.agreed(agreement.cpo)

    return Reactions(connected=connected, agreed=agreed, parting=parts.announcer.parting())
