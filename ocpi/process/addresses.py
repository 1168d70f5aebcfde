"""Where this process may connect to on behalf of somebody else.

Partners name the URLs we call, so each address is judged after resolution, right before a socket is made for
it: spelling (`2130706433`, `localhost.`), redirects of a name and second answers of its server all end here.
IPv6 is an allow-list, because that space keeps growing ways to wrap an IPv4 address; those are refused, but
for the well-known NAT64 prefix, through which networks without IPv4 reach the public one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NEVER = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),  # link-local, and where clouds tell a machine its secrets
    IPv4Network("168.63.129.16/32"),  # Azure's
    IPv4Network("100.100.100.200/32"),  # Alibaba's
    IPv4Network("192.0.0.0/24"),  # Oracle's, and protocol assignments
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("224.0.0.0/4"),
    IPv4Network("240.0.0.0/4"),
    IPv6Network("fd00:ec2::254/128"),  # Amazon's
)
_PRIVATE = (
    IPv4Network("127.0.0.0/8"),
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("100.64.0.0/10"),
    IPv6Network("::1/128"),
    IPv6Network("fc00::/7"),
)
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_IPV6 = IPv6Network("2000::/3")
_TUNNELS = (IPv6Network("2001::/23"), IPv6Network("2002::/16"))  # Teredo and kin, 6to4
_WEB_PORTS = frozenset({80, 443})
_LAST_SYSTEM_PORT = 1023
_DATABASE_PORTS = frozenset({3306, 5432, 6379, 9200, 11211, 27017, 27018, 27019})


class ForbiddenAddress(PermissionError):
    """A URL led to an address that this process may not connect to; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`allow_private` is for development; `allowed_networks` are private ones that production calls."""

    allow_private: bool = False
    allowed_networks: Sequence[Network] = ()

    def objection(self, host: str, port: int) -> str | None:
        """Why a connection to the IP address `host` is refused; None when it is not."""
        if port in _DATABASE_PORTS or (port <= _LAST_SYSTEM_PORT and port not in _WEB_PORTS):
            return f"port {port} is not the web's"
        return None if self._permits(ip_address(host)) else "the address is not public"

    def _permits(self, address: Address) -> bool:
        if _lies_in(address, _NEVER):
            return False
        if _lies_in(address, self.allowed_networks):
            return True
        if _lies_in(address, _PRIVATE):
            return self.allow_private
        if isinstance(address, IPv4Address):
            return address.is_global
        if address in _NAT64:
            return self._permits(IPv4Address(address.packed[-4:]))
        return address in _GLOBAL_IPV6 and address.is_global and not _lies_in(address, _TUNNELS)


def _lies_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
