"""Where the parts of the hub meet."""

from collections.abc import Sequence
from functools import partial

from hub.access import room as accesses
from hub.access.room import access_room
from hub.authorization import room as authorization
from hub.authorization.charges import ChargedCards
from hub.authorization.room import AuthorizationRoom, authorization_room
from hub.callbacks import numbers as reservations
from hub.callbacks import store as callback_store
from hub.callbacks.numbers import Numbers
from hub.callbacks.promises import Promises
from hub.callbacks.results import Results
from hub.callbacks.store import Callbacks
from hub.export.exporter import Exporter
from hub.ledger import room as ledgers
from hub.ledger.posting import Posting
from hub.ledger.room import LedgerRoom, ledger_room
from hub.presence import room as presence
from hub.presence.room import presence_room
from hub.routing import links as relay_links
from hub.routing.beginnings import Beginnings
from hub.routing.contexts import Contexts
from hub.routing.forward import Forwarding
from hub.routing.holdings import Holdings
from hub.routing.links import Links
from hub.routing.open_routing import OpenRouting
from hub.routing.pushes import Pushes
from hub.routing.relay import Relay
from hub.routing.router import Router, Ways
from hub.routing.shelf import Shelf
from hub.routing.visibility import Visibility
from hub.routing.whereabouts import Whereabouts
from hub.settings import HubSettings
from hub.virtual.posing import Posing
from hub.virtual.room import virtual_room
from ocpi.delivery.parting import Parting
from ocpi.partners.model import HUB, PartyRole
from ocpi.registration.discovery import Needed
from ocpi.registration.identity import Identity
from ocpi.server.app import Beside, Platform
from ocpi.server.call import Call
from ocpi.service.doors import Reactions, open_doors
from ocpi.service.foundation import Foundation
from ocpi.service.parent import run_several
from ocpi.service.run import Built
from ocpi.service.worker import work_as_one
from ocpi.versions.known import SPOKEN, has_sides
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId

VERSIONS = tuple(version for version in SPOKEN if has_sides(version))
NEEDED: Needed = frozenset()
INDEXES = (
    *relay_links.INDEXES,
    *callback_store.INDEXES,
    *reservations.INDEXES,
    *presence.INDEXES,
    *authorization.INDEXES,
    *ledgers.INDEXES,
    *accesses.INDEXES,
)


def main(workers: int | None = None) -> int:
    """As many processes as the settings say, unless told here."""
    return run_several(HubSettings, build, INDEXES, worker="hub.worker", workers=workers)


def work(arguments: Sequence[str]) -> int:
    """Be one of several."""
    return work_as_one(HubSettings, build, INDEXES, arguments)


async def build(foundation: Foundation, settings: HubSettings) -> Built:
    hub = settings.own_party
    links = Links(foundation.mongo, foundation.clock)
    relay = Relay(
        egress=foundation.egress,
        directory=foundation.directory,
        links=links,
        contexts=Contexts(foundation.facts, Numbers(foundation.mongo, foundation.clock)),
        clock=foundation.clock,
    )
    cards = authorization_room(foundation, settings, relay)
    forwarding = Forwarding(
        hub=hub,
        directory=foundation.directory,
        store=foundation.store,
        delivery=foundation.delivery,
        clock=foundation.clock,
        noticed=ChargedCards(cards.learned).notice,
    )
    ledger = ledger_room(foundation, forwarding)
    access = access_room(foundation)
    exporter = Exporter(hub=hub, directory=foundation.directory, store=foundation.store, ledger=ledger.ledger)
    platform = Platform(
        public_url=settings.url,
        versions=VERSIONS,
        directory=foundation.directory,
        clock=foundation.clock,
        beside=Beside(dict(exporter.mounts()), access.readers),
        poses=True,
    )
    posing = Posing(platform, foundation.directory)
    ways = _ways(foundation, hub, forwarding, platform, relay, cards, ledger)
    router = Router(hub=hub, directory=foundation.directory, clock=foundation.clock, ways=ways)
    present = presence_room(foundation)
    doors = open_doors(
        foundation,
        platform=platform,
        identity=_identity(foundation, settings, platform, posing),
        needed=NEEDED,
        interfaces=[*router.interfaces(), present.interface],
        reactions=_reactions(foundation, forwarding),
        rhythm=settings.rhythm,
        more_admin=lambda handshake: [
            *present.routes,
            *cards.routes,
            *ledger.routes,
            *access.routes,
            *virtual_room(foundation, handshake, posing),
        ],
    )
    return Built(ocpi=doors.ocpi, admin=doors.admin)


def _ways(
    foundation: Foundation,
    hub: PartyId,
    forwarding: Forwarding,
    platform: Platform,
    relay: Relay,
    cards: AuthorizationRoom,
    ledger: LedgerRoom,
) -> Ways:
    directory, store, clock = foundation.directory, foundation.store, foundation.clock
    callbacks = Callbacks(foundation.mongo, clock)
    whereabouts, visibility = Whereabouts(directory=directory, store=store), Visibility(directory)
    return Ways(
        relay=relay,
        pushes=Pushes(
            hub=hub,
            directory=directory,
            store=store,
            intake=foundation.intake,
            facts=foundation.facts,
            relay=relay,
            forwarding=forwarding,
            posting=Posting(ledger.acceptance, ledger.places, partial(_bills_url, platform)),
        ),
        promises=Promises(relay=relay, callbacks=callbacks, url_of=platform.url_of, clock=clock),
        results=Results(relay=relay, callbacks=callbacks, directory=directory, clock=clock),
        open_routing=OpenRouting(store=store, whereabouts=whereabouts, callbacks=callbacks),
        whereabouts=whereabouts,
        beginnings=Beginnings(directory=directory, whereabouts=whereabouts, callbacks=callbacks),
        holdings=Holdings(
            hub=hub, store=store, facts=foundation.facts, visibility=visibility, places=ledger.places
        ),
        shelf=Shelf(store=store, facts=foundation.facts, visibility=visibility),
        cards=cards.desk,
        shown_cards=cards.shown,
    )


def _bills_url(platform: Platform, call: Call) -> str:
    return platform.url_of("cdrs", Side.RECEIVER, call.version, call.admitted.partner.pose)


def _reactions(foundation: Foundation, forwarding: Forwarding) -> Reactions:
    async def connected(name: str) -> None:
        partner = foundation.directory.partner(name)
        if partner is not None:
            await forwarding.on_connected(partner)

    parting = Parting(
        sender=forwarding.hub,
        directory=foundation.directory,
        store=foundation.store,
        delivery=foundation.delivery,
    )
    return Reactions(connected=connected, agreed=forwarding.on_agreement, parting=parting)


def _identity(foundation: Foundation, settings: HubSettings, platform: Platform, posing: Posing) -> Identity:
    def behind() -> list[PartyRole]:
        return [role for partner in foundation.directory.active_partners() for role in partner.roles]

    own = PartyRole(HUB, settings.own_party, settings.name)
    return Identity(platform.versions_url, own, behind, posing.identity)
