"""Certificates of stations, for the operator.

GET  /admin/v1/stations/certificates/issued[?station=…&within_days=30]   which there are; those that end soon
POST /admin/v1/stations/certificates/renew    {"identity": …}: have the station ask for another one
POST /admin/v1/stations/certificates/revoke   {"identity": …, "serial_number": …, "reason": …}
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field, StringConstraints

from cpo_adapter.maintenance import shown
from cpo_adapter.maintenance.asking import Asking
from cpo_adapter.ocpp.orders import Trigger
from cpo_adapter.signing.ledger import Ledger
from cpo_adapter.signing.model import Issued
from cpo_adapter.signing.store import CertificateStore
from cpo_adapter.stations.security_routes import OfStation
from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Request
from ocpi.errors import UnknownObject
from ocpi.process.clock import Clock
from ocpi.registration.named import NotNow

_MOST: Final = 500


class Listing(Request):
    station: str | None = None
    within_days: Annotated[int, Field(ge=0, le=3650)] | None = None


class Revocation(OfStation):
    """Without a serial number: all that the station has."""

    serial_number: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{1,40}$")] | None = None
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


class CertificateRoutes:
    def __init__(
        self, *, store: CertificateStore, ledger: Ledger, asking: Asking, is_signing: bool, clock: Clock
    ) -> None:
        """`is_signing`: whether a station that asks gets one."""
        self._store = store
        self._ledger = ledger
        self._asking = asking
        self._is_signing = is_signing
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/stations/certificates/issued", self._issued),
            web.post("/stations/certificates/renew", self._renew),
            web.post("/stations/certificates/revoke", self._revoke),
        ]

    async def _issued(self, request: web.Request) -> web.Response:
        wanted, now = Listing.model_validate(dict(request.query)), self._clock.now()
        before = None if wanted.within_days is None else now + timedelta(days=wanted.within_days)
        found = await self._store.listed(wanted.station, before, _MOST)
        return reply([_shown(each, now) for each in found])

    async def _renew(self, request: web.Request) -> web.Response:
        station = OfStation.model_validate(await read(request)).identity
        if not self._is_signing:
            raise NotNow("nothing is signed here: set CPO_STATION_AUTHORITY_CERTIFICATE and _KEY")
        kind = "ChargePoint" if self._asking.speaks_16(station) else "ChargingStation"
        heard = await self._asking.order(station, Trigger(f"Sign{kind}Certificate"))
        return reply({"identity": station, **shown.heard(heard)})

    async def _revoke(self, request: web.Request) -> web.Response:
        wanted = Revocation.model_validate(await read(request))
        number = wanted.serial_number and wanted.serial_number.lower().lstrip("0")
        revoked = await self._store.revoke(wanted.identity, number, wanted.reason)
        if not revoked:
            raise UnknownObject(f"no such certificate was issued to {wanted.identity}")
        for each in revoked:
            await self._ledger.learn(each)
        shown_ones = [_shown(each, self._clock.now()) for each in revoked]
        return reply({"identity": wanted.identity, "revoked": shown_ones})


def _shown(issued: Issued, now: datetime) -> dict[str, Any]:
    return {
        "identity": issued.station,
        "serial_number": issued.serial_number,
        "subject": issued.subject,
        "standing": issued.standing(now),
        "outcome": issued.outcome,
        "not_before": issued.not_before,
        "not_after": issued.not_after,
        "asked_at": issued.asked_at,
        "used_at": issued.used_at,
        "fingerprint": issued.fingerprint,
        "request": issued.request,
        "reason": issued.reason,
    }
