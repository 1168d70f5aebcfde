"""Preferences are promised only where a connector has a tariff that one can prefer. Pure but for a warning.

Spec: 2.3.0 mod_locations, Capability (CHARGING_PREFERENCES_CAPABLE); mod_sessions, ProfileType.
"""

from collections.abc import Iterable
from dataclasses import replace

from cpo_adapter.smart_charging.preferences import PROFILES
from cpo_adapter.stations.model import Evse, Site, Station
from cpo_adapter.tariffs.book import TariffBook
from ocpi.process.logs import logger
from schemas.v2_3_0.enums import Capability, TariffType

log = logger(__name__)


def kept(sites: Iterable[Site], tariffs: TariffBook) -> tuple[Site, ...]:
    """The sites as they are shown: without promises that nobody could keep."""
    return tuple(_site(site, tariffs) for site in sites)


def _site(site: Site, tariffs: TariffBook) -> Site:
    return replace(site, stations=tuple(_station(station, tariffs) for station in site.stations))


def _station(station: Station, tariffs: TariffBook) -> Station:
    return replace(station, evses=tuple(_evse(evse, tariffs) for evse in station.evses))


def _evse(evse: Evse, tariffs: TariffBook) -> Evse:
    if not evse.can(Capability.CHARGING_PREFERENCES_CAPABLE) or _types(evse, tariffs) & PROFILES:
        return evse
    log.warning("no tariff to prefer: charging preferences not offered", evse=evse.uid)
    left = tuple(each for each in evse.capabilities if each != Capability.CHARGING_PREFERENCES_CAPABLE)
    return replace(evse, capabilities=left)


def _types(evse: Evse, tariffs: TariffBook) -> set[TariffType | None]:
    named = (tariff_id for connector in evse.connectors for tariff_id in connector.tariff_ids)
    return {tariffs.type_of(tariff_id) for tariff_id in named}
