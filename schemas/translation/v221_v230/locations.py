"""On the way down Locations lose parking places, and EVSEs what has a plug that 2.2.1 does not list.

Spec: mod_locations of both.
"""

from schemas.lists import is_listed
from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.v2_2_1 import locations as v221
from schemas.v2_3_0 import evses as v230_evses
from schemas.v2_3_0 import locations as v230
from schemas.v2_3_0.energy import EnvironmentalImpact


def location_up(location: v221.Location, crossing: Crossing) -> v230.Location:
    return crossing.carry(location, v230.Location, operator=location.operator or crossing.context.operator)


def location_down(location: v230.Location, crossing: Crossing) -> v221.Location:
    lower = crossing.carry(location, v221.Location)
    operator = lower.operator or crossing.context.operator
    return lower.model_copy(update={"operator": operator})


def evse_down(evse: v230_evses.EVSE, crossing: Crossing) -> v221.EVSE | Withheld:
    connectors = crossing.items("connectors", evse.connectors)
    if not connectors:
        return Withheld(f"none of its connectors is in the list of {crossing.route.target}")
    return crossing.carry(evse, v221.EVSE, connectors=connectors)


def connector_down(connector: v230_evses.Connector, crossing: Crossing) -> v221.Connector | Withheld:
    """No other standard may stand for one that is not listed: the plug would not fit."""
    if not is_listed(connector.standard, crossing.route.target):
        return Withheld(f"{connector.standard} is not in the list of {crossing.route.target}")
    return crossing.carry(connector, v221.Connector)


def impact_down(impact: EnvironmentalImpact, crossing: Crossing) -> EnvironmentalImpact | Withheld:
    if not is_listed(impact.category, crossing.route.target):
        return Withheld(f"{impact.category} is not in the list of {crossing.route.target}")
    return impact
