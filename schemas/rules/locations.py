"""Location and what is in it. Spec: mod_locations; cases C-069 to C-077."""

from collections.abc import Iterator

from schemas.rules.rule import Rules, ends_before_it_begins, repeated
from schemas.v2_1_1 import energy as energy_2_1_1
from schemas.v2_1_1 import locations as locations_2_1_1
from schemas.v2_2_1 import locations as locations_2_2_1
from schemas.v2_3_0.energy import EnergyMix
from schemas.v2_3_0.evses import EVSE, StatusSchedule
from schemas.v2_3_0.locations import Location, PublishTokenType
from schemas.v2_3_0.opening_times import ExceptionalPeriod, Hours, RegularHours
from schemas.validation import Violation

rules = Rules()

_SUNDAY = 7
_WHOLE = 100

AnyLocation = Location | locations_2_2_1.Location | locations_2_1_1.Location
AnyEVSE = EVSE | locations_2_2_1.EVSE | locations_2_1_1.EVSE


@rules.about(Location, locations_2_2_1.Location)
def only_unpublished_locations_name_tokens(
    location: Location | locations_2_2_1.Location,
) -> Iterator[Violation]:
    if location.publish and location.publish_allowed_to:
        yield Violation("/publish_allowed_to", "published", "is only for Locations with publish=false")


@rules.about(Location, locations_2_2_1.Location, locations_2_1_1.Location)
def evse_uids_are_unique(location: AnyLocation) -> Iterator[Violation]:
    for index, uid in repeated(evse.uid for evse in location.evses):
        yield Violation(f"/evses/{index}/uid", "unique", f"{uid} stands for another EVSE already")


@rules.about(EVSE, locations_2_2_1.EVSE, locations_2_1_1.EVSE)
def connector_ids_are_unique(evse: AnyEVSE) -> Iterator[Violation]:
    for index, connector_id in repeated(connector.id for connector in evse.connectors):
        yield Violation(
            f"/connectors/{index}/id", "unique", f"{connector_id} stands for another connector already"
        )


@rules.about(Location)
def parking_ids_are_unique(location: Location) -> Iterator[Violation]:
    for index, parking_id in repeated(place.id for place in location.parking_places):
        yield Violation(
            f"/parking_places/{index}/id", "unique", f"{parking_id} stands for another place already"
        )


@rules.about(Location)
def evses_name_parking_places_that_exist(location: Location) -> Iterator[Violation]:
    known = {place.id for place in location.parking_places}
    for number, evse in enumerate(location.evses):
        for index, parking in enumerate(evse.parking):
            if parking.parking_id not in known:
                at = f"/evses/{number}/parking/{index}/parking_id"
                yield Violation(at, "reference", f"{parking.parking_id} is no parking place of this Location")


@rules.about(PublishTokenType)
def a_publish_token_names_somebody(token: PublishTokenType) -> Iterator[Violation]:
    if not (token.uid or token.visual_number or token.group_id):
        yield Violation("", "incomplete", "needs a uid, a visual_number or a group_id")
    if token.uid and token.type is None:
        yield Violation("/type", "incomplete", "is required beside a uid")
    if token.visual_number and token.issuer is None:
        yield Violation("/issuer", "incomplete", "is required beside a visual_number")


@rules.about(Hours, locations_2_1_1.Hours)
def hours_are_told_unless_always_open(hours: Hours | locations_2_1_1.Hours) -> Iterator[Violation]:
    if not hours.twentyfourseven and not hours.regular_hours:
        yield Violation("/regular_hours", "incomplete", "is required unless twentyfourseven is true")
    if hours.twentyfourseven and hours.regular_hours:
        yield Violation("/regular_hours", "contradiction", "means nothing when twentyfourseven is true")


@rules.about(RegularHours)
def regular_hours_lie_within_a_day_of_the_week(hours: RegularHours) -> Iterator[Violation]:
    if not 1 <= hours.weekday <= _SUNDAY:
        yield Violation("/weekday", "range", "must be 1 (Monday) to 7 (Sunday)")
    if hours.period_end <= hours.period_begin:
        yield Violation("/period_end", "order", "must be later than period_begin")


@rules.about(ExceptionalPeriod, StatusSchedule)
def periods_end_after_they_begin(period: ExceptionalPeriod | StatusSchedule) -> Iterator[Violation]:
    if ends_before_it_begins(period.period_begin, period.period_end):
        yield Violation("/period_end", "order", "must not be before period_begin")


@rules.about(EnergyMix, energy_2_1_1.EnergyMix)
def energy_sources_add_up(mix: EnergyMix | energy_2_1_1.EnergyMix) -> Iterator[Violation]:
    if mix.energy_sources and sum(source.percentage for source in mix.energy_sources) != _WHOLE:
        yield Violation("/energy_sources", "sum", "percentages must add up to 100")
