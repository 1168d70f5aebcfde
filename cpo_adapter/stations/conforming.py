"""What partners would find wrong with a site as a Location, told to its author before anybody is told of it.

Spec: 2.3.0 mod_locations, the object tables; Hours, PublishTokenType.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from cpo_adapter.stations.model import Site
from ocpi.authored.document import Document, Where
from ocpi.authored.flaws import Flaw
from schemas.base import OcpiModel
from schemas.conformance import check
from schemas.v2_3_0.evses import GeoLocation
from schemas.v2_3_0.locations import Location

_SOME_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)


def flaws_of(document: Document, sites: Iterable[Site]) -> Iterator[Flaw]:
    for index, site in enumerate(sites):
        for violation in check(bare_location(site, "XX", "XXX", _SOME_TIME)):
            where = _where(index, violation.pointer)
            yield document.flaw(where, f"{where[-1]}: {violation.text}")
        for where, name in _unknown(("sites", index), site):
            yield document.flaw((*where, name), f"{name}: is not known here")


def bare_location(site: Site, country_code: str, party_id: str, since: datetime) -> Location:
    """Without its EVSEs."""
    return Location(
        country_code=country_code,
        party_id=party_id,
        id=site.id,
        publish=site.publish,
        publish_allowed_to=site.publish_allowed_to,
        name=site.name,
        address=site.address,
        city=site.city,
        postal_code=site.postal_code,
        country=site.country,
        coordinates=GeoLocation(latitude=site.latitude, longitude=site.longitude),
        parking_type=site.parking_type,
        time_zone=site.time_zone,
        opening_times=site.opening_times,
        help_phone=site.help_phone,
        last_updated=since,
    )


def _where(index: int, pointer: str) -> Where:
    parts = pointer.removeprefix("/").split("/")
    return ("sites", index, *(int(part) if part.isdecimal() else part for part in parts))


def _unknown(where: Where, site: Site) -> Iterator[tuple[Where, str]]:
    """A partner may send more than the specification has; a person mistypes."""
    for name in ("opening_times", "publish_allowed_to"):
        yield from _extra((*where, name), getattr(site, name))


def _extra(where: Where, value: Any) -> Iterator[tuple[Where, str]]:
    if isinstance(value, OcpiModel):
        yield from ((where, name) for name in value.model_extra or ())
        for name, child in value.__dict__.items():
            yield from _extra((*where, name), child)
    elif isinstance(value, tuple):
        for index, child in enumerate(value):
            yield from _extra((*where, index), child)
