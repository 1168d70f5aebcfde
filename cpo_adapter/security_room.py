"""Where the parts meet that say who a station is."""

from collections.abc import Mapping
from dataclasses import dataclass

from cpo_adapter.ocpp.arrival import Arrivals
from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.ocpp.client_certificates import ClientCertificates
from cpo_adapter.ocpp.gate import Gate
from cpo_adapter.ocpp.limits import Limits
from cpo_adapter.ocpp.refusals import Refusals
from cpo_adapter.stations.key_store import KeyStore
from cpo_adapter.stations.keys import KeyRing
from cpo_adapter.stations.model import Inventory
from ocpi.service.foundation import Foundation


@dataclass(frozen=True, slots=True)
class SecurityRoom:
    gate: Gate
    ring: KeyRing
    refusals: Refusals


async def security_room(
    foundation: Foundation, inventory: Inventory, authored: Mapping[str, bytes]
) -> SecurityRoom:
    keys = StationKeys(foundation.key_for("station keys"))
    ring = KeyRing(inventory=inventory, store=KeyStore(foundation.mongo), keys=keys)
    await ring.start(authored)
    refusals = Refusals(metrics=foundation.metrics, clock=foundation.clock)
    gate = Gate(
        known=ring,
        keys=keys,
        arrivals=Arrivals(),
        certificates=ClientCertificates(authorities=(), organization=None, clock=foundation.clock),
        limits=Limits(foundation.clock),
        refusals=refusals,
    )
    return SecurityRoom(gate, ring, refusals)
