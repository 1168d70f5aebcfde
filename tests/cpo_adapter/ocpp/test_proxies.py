"""TLS that ends before us: a proxy is believed if the operator named it, and nobody else is."""

import base64
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from urllib.parse import quote

import pytest
from aiohttp import WSServerHandshakeError
from multidict import CIMultiDict

from cpo_adapter.ocpp.arrival import Arrivals, parsed
from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.ocpp.client_certificates import ClientCertificates
from cpo_adapter.ocpp.credentials import Credentials, Profile, Why
from cpo_adapter.ocpp.refusals import Knock
from ocpi.process.addresses import Network
from ocpi.process.clock import SystemClock
from tests.cpo_adapter.certificates import Authority, Issued
from tests.cpo_adapter.door import Door, Entrance, basic, running_door
from tests.cpo_adapter.rooms import KEY, PEPPER, STATION, Cards, Sessions, Stations

DIGEST = StationKeys(PEPPER).digest(bytes.fromhex(KEY))
RIGHT = basic(STATION.encode(), bytes.fromhex(KEY))
OURS, ANOTHERS = ip_network("127.0.0.1/32"), ip_network("192.0.2.0/24")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@asynccontextmanager
async def door_behind(
    proxies: Network, authority: Authority | None = None, organization: str | None = None
) -> AsyncIterator[Door]:
    """CP-1 must use TLS, CP-3 its certificate."""
    stations = Stations()
    stations.special[STATION] = Credentials(profile=Profile.TLS_BASIC, digests=(DIGEST,))
    stations.special["CP-3"] = Credentials(profile=Profile.TLS_CERTIFICATE)
    certificates = ClientCertificates(
        authorities=[authority.certificate] if authority else [],
        organization=organization,
        clock=SystemClock(),
    )
    entrance = Entrance(arrivals=Arrivals(proxies=[proxies]), certificates=certificates)
    async with running_door(stations, Cards(), Sessions(), entrance=entrance) as door:
        yield door


async def comes_in(door: Door, identity: str, *headers: tuple[str, str]) -> bool:
    came = len(door.stations.entries)
    with contextlib.suppress(WSServerHandshakeError):
        socket = await door.session.ws_connect(
            f"{door.url}/{identity}", protocols=("ocpp1.6",), headers=CIMultiDict(headers)
        )
        await socket.close()
    return len(door.stations.entries) > came


def last_knock(door: Door) -> Knock:
    return next(door.refusals.knocks())


BY_TLS = ("X-Forwarded-Proto", "https")
KEY_SHOWN = next(iter(RIGHT.items()))


async def test_a_trusted_proxy_says_that_a_station_came_encrypted() -> None:
    async with door_behind(OURS) as door:
        assert await comes_in(door, STATION, KEY_SHOWN, BY_TLS)
        assert await comes_in(door, STATION, KEY_SHOWN, ("X-Forwarded-Proto", "WSS"))
        assert not await comes_in(door, STATION, KEY_SHOWN)
        assert not await comes_in(door, STATION, KEY_SHOWN, ("X-Forwarded-Proto", "http"))
        assert not await comes_in(door, STATION, KEY_SHOWN, BY_TLS, ("X-Forwarded-Proto", "http"))
        assert not await comes_in(door, STATION, KEY_SHOWN, ("X-Forwarded-Proto", "http, https"))


async def test_nobody_else_is_believed(authority: Authority) -> None:
    paper = rfc_9440(authority.station("CP-3"))
    async with door_behind(ANOTHERS, authority) as door:
        assert not await comes_in(door, STATION, KEY_SHOWN, BY_TLS, ("X-Forwarded-For", "192.0.2.7"))
        assert last_knock(door).why is Why.PROFILE
        assert last_knock(door).address == "127.0.0.1"
        assert not await comes_in(door, "CP-3", BY_TLS, ("Client-Cert", paper))
        assert last_knock(door).why is Why.KEY


def test_a_proxy_is_known_by_its_address_on_a_socket_for_both_versions() -> None:
    assert parsed("::ffff:127.0.0.1") in OURS
    assert parsed("fe80::1%eth0") not in OURS
    assert parsed("") is None


async def test_refusals_count_for_the_address_that_our_proxy_saw() -> None:
    async with door_behind(OURS) as door:
        forwarded = ("X-Forwarded-For", "203.0.113.9, 198.51.100.4")
        assert not await comes_in(door, "NOBODY", BY_TLS, forwarded)
        assert last_knock(door).address == "198.51.100.4"


def rfc_9440(issued: Issued) -> str:
    return f":{base64.b64encode(issued.der).decode()}:"


def haproxy(issued: Issued) -> str:
    return base64.b64encode(issued.der).decode()


def nginx(issued: Issued) -> str:
    return quote(issued.pem.decode(), safe="")


@pytest.mark.parametrize("spelled", [rfc_9440, haproxy, nginx])
async def test_a_trusted_proxy_hands_on_the_certificate_in_any_spelling(
    authority: Authority, spelled: Callable[[Issued], str]
) -> None:
    async with door_behind(OURS, authority, "CPO") as door:
        shown = ("Client-Cert", spelled(authority.station("CP-3")))
        assert await comes_in(door, "CP-3", BY_TLS, shown)
        assert not await comes_in(door, "CP-3", shown)
        assert not await comes_in(door, STATION, KEY_SHOWN, BY_TLS, shown)
        assert last_knock(door).why is Why.CERTIFICATE
        assert not await comes_in(door, "CP-3", BY_TLS, shown, shown)
        assert await comes_in(door, STATION, KEY_SHOWN, BY_TLS, ("Client-Cert", ""))


@pytest.mark.parametrize(
    "flaw", ["of another", "expired", "unknown authority", "same name", "not for clients", "no certificate"]
)
async def test_a_certificate_that_a_proxy_hands_on_is_judged_again(authority: Authority, flaw: str) -> None:
    flawed = {
        "of another": authority.station("CP-4"),
        "expired": authority.station("CP-3", days=-1),
        "unknown authority": Authority("Somebody").station("CP-3"),
        "same name": Authority().station("CP-3"),
        "not for clients": authority.station("CP-3", use="server"),
    }
    shown = haproxy(flawed[flaw]) if flaw in flawed else "SUCCESS"

    async with door_behind(OURS, authority) as door:
        assert not await comes_in(door, "CP-3", BY_TLS, ("Client-Cert", shown))
        assert last_knock(door).why is Why.CERTIFICATE


async def test_without_authorities_a_certificate_opens_nothing(authority: Authority) -> None:
    async with door_behind(OURS) as door:
        shown = ("Client-Cert", rfc_9440(authority.station("CP-3")))
        assert not await comes_in(door, "CP-3", BY_TLS, shown)
