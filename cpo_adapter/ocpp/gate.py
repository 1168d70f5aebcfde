"""Who may open a websocket here: each handshake is looked at, and let in or refused.

Unknown, wrong and too weak hear the same 401 after the same work; whoever goes on trying hears 429, whoever
that is. Nothing is written for a stranger, and nobody is thrown out for one.
Spec: OCPP security whitepaper, 2; OCPP-J 1.6, 3.1.1 (identity) and 6.2 (Basic).
"""

from dataclasses import dataclass
from typing import Final, NoReturn, Protocol
from urllib.parse import unquote

from aiohttp import web
from aiohttp.hdrs import AUTHORIZATION

from cpo_adapter.ocpp import basic_auth
from cpo_adapter.ocpp.admission import Admission
from cpo_adapter.ocpp.arrival import Arrival, Arrivals
from cpo_adapter.ocpp.client_certificates import ClientCertificates
from cpo_adapter.ocpp.credentials import NOBODY, Credentials, Paper, Profile, Shown, Why, judged
from cpo_adapter.ocpp.limits import Limits
from cpo_adapter.ocpp.refusals import Refusals
from ocpi.process import logs

_log = logs.logger(__name__)

PATH: Final = "/ocpp/"


class KnownStations(Protocol):
    def named(self, written: str) -> str:
        """The station that is meant: the one of exactly that identity, else the only one that differs from
        it in letter case, else nobody, under the name that was written.
        """

    def credentials(self, station: str) -> Credentials | None:
        """What it must show; None for a station that nobody knows."""

    async def came_in(self, station: str, profile: Profile, digest: bytes | None) -> None:
        """It was let in, with the key of that digest if it showed one."""


@dataclass(frozen=True, slots=True)
class Admitted:
    station: str
    address: str


class Gate:
    def __init__(
        self,
        *,
        known: KnownStations,
        keys: basic_auth.StationKeys,
        arrivals: Arrivals,
        certificates: ClientCertificates,
        limits: Limits,
        refusals: Refusals,
        admission: Admission,
    ) -> None:
        """`admission` says when; the door waits for its turn before it asks here."""
        self.admission = admission
        self.limits = limits
        self._known = known
        self._keys = keys
        self._arrivals = arrivals
        self._certificates = certificates
        self._refusals = refusals

    async def admit(self, request: web.Request) -> Admitted:
        """Raises HTTPUnauthorized, always the same, or HTTPTooManyRequests."""
        written, arrival = _identity(request), self._arrivals.of(request)
        identity = self._known.named(written)
        if self.limits.are_exceeded(identity, arrival.address):
            self._send_off(identity, arrival, Why.LIMITED)
        known = self._known.credentials(identity)
        credentials = known or NOBODY
        users = [credentials.username] if credentials.username else [identity, written]
        password = basic_auth.password_of(users, request.headers.get(AUTHORIZATION))
        key = self._key(credentials, password)
        paper = self._certificates.paper(arrival.certificate, credentials.certificate_name or identity)
        verdict = judged(known, Shown(arrival.is_encrypted, key is not None, paper))
        if isinstance(verdict, Why):
            self._refuse(identity, arrival, verdict, password)
        if self.limits.comes_too_often(identity):
            self._send_off(identity, arrival, Why.OFTEN)
        self._let_in(identity, arrival, verdict, key)
        await self._known.came_in(identity, verdict, key.digest if key else None)
        await self._certificates.came_in(identity, arrival.certificate if paper is Paper.OWN else None)
        return Admitted(identity, arrival.address)

    def _key(self, credentials: Credentials, password: bytes | None) -> basic_auth.Recognised | None:
        """The station's key that was shown."""
        key = self._keys.recognise(credentials.digests, password or b"")
        return None if password is None else key

    def _let_in(
        self, identity: str, arrival: Arrival, profile: Profile, key: basic_auth.Recognised | None
    ) -> None:
        self.limits.passed(identity, arrival.address)
        self._refusals.let_in(profile)
        spelling = key.spelling.value if key else None
        _log.info("station let in", station=identity, profile=int(profile), key_spelling=spelling)

    def _send_off(self, identity: str, arrival: Arrival, why: Why) -> NoReturn:
        self._refusals.refused(identity, arrival.address, why)
        raise web.HTTPTooManyRequests(headers={"Retry-After": "60"})

    def _refuse(self, identity: str, arrival: Arrival, why: Why, password: bytes | None) -> NoReturn:
        self.limits.failed(identity, arrival.address)
        digest = self._keys.digest(password or b"")
        is_fit = password is not None and len(password) >= basic_auth.SHORTEST_KEY_BYTES
        self._refusals.refused(identity, arrival.address, why, digest if is_fit else None)
        raise web.HTTPUnauthorized(headers={"WWW-Authenticate": 'Basic realm="ocpp"'})


def _identity(request: web.Request) -> str:
    """The rest of the path, percent-decoded once; what is no UTF-8 matches nobody."""
    return unquote(request.rel_url.raw_path.removeprefix(PATH))
