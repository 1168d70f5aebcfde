"""Whether an issuer is away: deliveries to it fail, or the hub that passes things on says so."""

from ocpi.delivery.platforms import platform_of
from ocpi.delivery.troubles import Troubles
from ocpi.errors import OcpiError
from ocpi.partners.directory import Directory
from ocpi.presence.store import Presences
from ocpi.wire.interfaces import EMSP
from schemas.kinds import PartyId


class Absence:
    def __init__(self, *, directory: Directory, troubles: Troubles, presences: Presences) -> None:
        self._directory = directory
        self._troubles = troubles
        self._presences = presences

    async def of(self, issuer: PartyId) -> bool:
        try:
            partner = self._directory.route_to(issuer, EMSP)
        except OcpiError:
            return True
        if await self._troubles.of([platform_of(partner)]):
            return True
        hub = partner.hub_party
        return hub is not None and await self._presences.is_away(hub, issuer, EMSP)
