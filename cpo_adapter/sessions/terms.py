"""What is fixed when a transaction begins: where it is, and which tariffs were valid.

Spec: 2.3.0 mod_cdrs, CdrLocation; mod_tariffs (the tariff at the start stays for the whole session).
"""

from datetime import datetime
from typing import Final

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.sessions.transaction import Begin, Terms
from cpo_adapter.stations.model import Connector, Inventory, Spot
from cpo_adapter.tariffs.book import TariffBook
from schemas.v2_3_0.cdrs import CdrLocation
from schemas.v2_3_0.enums import ConnectorFormat, ConnectorType, PowerType
from schemas.v2_3_0.evses import GeoLocation
from schemas.v2_3_0.tariffs import Tariff
from schemas.v2_3_0.tokens import Token

_NOT_GIVEN: Final = "#NA"
UNPLACED: Final = Terms(
    location=CdrLocation(
        id=_NOT_GIVEN,
        address=_NOT_GIVEN,
        city=_NOT_GIVEN,
        country="XXX",
        coordinates=GeoLocation(latitude="0.00000", longitude="0.00000"),
        evse_uid=_NOT_GIVEN,
        evse_id=_NOT_GIVEN,
        connector_id=_NOT_GIVEN,
        connector_standard=ConnectorType.IEC_62196_T2,
        connector_format=ConnectorFormat.SOCKET,
        connector_power_type=PowerType.AC_3_PHASE,
    ),
    time_zone="UTC",
    max_power_w=0,
    tariffs=(),
    is_placed=False,
)
"""Never told to anybody."""


class TermsBook:
    def __init__(self, inventory: Inventory, tariffs: TariffBook) -> None:
        self._inventory = inventory
        self._tariffs = tariffs

    def at(self, station: str, outlet: Outlet, instant: datetime, card: Token | None = None) -> Terms:
        """`card` is whose it is, if that is known: an eMSP may have tariffs of its own.

        For a connector that the inventory does not know: the station's first, so that nothing is lost.

        Of a station that it does not know (yet) nothing can be said.
        """
        spot = self._inventory.spot(station, outlet.evse) or next(self._inventory.spots(station), None)
        if spot is None:
            return UNPLACED
        connector = spot.evse.connector(outlet.connector) or spot.evse.connectors[0]
        return Terms(
            location=_location(spot, connector),
            time_zone=spot.site.time_zone,
            max_power_w=connector.power_w,
            tariffs=self._tariffs.tariffs_at(connector.tariff_ids, instant, card),
        )

    def tariffs_for(self, begin: Begin, authorized: Authorized | None) -> tuple[Tariff, ...]:
        """What it costs whoever was let in; of a card that nobody has judged, what it costs everybody."""
        if authorized is None:
            return begin.terms.tariffs
        return self.at(begin.station, begin.outlet, begin.at, authorized.token).tariffs


def _location(spot: Spot, connector: Connector) -> CdrLocation:
    site = spot.site
    return CdrLocation(
        id=site.id,
        name=site.name,
        address=site.address,
        city=site.city,
        postal_code=site.postal_code,
        country=site.country,
        coordinates=GeoLocation(latitude=site.latitude, longitude=site.longitude),
        evse_uid=spot.evse.uid,
        evse_id=spot.evse.evse_id or _NOT_GIVEN,
        connector_id=str(connector.id),
        connector_standard=connector.standard,
        connector_format=connector.format,
        connector_power_type=connector.power_type,
    )
