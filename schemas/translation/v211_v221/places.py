"""Coordinates, hours and energy of a Location are written differently. Spec: mod_locations of both."""

import re
from decimal import Decimal

from schemas.lists import is_listed
from schemas.numbers import EXACT
from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.v2_1_1 import energy as v211_energy
from schemas.v2_1_1 import locations as v211
from schemas.v2_3_0 import energy as v221_energy
from schemas.v2_3_0 import locations as v221
from schemas.v2_3_0.evses import GeoLocation
from schemas.v2_3_0.opening_times import Hours

_NUMBER = re.compile(r"-?[0-9]{1,3}\.[0-9]{1,15}", re.ASCII)
_SIX_DECIMALS = Decimal("0.000001")


def point_down(point: GeoLocation, crossing: Crossing) -> v211.GeoLocation:
    latitude = _six_decimals("latitude", point.latitude, crossing)
    longitude = _six_decimals("longitude", point.longitude, crossing)
    return crossing.carry(point, v211.GeoLocation, latitude=latitude, longitude=longitude)


def named_point_down(point: v221.AdditionalGeoLocation, crossing: Crossing) -> v211.AdditionalGeoLocation:
    latitude = _six_decimals("latitude", point.latitude, crossing)
    longitude = _six_decimals("longitude", point.longitude, crossing)
    return crossing.carry(point, v211.AdditionalGeoLocation, latitude=latitude, longitude=longitude)


def hours_up(hours: v211.Hours, crossing: Crossing) -> Hours:
    """Regular hours decide; without them and without a word it is always open."""
    always = not hours.regular_hours and hours.twentyfourseven is not False
    return crossing.carry(hours, Hours, twentyfourseven=always)


def hours_down(hours: Hours, crossing: Crossing) -> v211.Hours:
    """One of the two, as 2.1.1 wants it."""
    if hours.twentyfourseven and hours.regular_hours:
        crossing.drop("regular_hours", reason="2.1.1 has either regular_hours or twentyfourseven")
    regular = () if hours.twentyfourseven else hours.regular_hours
    return crossing.carry(
        hours, v211.Hours, regular_hours=regular, twentyfourseven=None if regular else hours.twentyfourseven
    )


def impact_up(impact: v211_energy.EnvironmentalImpact, crossing: Crossing) -> v221_energy.EnvironmentalImpact:
    return crossing.carry(impact, v221_energy.EnvironmentalImpact, renames={"source": "category"})


def impact_down(
    impact: v221_energy.EnvironmentalImpact, crossing: Crossing
) -> v211_energy.EnvironmentalImpact | Withheld:
    if not is_listed(impact.category, crossing.route.target):
        return Withheld(f"{impact.category} is not in the list of {crossing.route.target}")
    return crossing.carry(impact, v211_energy.EnvironmentalImpact, renames={"category": "source"})


def _six_decimals(name: str, degrees: str, crossing: Crossing) -> str:
    """What is no number stays as it is: it was wrong before."""
    if _NUMBER.fullmatch(degrees) is None:
        return degrees
    exact = Decimal(degrees)
    rounded = EXACT.quantize(exact, _SIX_DECIMALS)
    if rounded != exact:
        crossing.change(name, reason="2.1.1 has six decimals of a degree")
    return degrees if rounded.same_quantum(exact) else str(rounded)
