"""Where the parts of the CPO adapter meet."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from aiohttp import web

from cpo_adapter.authorization import commanded
from cpo_adapter.authorization import memory as authorizations
from cpo_adapter.card_lists import store as card_lists
from cpo_adapter.commands import reservation_store as reservations
from cpo_adapter.commands import store as promises
from cpo_adapter.crew import room as crew
from cpo_adapter.crew.favours import Favours
from cpo_adapter.files import tickets
from cpo_adapter.interfaces.charging_profiles import ProfilesReceiver
from cpo_adapter.interfaces.commands import CommandsReceiver
from cpo_adapter.interfaces.modules import Modules
from cpo_adapter.keeping import set_aside
from cpo_adapter.keeping import store as kept
from cpo_adapter.maintenance import job_store as jobs
from cpo_adapter.metrology import store as metrology
from cpo_adapter.payments import paid
from cpo_adapter.payments.room import payment_room
from cpo_adapter.reconciliation.room import reconciliation_room
from cpo_adapter.sessions import numbers
from cpo_adapter.sessions import store as transactions
from cpo_adapter.settings import CpoSettings
from cpo_adapter.signing import store as certificates
from cpo_adapter.smart_charging import store as limits
from cpo_adapter.station_rooms import read_authored, station_rooms
from cpo_adapter.station_sites import station_sites
from cpo_adapter.stations import alarms
from cpo_adapter.stations import key_store as station_keys
from cpo_adapter.stations import knock_store as knocks
from cpo_adapter.stations import sight_store as sights
from cpo_adapter.tariffs import store as tariff_versions
from cpo_adapter.tariffs.room import TariffRoom, tariff_room
from cpo_adapter.tariffs.routes import TariffRoutes
from cpo_adapter.tokens.room import token_room
from ocpi.delivery.announce import Announcer
from ocpi.partners.agreements import Agreement
from ocpi.partners.model import Partner, PartyRole
from ocpi.presence import store as presence
from ocpi.presence.room import PresenceRoom, presence_room
from ocpi.process.clock import Clock
from ocpi.pulling.keeping import Keeping
from ocpi.reconciliation import coverage
from ocpi.registration.discovery import Needed
from ocpi.registration.identity import Identity
from ocpi.server.app import Platform
from ocpi.server.parties import Own, PartyChecks
from ocpi.service.doors import Reactions, open_doors
from ocpi.service.foundation import Foundation
from ocpi.service.parent import run_several
from ocpi.service.run import Built
from ocpi.service.worker import work_as_one
from ocpi.versions.known import SPOKEN
from ocpi.wire.interfaces import CPO, Side
from schemas.kinds import ObjectKind, PartyId

NEEDED: Needed = frozenset({("tokens", Side.SENDER), ("sessions", Side.RECEIVER), ("cdrs", Side.RECEIVER)})
INDEXES = (
    *alarms.INDEXES,
    *authorizations.INDEXES,
    *card_lists.INDEXES,
    *certificates.INDEXES,
    *commanded.INDEXES,
    *coverage.INDEXES,
    *crew.INDEXES,
    *jobs.INDEXES,
    *kept.INDEXES,
    *knocks.INDEXES,
    *limits.INDEXES,
    *metrology.INDEXES,
    *numbers.INDEXES,
    *paid.INDEXES,
    *presence.INDEXES,
    *promises.INDEXES,
    *reservations.INDEXES,
    *sights.INDEXES,
    *set_aside.INDEXES,
    *station_keys.INDEXES,
    *tariff_versions.INDEXES,
    *tickets.INDEXES,
    *transactions.INDEXES,
)

_READ_TARIFFS: Final = "read the tariffs"


def main(workers: int | None = None) -> int:
    """As many processes as the settings say, unless told here."""
    return run_several(
        CpoSettings,
        build,
        INDEXES,
        worker="cpo_adapter.worker",
        workers=workers,
        more_ports=lambda settings: list(station_sites(settings)),
    )


def work(arguments: Sequence[str]) -> int:
    """Be one of several."""
    return work_as_one(CpoSettings, build, INDEXES, arguments)


async def build(foundation: Foundation, settings: CpoSettings) -> Built:
    own = Own(settings.own_party, CPO)
    authored = read_authored(settings, foundation.clock.now())
    announcer = Announcer(
        own=own,
        kinds=[ObjectKind.LOCATION, ObjectKind.TARIFF],
        directory=foundation.directory,
        store=foundation.store,
        delivery=foundation.delivery,
        has_own=authored.tariffs.has_own,
    )
    tariffs = await tariff_room(foundation, own.party, authored.tariffs, authored.offers, announcer)
    stations = await station_rooms(foundation, settings, authored, announcer)
    platform = Platform(
        public_url=settings.url, versions=SPOKEN, directory=foundation.directory, clock=foundation.clock
    )
    checks = PartyChecks(own, foundation.directory)
    modules = Modules(
        own=own,
        store=foundation.store,
        intake=foundation.intake,
        facts=foundation.facts,
        checks=checks,
        preferences=stations.preferences,
        token_arrived=stations.card_lists.arrived,
    )
    profiles = ProfilesReceiver(profiles=stations.orders.profiles, checks=checks, clock=foundation.clock)
    commands = CommandsReceiver(
        control=stations.orders.control,
        reserving=stations.orders.reserving,
        checks=checks,
        clock=foundation.clock,
    )
    behind_hubs = presence_room(foundation, CPO)
    tokens = token_room(foundation, own.party, behind_hubs.presences, stations.card_lists.changed)
    invoices = await reconciliation_room(foundation, checks, announcer)
    payments = payment_room(foundation, own)
    doors = open_doors(
        foundation,
        platform=platform,
        identity=Identity(platform.versions_url, PartyRole(CPO, own.party, settings.name)),
        needed=NEEDED,
        rhythm=settings.rhythm,
        interfaces=[
            *modules.interfaces(),
            commands.interface(),
            profiles.interface(),
            behind_hubs.interface,
            invoices.interface,
            payments.interface,
        ],
        reactions=_reactions(foundation, announcer, behind_hubs, tokens.keeping, tariffs),
        more_admin=[
            *stations.routes,
            *tokens.routes.routes(),
            *_tariff_routes(tariffs, own.party, stations.favours, foundation.clock),
            *behind_hubs.routes,
            *invoices.routes,
            *payments.routes,
        ],
    )
    return Built(ocpi=doors.ocpi, admin=doors.admin, more=stations.sites)


def _tariff_routes(tariffs: TariffRoom, party: PartyId, favours: Favours, clock: Clock) -> list[web.RouteDef]:
    favours.offer(_READ_TARIFFS, lambda _: tariffs.refresh())
    everywhere = partial(favours.of_all, _READ_TARIFFS)
    return TariffRoutes(tariffs, party, everywhere=everywhere, clock=clock).routes()


def _reactions(
    foundation: Foundation,
    announcer: Announcer,
    behind_hubs: PresenceRoom,
    tokens: Keeping,
    tariffs: TariffRoom,
) -> Reactions:
    async def catch_up(partner: Partner) -> None:
        await announcer.catch_up(partner)
        await tariffs.catch_up(partner)

    async def connected(name: str) -> None:
        behind_hubs.connected(name)
        partner = foundation.directory.partner(name)
        if partner is not None:
            await catch_up(partner)
        await tokens.look()

    async def agreed(_: Agreement) -> None:
        for partner in foundation.directory.active_partners():
            await catch_up(partner)
        await tokens.look()

    return Reactions(connected=connected, agreed=agreed, parting=announcer.parting())
