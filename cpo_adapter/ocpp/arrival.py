"""How a station came to us: from which address, encrypted or not, and with which certificate.

Where TLS ends here, the socket knows. Where it ends in a proxy, the proxy's headers tell, and they are read
of proxies alone whose addresses the operator named: from anybody else they are as if not there. The last
entry of X-Forwarded-For is the one that our proxy wrote; the others are what it was told.
Spec: RFC 9440 (Client-Cert); nginx and HAProxy have their own spellings of a certificate.
"""

import base64
import binascii
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote

from aiohttp import web

from ocpi.process.addresses import Address, Network

_PEM_BEGINS: Final = "-----BEGIN"
UNREADABLE: Final = b""


@dataclass(frozen=True, slots=True)
class Certificate:
    """`der` is UNREADABLE for what was meant to be one. `is_verified`: its chain holds, our own TLS says."""

    der: bytes
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    address: str
    is_encrypted: bool
    certificate: Certificate | None = None


class Arrivals:
    def __init__(self, *, proxies: Sequence[Network] = (), certificate_header: str = "Client-Cert") -> None:
        """`proxies`: where those stand whose headers are believed."""
        self._proxies = proxies
        self._certificate_header = certificate_header

    def of(self, request: web.Request) -> Arrival:
        address = request.remote or ""
        if self._is_proxy(address):
            return self._told(request, address)
        return Arrival(address, request.secure, _socket_certificate(request))

    def _told(self, request: web.Request, proxy: str) -> Arrival:
        """Several values of what a proxy tells once mean that somebody else wrote one of them."""
        protocols = request.headers.getall("X-Forwarded-Proto", [])
        is_encrypted = len(protocols) == 1 and protocols[0].strip().casefold() in {"https", "wss"}
        certificates = request.headers.getall(self._certificate_header, [])
        address = _last(request.headers.getall("X-Forwarded-For", [])) or proxy
        return Arrival(address, is_encrypted, _told_certificate(certificates))

    def _is_proxy(self, address: str) -> bool:
        found = parsed(address)
        return found is not None and any(found in network for network in self._proxies)


def parsed(address: str) -> Address | None:
    """IPv4 as that, also where a socket for both tells it inside of IPv6; None for what is no address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _socket_certificate(request: web.Request) -> Certificate | None:
    transport = request.transport
    tls = transport.get_extra_info("ssl_object") if transport is not None else None
    der = tls.getpeercert(binary_form=True) if isinstance(tls, ssl.SSLObject) else None
    return Certificate(der, is_verified=True) if der else None


def _told_certificate(headers: list[str]) -> Certificate | None:
    told = [header.strip() for header in headers if header.strip() not in {"", "-"}]
    if not told:
        return None
    return Certificate(_der(told[0]) if len(headers) == 1 else UNREADABLE, is_verified=False)


def _der(text: str) -> bytes:
    """Of base64 between colons (RFC 9440), bare base64 (HAProxy), or PEM, percent-encoded (nginx)."""
    pem = unquote(text)
    if pem.startswith(_PEM_BEGINS):
        text = "".join(line for line in pem.split("\n") if not line.startswith("-----"))
    try:
        return base64.b64decode("".join(text.strip(":").split()), validate=True)
    except (binascii.Error, ValueError):
        return UNREADABLE


def _last(forwarded: list[str]) -> str:
    return forwarded[-1].rpartition(",")[2].strip() if forwarded else ""
