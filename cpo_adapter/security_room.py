"""Where the parts meet that say who a station is."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from aiohttp import web

from cpo_adapter.crew.favours import Favours
from cpo_adapter.ocpp.admission import Admission
from cpo_adapter.ocpp.arrival import Arrivals
from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.ocpp.credentials import Profile
from cpo_adapter.ocpp.gate import Gate
from cpo_adapter.ocpp.limits import Limits
from cpo_adapter.ocpp.refusals import Refusals
from cpo_adapter.ocpp.tls import StationTls, TlsFiles
from cpo_adapter.settings import CpoSettings
from cpo_adapter.signing.room import CertificateRoom
from cpo_adapter.stations.key_store import KeyStore
from cpo_adapter.stations.keys import KeyRing
from cpo_adapter.stations.knock_store import KnockStore
from cpo_adapter.stations.knocks import Knocks
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.network_profile import NetworkProfiles
from cpo_adapter.stations.one_time import OneTimePasswords
from cpo_adapter.stations.provisioning import Provisioning
from cpo_adapter.stations.registry import Registry
from cpo_adapter.stations.security_routes import SecurityRoutes
from ocpi.process import logs
from ocpi.service.foundation import Foundation

_log = logs.logger(__name__)

_READ_KEYS: Final = "read the keys of stations"


@dataclass(frozen=True, slots=True)
class SecurityRoom:
    """`tls` for the port where TLS ends in this process, if there is one."""

    gate: Gate
    ring: KeyRing
    knocks: Knocks
    tls: StationTls | None


async def security_room(
    foundation: Foundation,
    settings: CpoSettings,
    inventory: Inventory,
    authored: Mapping[str, bytes],
    certificates: CertificateRoom,
) -> SecurityRoom:
    """Raises TlsFilesBroken."""
    keys = StationKeys(foundation.key_for("station keys"))
    ring = KeyRing(inventory=inventory, store=KeyStore(foundation.mongo), keys=keys)
    await ring.start(authored)
    foundation.supervisor.start(
        "keep station keys fresh", lambda: ring.keep_fresh(foundation.clock), restart=True
    )
    _tell_of_closed_ways(inventory, _highest(settings))
    refusals = Refusals(metrics=foundation.metrics, clock=foundation.clock)
    gate = Gate(
        known=ring,
        keys=keys,
        arrivals=arrivals_of(settings),
        certificates=certificates.judged,
        limits=Limits(foundation.clock),
        refusals=refusals,
        admission=Admission(foundation.metrics),
    )
    knocks = _knocks(foundation, refusals, ring)
    return SecurityRoom(gate, ring, knocks, _tls(foundation, settings, refusals, certificates))


def arrivals_of(settings: CpoSettings) -> Arrivals:
    return Arrivals(
        proxies=settings.stations_proxies, certificate_header=settings.stations_certificate_header
    )


def provisioned(
    foundation: Foundation,
    settings: CpoSettings,
    security: SecurityRoom,
    registry: Registry,
    favours: Favours,
) -> list[web.RouteDef]:
    """The operator's routes to keys and profiles; one-time passwords are changed as their stations come."""
    favours.offer(_READ_KEYS, lambda _: security.ring.refresh())
    provisioning = Provisioning(
        ring=security.ring,
        asker=registry,
        networks=NetworkProfiles(orderly=registry, url=settings.url_for_stations),
        knocks=security.knocks,
        everywhere=partial(favours.of_all, _READ_KEYS),
        highest=_highest(settings),
    )
    registry.follow(
        OneTimePasswords(
            ring=security.ring,
            provisioning=provisioning,
            supervisor=foundation.supervisor,
            clock=foundation.clock,
        )
    )
    routes = SecurityRoutes(provisioning=provisioning, knocks=security.knocks, url=settings.url_for_stations)
    return routes.routes()


def _knocks(foundation: Foundation, refusals: Refusals, ring: KeyRing) -> Knocks:
    knocks = Knocks(
        refusals=refusals,
        store=KnockStore(foundation.mongo),
        is_known=ring.is_known,
        clock=foundation.clock,
    )
    foundation.supervisor.start("tell who knocked", knocks.run, restart=True)
    return knocks


def _tell_of_closed_ways(inventory: Inventory, highest: Profile) -> None:
    for station in inventory.stations():
        if station.security_profile > highest:
            _log.error(
                "a station cannot come in: the settings offer no way for its security profile",
                station=station.identity,
                profile=station.security_profile,
                highest=int(highest),
            )


def _highest(settings: CpoSettings) -> Profile:
    if not settings.has_tls:
        return Profile.BASIC
    has_authority = settings.stations_authorities or settings.station_authority_certificate
    return Profile.TLS_CERTIFICATE if has_authority else Profile.TLS_BASIC


def _tls(
    foundation: Foundation, settings: CpoSettings, refusals: Refusals, certificates: CertificateRoom
) -> StationTls | None:
    if not settings.stations_tls_certificates:
        return None
    files = TlsFiles(
        settings.stations_tls_certificates,
        settings.stations_tls_keys,
        settings.stations_authorities,
        certificates.issuing.certificate if certificates.issuing else None,
    )
    tls = StationTls(files, refusals.broke_tls)
    foundation.supervisor.start("renew certificates", lambda: tls.keep_fresh(foundation.clock), restart=True)
    return tls
