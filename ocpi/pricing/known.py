"""What the caller of an audit knows beside the CDR. A fact that is not known is not checked.

Spec: 2.3.0 mod_cdrs; the checks of hubs and clearing houses.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ocpi.pricing.countries import country
from ocpi.pricing.policy import DEFAULT, Policy
from ocpi.pricing.read_tariff import Version
from ocpi.pricing.tariff import Tariff
from ocpi.pricing.units import POWER_UNITS, PRICE_UNITS, UNITS_PER_KWH
from ocpi.pricing.wire import WireCdr
from ocpi.pricing.zones import NoSuchZone, Zone, ZoneSource

CENT: Final = PRICE_UNITS // 100


@dataclass(frozen=True, slots=True)
class Known:
    """Facts and limits of one partner: money in price units, energy and power in theirs, `now` in ticks."""

    version: Version | None = None  # guessed from the shape of the CDR
    policy: Policy = DEFAULT
    zone: Zone | None = None  # of the stored Location
    partner_zone: str | None = None
    tariffs: tuple[Tariff, ...] = ()  # as published, valid when the session began
    tariff_type: str | None = None
    reservation_expired: bool | None = None
    tolerance: int = CENT
    now: int | None = None
    oldest_days: int = 90
    longest_days: int = 7
    most_power: int = 1000 * POWER_UNITS  # of the connector, kW
    most_energy: int = 300 * UNITS_PER_KWH  # that a car can take
    session: bool | None = None  # whether such a session, token, authorization, EVSE of that party is known
    token: bool | None = None
    authorization: bool | None = None
    evse: bool | None = None
    is_repeated: bool | None = None  # the same party and id came before
    other_cdr: str | None = None  # the id of another CDR that bills the same session
    overlapping: tuple[str, ...] = ()  # ids of other CDRs at the same time on the same connector or token
    needs_signed_data: bool = False
    original: WireCdr | None = None  # that a credit refers to
    is_credited: bool | None = None  # the original was credited before


def zone_of(code: str, known: Known) -> Zone | None:
    """The first zone that the policy's sources give; None if none does."""
    for source in known.policy.zone_sources:
        found = _zone_from(source, code, known)
        if found is not None:
            return found
    return None


def _zone_from(source: ZoneSource, code: str, known: Known) -> Zone | None:
    if source is ZoneSource.LOCATION:
        return known.zone
    if source is ZoneSource.PARTNER:
        return _named(known.partner_zone, source) if known.partner_zone else None
    return zone_of_country(code)


def _named(name: str, source: ZoneSource) -> Zone | None:
    try:
        return Zone.named(name, source)
    except NoSuchZone:
        return None


@lru_cache(maxsize=1000)
def zone_of_country(code: str) -> Zone | None:
    """The zone of a country that has only one."""
    found = country(code)
    return (
        Zone.named(found.zone, ZoneSource.COUNTRY) if found is not None and found.zone is not None else None
    )
