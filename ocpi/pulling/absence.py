"""Whether a party is away: deliveries to it fail, or the hub that passes things on says so."""

from ocpi.delivery.platforms import platform_of
from ocpi.delivery.troubles import Troubles
from ocpi.errors import OcpiError
from ocpi.partners.directory import Directory
from ocpi.presence.store import Presences
from schemas.kinds import PartyId


class Absence:
    """`role` is the one in which the parties are dealt with."""

    def __init__(self, *, directory: Directory, troubles: Troubles, presences: Presences, role: str) -> None:
        self._directory = directory
        self._troubles = troubles
        self._presences = presences
        self._role = role

    async def of(self, party: PartyId) -> bool:
        try:
            partner = self._directory.route_to(party, self._role)
        except OcpiError:
            return True
        if await self._troubles.of([platform_of(partner)]):
            return True
        hub = partner.hub_party
        return hub is not None and await self._presences.is_away(hub, party, self._role)
