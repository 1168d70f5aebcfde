"""Who acts, on whose behalf, and may they: the party checks of a platform that is no hub.

A partner speaks only for the parties of its own roles. A hub speaks for anybody behind it, so there the
agreement decides. Without an agreement, or outside of its terms, nothing flows but what a charge of then
brings with it.
Spec: 2.3.0 transport_and_format, Message Routing Headers; Errors.
"""

from dataclasses import dataclass
from datetime import datetime

from ocpi.errors import InvalidParameters, NotOwner, NotRoutable
from ocpi.partners.directory import Directory
from ocpi.server.call import Call
from ocpi.wire.interfaces import opposite
from schemas.kinds import ObjectKind, PartyId


@dataclass(frozen=True, slots=True)
class Own:
    """The one party of this platform, and its role."""

    party: PartyId
    role: str


class PartyChecks:
    def __init__(self, own: Own, directory: Directory) -> None:
        self.own = own
        self._directory = directory

    def sender(self, call: Call) -> PartyId:
        """The party that asks. Raises InvalidParameters when it is not the caller's, or has no agreement."""
        self._check_receiver(call)
        party = self._caller(call)
        partner = call.admitted.partner
        if partner.hub_party is None and not partner.speaks_for(party):
            raise InvalidParameters(f"{partner.name} does not speak for {party}")
        return self._agreed(party, call.module)

    def owner(self, call: Call, party: PartyId, began: datetime | None = None) -> PartyId:
        """The party in the URL of a push. Raises NotOwner when the caller does not speak for it.

        FROM, where it is told, is the owner itself, or the hub that passes on what the owner told everybody.
        What `began` while there was an agreement is told to its end.
        """
        self._check_receiver(call)
        partner = call.admitted.partner
        if partner.hub_party is None and not partner.speaks_for(party, opposite(self.own.role)):
            raise NotOwner(f"{party} is not a party of this connection")
        if call.routing.sender not in (None, party, partner.hub_party):
            raise InvalidParameters(f"{call.routing.sender} cannot push an object of {party}")
        return self._agreed(party, call.module, began)

    def only(self, party: PartyId, kind: ObjectKind) -> dict[PartyId, frozenset[str]] | None:
        """Of our own things those that the terms name for this party, if they name some."""
        seen = self._directory.sight(party, kind, self.own.party)
        ids = seen.only(kind) if seen is not None else None
        return None if ids is None else {self.own.party: ids}

    def _check_receiver(self, call: Call) -> None:
        to = call.routing.to
        if to is not None and to != self.own.party:
            raise InvalidParameters(f"this platform is {self.own.party}, not {to}")

    def _caller(self, call: Call) -> PartyId:
        """A hub passes on for others, so it says for whom, also when only one is behind it."""
        if call.routing.sender is None and call.admitted.partner.hub_party is not None:
            raise _unnamed()
        return named_or_only(call)

    def _agreed(self, party: PartyId, module: str, began: datetime | None = None) -> PartyId:
        if not self._directory.may_deal(self.own.party, self.own.role, party, module, began):
            raise InvalidParameters(f"{self.own.party} and {party} have no agreement")
        return party


def named_or_only(call: Call) -> PartyId:
    """FROM, else the one party that the connection stands for. Raises NotRoutable."""
    if call.routing.sender is not None:
        return call.routing.sender
    parties = call.admitted.partner.parties()
    if len(parties) == 1:
        return parties[0]
    raise _unnamed()


def _unnamed() -> NotRoutable:
    return NotRoutable("OCPI-from headers are needed: this connection stands for several parties")
