"""Which platform to ask when a CPO is to do something now: with whom we have an agreement, and who is there.

Spec: 2.3.0 transport_and_format, Message Routing; mod_hub_client_info, ConnectionStatus.
"""

from ocpi.errors import InvalidParameters, Unreachable
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.presence.store import Presences
from ocpi.server.parties import Own
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import CPO
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.locations import Location


class Ways:
    def __init__(self, own: Own, directory: Directory, presences: Presences) -> None:
        self.own = own
        self._directory = directory
        self._presences = presences

    async def to(self, cpo: PartyId) -> Partner:
        """Raises InvalidParameters without an agreement, UnknownReceiver, Unreachable."""
        if not self._directory.agreed(self.own.party, self.own.role, cpo):
            raise InvalidParameters(f"{self.own.party} and {cpo} have no agreement")
        partner = self._directory.route_to(cpo, CPO)
        if partner.hub_party is not None and await self._presences.is_away(partner.hub_party, cpo, CPO):
            raise Unreachable(f"{cpo} is not connected, says {partner.name}")
        return partner

    def routing(self, cpo: PartyId) -> Routing:
        return Routing(to=cpo, sender=self.own.party)

    def context(self, location: Location | None = None) -> Context:
        """The cards in what we ask are ours."""
        return Context(owner=self.own.party, location=location)
