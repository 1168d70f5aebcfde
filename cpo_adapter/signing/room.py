"""Where the parts meet that issue certificates to stations and say which of them are void."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from cryptography import x509

from cpo_adapter.maintenance.asking import Asking
from cpo_adapter.ocpp.client_certificates import ClientCertificates
from cpo_adapter.ocpp.tls import authorities_in
from cpo_adapter.settings import CpoSettings
from cpo_adapter.signing.authority import StationAuthority, read_authority
from cpo_adapter.signing.crl import RevocationList
from cpo_adapter.signing.desk import SigningDesk
from cpo_adapter.signing.handing import Handing
from cpo_adapter.signing.holders import Holders
from cpo_adapter.signing.ledger import Ledger, PutOut
from cpo_adapter.signing.routes import CertificateRoutes
from cpo_adapter.signing.store import CertificateStore
from cpo_adapter.stations.alarms import Alarms
from cpo_adapter.stations.keys import KeyRing
from cpo_adapter.stations.registry import Registry
from ocpi.service.foundation import Foundation


@dataclass(frozen=True, slots=True)
class CertificateRoom:
    """`issuing` signs what stations ask for, if anything does; `judged` is for the doors."""

    issuing: StationAuthority | None
    judged: ClientCertificates
    store: CertificateStore
    ledger: Ledger


async def certificate_room(foundation: Foundation, settings: CpoSettings, put_out: PutOut) -> CertificateRoom:
    """Raises TlsFilesBroken, KeyFileOpen."""
    issuing = read_authority(
        settings.station_authority_certificate,
        settings.station_authority_key,
        days=settings.station_certificate_days,
    )
    authorities = authorities_in(settings.stations_authorities)
    if issuing is not None:
        authorities.append(issuing.certificate)
    store = CertificateStore(foundation.mongo)
    outer = _outer(foundation, settings, authorities)
    ledger = Ledger(store=store, outer=outer, put_out=put_out, clock=foundation.clock)
    await ledger.refresh()
    foundation.supervisor.start("keep certificates fresh", ledger.keep_fresh, restart=True)
    judged = ClientCertificates(
        authorities=authorities,
        organization=settings.stations_organization,
        clock=foundation.clock,
        ledger=ledger,
    )
    return CertificateRoom(issuing, judged, store, ledger)


def signing_desk(
    foundation: Foundation,
    settings: CpoSettings,
    room: CertificateRoom,
    *,
    holders: Holders,
    registry: Registry,
    alarms: Alarms,
) -> SigningDesk | None:
    """None: nothing is signed."""
    if room.issuing is None:
        return None
    handing = Handing(
        store=room.store,
        ledger=room.ledger,
        orderly=registry,
        alarms=alarms,
        supervisor=foundation.supervisor,
        clock=foundation.clock,
    )
    registry.follow(handing)
    return SigningDesk(
        authority=room.issuing,
        organization=settings.stations_organization,
        holders=holders,
        store=room.store,
        ledger=room.ledger,
        handing=handing,
        alarms=alarms,
    )


def certificate_routes(
    foundation: Foundation, room: CertificateRoom, *, ring: KeyRing, registry: Registry
) -> list[web.RouteDef]:
    routes = CertificateRoutes(
        store=room.store,
        ledger=room.ledger,
        asking=Asking(known=ring, orderly=registry),
        is_signing=room.issuing is not None,
        clock=foundation.clock,
    )
    return routes.routes()


def _outer(
    foundation: Foundation, settings: CpoSettings, authorities: Sequence[x509.Certificate]
) -> RevocationList | None:
    if settings.stations_crl is None:
        return None
    outer = RevocationList(settings.stations_crl, authorities, foundation.clock)
    foundation.supervisor.start("read revoked certificates anew", outer.keep_fresh, restart=True)
    return outer
