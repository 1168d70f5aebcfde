"""How often somebody may be wrong at the stations' door, before nothing more is looked at for a minute; and
how often a station may come in.

Wrong attempts count for their address and for the identity that they name, known or not. Over either limit
even a right key is not looked at, or it would be no limit. So that nobody locks a station out by guessing in
its name, an attempt from where the station itself came in last is counted for the two of them alone. All
allow more than a station makes that goes on trying with an old key every three seconds.
"""

from ipaddress import IPv6Address, ip_network
from typing import Final

from cpo_adapter.ocpp.arrival import parsed
from ocpi.process.clock import Clock
from ocpi.server.attempts import Attempts

FOR_AN_ADDRESS: Final = 300
FOR_AN_IDENTITY: Final = 60
ENTRIES: Final = 60
"""So often a minute a station may come in: two programs that throw each other out come oftener."""
_LONGEST_NAME: Final = 64
_TOLD: Final = "the key of one station is being guessed"


class Limits:
    def __init__(self, clock: Clock) -> None:
        self._addresses = Attempts(clock, allowed=FOR_AN_ADDRESS, told="keys of stations are being guessed")
        self._identities = Attempts(clock, allowed=FOR_AN_IDENTITY, told=_TOLD)
        self._at_home = Attempts(clock, allowed=FOR_AN_IDENTITY, told=_TOLD)
        self._entries = Attempts(clock, allowed=ENTRIES, told="a station comes in again and again")
        self._home: dict[str, str] = {}

    def are_exceeded(self, identity: str, address: str) -> bool:
        identity, address = identity[:_LONGEST_NAME], _counted(address)
        if self._is_home(identity, address) and not self._at_home.are_too_many(identity):
            return False
        return self._addresses.are_too_many(address) or self._identities.are_too_many(identity)

    def failed(self, identity: str, address: str) -> None:
        identity, address = identity[:_LONGEST_NAME], _counted(address)
        if self._is_home(identity, address) and not self._at_home.are_too_many(identity):
            self._at_home.failed(identity)
        else:
            self._addresses.failed(address)
            self._identities.failed(identity)

    def comes_too_often(self, identity: str) -> bool:
        """To be asked of a station that has shown who it is: nobody else can use its entries up."""
        return self._entries.are_too_many(identity)

    def passed(self, identity: str, address: str) -> None:
        self._entries.failed(identity)
        self.came_from(identity, address)

    def came_from(self, identity: str, address: str) -> None:
        """It was let in from there, at whichever process."""
        self._home[identity[:_LONGEST_NAME]] = _counted(address)

    def _is_home(self, identity: str, address: str) -> bool:
        return self._home.get(identity) == address


def _counted(address: str) -> str:
    """Whoever has one address of IPv6 has 2^64 of them."""
    found = parsed(address)
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address[:64]
