"""Which version of OCPP each station is to speak, and how soon it answers, as its operator wrote it down."""

from cpo_adapter.ocpp.subprotocol import Provisioned
from cpo_adapter.stations.model import Inventory, Ocpp


class VersionBook:
    """The `Versions` of the door."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def provisioned(self, station: str) -> Provisioned:
        found = self._inventory.station(station)
        if found is None:
            return Provisioned()
        pinned, assumed = _subprotocol(found.ocpp), _subprotocol(found.assumed_ocpp)
        return Provisioned(pinned, assumed, found.answers_within_s)


def _subprotocol(version: Ocpp | None) -> str | None:
    return None if version is None else f"ocpp{version}"
