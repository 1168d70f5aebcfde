"""Sites as OCPI Locations, with what partners see of each EVSE now.

`last_updated` moves with the site as it is authored and with the status of an EVSE, up the tree.
Spec: 2.3.0 mod_locations, Location, EVSE and Connector object.
"""

from datetime import datetime

from cpo_adapter.stations.conforming import bare_location
from cpo_adapter.stations.model import Connector, Evse, Inventory, Site
from cpo_adapter.stations.sight import Sight
from cpo_adapter.stations.site_versions import SiteVersions
from schemas.kinds import PartyId
from schemas.v2_3_0 import locations as ocpi
from schemas.v2_3_0.enums import Status


class Locations:
    """Reads; all that changes is announced elsewhere."""

    def __init__(self, *, party: PartyId, inventory: Inventory, versions: SiteVersions, sight: Sight) -> None:
        self._party = party
        self._inventory = inventory
        self._versions = versions
        self._sight = sight

    def all(self) -> list[ocpi.Location]:
        """In the order of the inventory, unpublished ones too."""
        return [self._location(site) for site in self._inventory.sites]

    def location(self, location_id: str) -> ocpi.Location | None:
        site = self._inventory.site(location_id)
        return self._location(site) if site else None

    def evse(self, location_id: str, evse_uid: str) -> ocpi.EVSE | None:
        location = self.location(location_id)
        return next((evse for evse in location.evses if evse.uid == evse_uid), None) if location else None

    def _location(self, site: Site) -> ocpi.Location:
        since = self._versions.since(site.id)
        evses = tuple(self._evse(evse, since) for evse in site.evses())
        bare = bare_location(site, self._party.country_code, self._party.party_id, since)
        newest = max([since, *(evse.last_updated for evse in evses)])
        return bare.model_copy(update={"evses": evses, "last_updated": newest})

    def _evse(self, evse: Evse, since: datetime) -> ocpi.EVSE:
        seen = self._sight.seen(evse.uid)
        return ocpi.EVSE(
            uid=evse.uid,
            evse_id=evse.evse_id,
            status=seen.status if seen else Status.UNKNOWN,
            capabilities=evse.capabilities,
            connectors=tuple(_connector(connector, since) for connector in evse.connectors),
            physical_reference=evse.physical_reference,
            last_updated=max(since, seen.since) if seen else since,
        )


def _connector(connector: Connector, since: datetime) -> ocpi.Connector:
    return ocpi.Connector(
        id=str(connector.id),
        standard=connector.standard,
        format=connector.format,
        power_type=connector.power_type,
        max_voltage=connector.max_voltage,
        max_amperage=connector.max_amperage,
        max_electric_power=connector.max_electric_power,
        tariff_ids=connector.tariff_ids,
        last_updated=since,
    )
