"""The two doors of every service: the OCPI port for partners, the admin port for its operator."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from aiohttp import web

from ocpi.admin.acts import Acts
from ocpi.admin.agreements import AgreementRoutes
from ocpi.admin.app import admin_application
from ocpi.admin.groups import GroupRoutes
from ocpi.admin.messages import MessageRoutes
from ocpi.admin.objects import ObjectRoutes
from ocpi.admin.outbox import OutboxRoutes
from ocpi.admin.partner_manners import PartnerMannerRoutes
from ocpi.admin.partners import PartnerRoutes
from ocpi.admin.verdicts import VerdictRoutes
from ocpi.delivery.recovery import Recovery
from ocpi.process import health
from ocpi.process.run import Answering
from ocpi.registration.acceptance import Acceptance
from ocpi.registration.discovery import Needed
from ocpi.registration.doctor.office import Doctor
from ocpi.registration.handshake import Handshake
from ocpi.registration.identity import Identity
from ocpi.registration.interface import credentials_interface
from ocpi.registration.rhythm import Rhythm
from ocpi.registration.rotation import Rotation
from ocpi.registration.service import Registration
from ocpi.registration.upkeep import Upkeep
from ocpi.server.app import Platform
from ocpi.server.call import Interface
from ocpi.server.metrics import RequestMetrics
from ocpi.server.operator_auth import new_key
from ocpi.service.changes import Changes
from ocpi.service.foundation import Foundation
from ocpi.service.key_files import secret_in
from ocpi.service.newcomers import Newcomers, Reactions

__all__ = ["Doors", "Reactions", "open_doors"]


@dataclass(frozen=True, slots=True)
class Doors:
    ocpi: Answering
    admin: web.Application
    registration: Registration


MoreAdmin = Sequence[web.RouteDef] | Callable[[Handshake], Sequence[web.RouteDef]]


def open_doors(
    foundation: Foundation,
    *,
    platform: Platform,
    identity: Identity,
    needed: Needed,
    interfaces: Sequence[Interface],
    reactions: Reactions,
    rhythm: Rhythm,
    more_admin: MoreAdmin = (),
) -> Doors:
    """`more_admin` are routes, or makes them of the handshake, for rooms that work with that."""
    newcomers = _newcomers(foundation, reactions)
    _follow_changes(foundation, reactions)
    handshake = _handshake(foundation, platform, identity, needed)
    registration, rotation = Registration(handshake), Rotation(handshake)
    more = more_admin(handshake) if callable(more_admin) else more_admin
    upkeep = Upkeep(handshake=handshake, rotation=rotation, rhythm=rhythm, duty=foundation.duty)
    foundation.supervisor.start("renew credentials", upkeep.run, restart=True)
    partners = PartnerRoutes(registration, rotation, _doctor(foundation, handshake), foundation.directory)
    nouns = (*partners.routes(), *_nouns(foundation, newcomers), *more)
    return Doors(
        ocpi=platform.door(
            [credentials_interface(Acceptance(handshake)), *interfaces],
            RequestMetrics(foundation.metrics),
            foundation.recording.recorder,
        ).answer,
        admin=_admin(foundation, nouns),
        registration=registration,
    )


def _newcomers(foundation: Foundation, reactions: Reactions) -> Newcomers:
    newcomers = Newcomers(
        directory=foundation.directory,
        partners=foundation.partners,
        agreements=foundation.agreements,
        reactions=reactions,
        clock=foundation.clock,
        duty=foundation.duty,
    )
    foundation.supervisor.start("greet newcomers", newcomers.run, restart=True)
    return newcomers


def _follow_changes(foundation: Foundation, reactions: Reactions) -> None:
    changes = Changes(
        directory=foundation.directory,
        agreements=foundation.agreements,
        parting=reactions.parting,
        clock=foundation.clock,
    )
    foundation.supervisor.start("take back what is not shown any more", changes.run, restart=True)


def _handshake(foundation: Foundation, platform: Platform, identity: Identity, needed: Needed) -> Handshake:
    return Handshake(
        identity=identity,
        partners=foundation.partners,
        directory=foundation.directory,
        client=foundation.egress.httpx_client(),
        clock=foundation.clock,
        versions=platform.versions,
        needed=needed,
    )


def _doctor(foundation: Foundation, handshake: Handshake) -> Doctor:
    return Doctor(
        egress=foundation.egress,
        clock=foundation.clock,
        directory=foundation.directory,
        identity=handshake.identity,
        versions=handshake.versions,
        needed=handshake.needed,
    )


def _nouns(foundation: Foundation, newcomers: Newcomers) -> Iterator[web.RouteDef]:
    yield from PartnerMannerRoutes(foundation.partners, foundation.directory).routes()
    yield from AgreementRoutes(
        agreements=foundation.agreements,
        directory=foundation.directory,
        clock=foundation.clock,
        added=newcomers.greet,
    ).routes()
    yield from GroupRoutes(foundation.agreements.groups, foundation.directory, foundation.clock).routes()
    yield from OutboxRoutes(_recovery(foundation)).routes()
    yield from ObjectRoutes(foundation.store).routes()
    yield from VerdictRoutes(foundation.verdicts).routes()
    yield from MessageRoutes(foundation.recording.journal, foundation.recording.stories).routes()


def _recovery(foundation: Foundation) -> Recovery:
    return Recovery(
        mongo=foundation.mongo,
        outbox=foundation.outbox,
        delivery=foundation.delivery,
        store=foundation.store,
    )


def _admin(foundation: Foundation, nouns: Sequence[web.RouteDef]) -> web.Application:
    return admin_application(
        operator_key=secret_in(foundation.keys / "operator.key", new_key),
        clock=foundation.clock,
        acts=Acts(foundation.mongo, foundation.clock),
        health=health.routes(foundation.name, foundation.health, foundation.metrics),
        nouns=nouns,
    )
