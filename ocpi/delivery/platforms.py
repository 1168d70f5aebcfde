"""Whose lane something is in: that of the platform which takes an object of its kind for its party.

One company may be a CPO on one platform and an eMSP on another, and a hub speaks for many: what is busy, or
in trouble, is a platform. Whose a lane is follows from what is known of partners now and is written in no
mark: a party that moves to another platform takes along what it lacks.
Spec: 2.3.0 terminology, Platform and Party; transport_and_format, Message routing.
"""

from collections.abc import Collection
from typing import NamedTuple

from ocpi.errors import DeliveryError
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.wire.interfaces import Side, serving_roles
from schemas.kinds import ObjectKind, PartyId


class Address(NamedTuple):
    """What a mark tells of where it goes."""

    kind: ObjectKind
    to: PartyId


class Platforms:
    """A platform goes by its partner's name; a virtual partner is one, whichever its connections."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def of(self, address: Address) -> str:
        """Of what nobody takes, a name that no partner can have: that waits in a lane of its own."""
        partner = self.partner(address)
        return f"{address.to}|{address.kind.module}" if partner is None else platform_of(partner)

    def among(self, platform: str, addresses: Collection[Address]) -> list[Address]:
        """Those of them that are the platform's now."""
        return [each for each in addresses if self.of(each) == platform]

    def partner(self, address: Address) -> Partner | None:
        """Whoever is told, or would be if it were not suspended."""
        roles = serving_roles(address.kind.module, Side.RECEIVER)
        speaker = self._directory.speaker(address.to, *roles)
        if speaker is not None:
            return speaker
        try:
            return self._directory.route_to(address.to, *roles)
        except DeliveryError:
            return None

    def parts(self, platform: str) -> list[Partner]:
        """The partner of that name, or all of a virtual one."""
        return [each for each in self._directory.partners() if platform_of(each) == platform]


def platform_of(partner: Partner) -> str:
    return partner.part_of or partner.name
