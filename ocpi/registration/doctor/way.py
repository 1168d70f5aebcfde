"""The way to a partner: does its name lead somewhere, may we go there, does anybody answer, who is it?

Each address is tried by itself, since one of several that is down makes trouble that comes and goes. Where
the egress policy forbids an address nothing is sent to it.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Final, NamedTuple

from yarl import URL

from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.registration.doctor.findings import Finding, green, red, yellow

WITHIN_S: Final = 5.0
RENEW_WITHIN_DAYS: Final = 21
_MOST_ADDRESSES: Final = 8


class Way:
    """`is_open` once somebody answered at one of the addresses."""

    def __init__(self, url: URL, egress: Egress, clock: Clock) -> None:
        self._host = url.host or ""
        self._port = url.port or 443
        self._is_tls = url.scheme == "https"
        self._egress = egress
        self._clock = clock
        self.is_open = False

    async def look(self) -> AsyncIterator[Finding]:
        try:
            addresses = await self._addresses()
        except OSError as error:
            why = error.strerror or str(error)
            yield red("dns", f"{self._host} has no address: {why}", "Nothing can be sent to the partner.")
            return
        allowed = []
        for address in addresses:
            objection = self._egress.objection(address, self._port)
            yield _allowed(self._host, address, objection)
            if objection is None:
                allowed.append(address)
        for address in allowed:
            yield await self._connect(address)
        if allowed and self.is_open:
            yield await self._secure(allowed)

    async def _addresses(self) -> Sequence[str]:
        found = await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(each[4][0]) for each in found))[:_MOST_ADDRESSES]

    async def _connect(self, address: str) -> Finding:
        began_s = self._clock.monotonic()
        try:
            await self._opened(address)
        except (OSError, TimeoutError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            means = "Calls that are led there fail; with several addresses that is now and then."
            return red("tcp", f"{address} port {self._port} does not answer: {why}", means)
        self.is_open = True
        took_ms = 1000 * (self._clock.monotonic() - began_s)
        return green("tcp", f"{address} port {self._port} answers in {took_ms:.0f} ms")

    async def _secure(self, addresses: Sequence[str]) -> Finding:
        if not self._is_tls:
            return plain_http(self._host)
        try:
            shown = await self._opened(addresses[0], tls=True)
        except ssl.SSLCertVerificationError as error:
            means = (
                "We do not go on: nobody knows who answers there. The partner has to mend its certificate."
            )
            return red("tls", f"the certificate is not accepted: {error.verify_message}", means)
        except (OSError, TimeoutError) as error:
            return red("tls", f"no TLS comes about: {error}", "Nothing can be sent to the partner.")
        return certificate(shown, self._clock.now())

    async def _opened(self, address: str, *, tls: bool = False) -> "Shown":
        context, name = (self._egress.tls, self._host) if tls else (None, None)
        async with asyncio.timeout(WITHIN_S):
            _, writer = await asyncio.open_connection(address, self._port, ssl=context, server_hostname=name)
        shown = Shown.of(writer.get_extra_info("ssl_object"))
        writer.transport.abort()
        return shown


class Shown(NamedTuple):
    """What a TLS connection tells; empty for a plain one."""

    version: str
    issuer: str
    ends_at: datetime | None

    @classmethod
    def of(cls, connection: ssl.SSLObject | None) -> "Shown":
        if connection is None:
            return cls("", "", None)
        told: Mapping[str, Any] = connection.getpeercert() or {}
        names = dict(pair for group in told.get("issuer", ()) for pair in group)
        ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(told["notAfter"]), UTC)
        issuer = names.get("organizationName") or names.get("commonName") or "nobody who says its name"
        return cls(connection.version() or "", issuer, ends_at)


def certificate(shown: Shown, now: datetime) -> Finding:
    if shown.ends_at is None:
        return red("tls", "the far side shows no certificate", "Nobody knows who answers there.")
    days = (shown.ends_at - now).days
    text = f"{shown.version}, issued by {shown.issuer}, good for {days} days"
    if days < RENEW_WITHIN_DAYS:
        return yellow("tls", text, "When it ends, every call fails. Tell the partner.")
    return green("tls", text)


def plain_http(host: str) -> Finding:
    """Said loudly, but on this machine itself."""
    text = "PLAIN HTTP: no TLS at all"
    means = "Whoever stands between reads and changes everything, tokens and card numbers among it."
    if _is_loopback(host):
        return yellow("tls", text, means)
    return red("tls", text, means, "Ask the partner for an https URL, then register anew.")


def _allowed(host: str, address: str, objection: str | None) -> Finding:
    if objection is None:
        return green("dns", f"{host} is at {address}")
    means = "We send nothing there: a partner could use us to reach what is not public."
    helps = "PASSERELLE_ALLOWED_NETWORKS names private networks that are meant."
    return red("dns", f"{host} is at {address}, which is refused: {objection}", means, helps)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
