"""Which addresses and ports this process may connect to for somebody else. Attacks 31 and 32."""

from ipaddress import IPv4Network, IPv6Network

import pytest

from ocpi.process.addresses import Policy

PUBLIC = Policy()
DEVELOPMENT = Policy(allow_private=True)


@pytest.mark.parametrize("host", ["93.184.216.34", "8.8.8.8", "2606:4700::6810:84e5", "64:ff9b::808:808"])
def test_public_addresses_are_permitted(host: str) -> None:
    assert PUBLIC.objection(host, 443) is None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "::1",
        "fd00::1",
        "fec0::1",
        "2001:db8::1",
    ],
)
def test_private_and_reserved_addresses_are_refused(host: str) -> None:
    assert PUBLIC.objection(host, 443) == "the address is not public"


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",  # noqa: S104
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "fd00:ec2::254",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "ff02::1",
    ],
)
def test_metadata_link_local_multicast_and_unspecified_are_refused_in_development_too(host: str) -> None:
    assert DEVELOPMENT.objection(host, 8080) == "the address is not public"


@pytest.mark.parametrize(
    "host",
    [
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::7f00:1",
        "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::808:808",
    ],
)
def test_an_ipv4_address_wrapped_in_ipv6_opens_no_door(host: str) -> None:
    assert PUBLIC.objection(host, 443) == "the address is not public"


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "::1", "fd00::1"])
def test_development_reaches_loopback_and_private_networks(host: str) -> None:
    assert DEVELOPMENT.objection(host, 8080) is None


def test_a_private_network_that_production_calls_is_reached_and_its_neighbour_is_not() -> None:
    policy = Policy(allowed_networks=[IPv4Network("10.1.0.0/16"), IPv6Network("fd12::/16")])
    assert policy.objection("10.1.2.3", 443) is None
    assert policy.objection("fd12::5", 443) is None
    assert policy.objection("10.2.0.1", 443) == "the address is not public"


def test_an_allowed_network_opens_no_metadata_service() -> None:
    policy = Policy(allowed_networks=[IPv4Network("0.0.0.0/0")])
    assert policy.objection("169.254.169.254", 80) == "the address is not public"


@pytest.mark.parametrize(
    ("port", "objection"),
    [
        (80, None),
        (443, None),
        (8443, None),
        (22, "port 22 is not the web's"),
        (25, "port 25 is not the web's"),
        (27017, "port 27017 is not the web's"),
    ],
)
def test_ports_of_other_trades_are_refused(port: int, objection: str | None) -> None:
    assert PUBLIC.objection("8.8.8.8", port) == objection
