"""What stands in the objects that a platform publishes: C-069 to C-150, as far as it shows in its lists.

The first page of each list is read. What the object models know about a field or between fields is looked
up by where it stands; the rest is looked at here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from pydantic import ValidationError

from ocpi.objects.kinds import BY_MODULE, MODELS
from ocpi.wire.interfaces import Side
from passerelle.conformance import expect
from passerelle.conformance.case import ALL, ANY_ROLE, ONLY_2_3_0, SINCE_2_2_1, Case, Cases, Stage
from passerelle.conformance.exchange import NothingToSee, Wrong
from passerelle.conformance.target import Target
from schemas.conformance import check
from schemas.translation.registry import form_of
from schemas.v2_3_0.enums import VersionNumber
from schemas.validation import problems

Json = dict[str, Any]
case = Cases()


@dataclass(frozen=True, slots=True)
class Rule:
    """`at` is where a violation stands, as a pattern of JSON pointers."""

    number: str
    section: str
    module: str
    versions: tuple[str, ...]
    at: str
    asks: str


RULES: Final = (
    Rule("C-069", "mod_locations, Location object", "locations", SINCE_2_2_1, r"/publish_allowed_to",
         "publish_allowed_to stands only in a location that is not published."),
    Rule("C-070", "mod_locations, PublishTokenType", "locations", SINCE_2_2_1, r"/publish_allowed_to/.*",
         "A PublishToken has a uid with its type, a visual_number with its issuer, or a group."),
    Rule("C-072", "mod_locations, Hours", "locations", ALL, r"/opening_times(/regular_hours|/\w+seven)?",
         "opening_times say twentyfourseven; where it is false they have regular hours."),
    Rule("C-073", "mod_locations, RegularHours", "locations", SINCE_2_2_1, r"/opening_times/regular_hours/.+",
         "Regular hours end after they begin, on a weekday from 1 to 7."),
    Rule("C-074", "mod_locations, EnergyMix", "locations", ALL, r".*/energy_(mix|sources).*",
         "The percentages of energy_sources add up to 100."),
    Rule("C-077", "mod_locations, Parking", "locations", ONLY_2_3_0, r".*/(parking_places|parking)/.*",
         "Parking ids are unique, and each EVSE names parking places that exist."),
    Rule("C-104", "mod_cdrs, CdrDimensionType", "cdrs", SINCE_2_2_1, r"/charging_periods/\d+/dimensions/.*",
         "A CDR has no dimension that belongs to sessions alone, such as CURRENT or STATE_OF_CHARGE."),
    Rule("C-107", "mod_cdrs, ChargingPeriod", "cdrs", SINCE_2_2_1, r"/charging_periods/\d+/tariff_id",
         "A period names a tariff of its own CDR, or none."),
    Rule("C-109", "mod_cdrs, Credit CDRs", "cdrs", SINCE_2_2_1, r"/credit_reference_id|/total_cost/.*",
         "A credit CDR names the CDR that it credits, and its total is not positive."),
    Rule("C-110", "mod_cdrs, CDR object", "cdrs", SINCE_2_2_1, r"/id",
         "The id of a CDR that is no credit has at most 36 characters."),
    Rule("C-116", "mod_cdrs, CDR object", "cdrs", ALL, r"/total_parking_time",
         "total_parking_time is part of total_time."),
    Rule("C-136", "mod_tariffs, TariffRestrictions", "tariffs", ALL, r"/elements/\d+/restrictions/max_.*",
         "A restriction leaves room between its lower bound, which is in, and its upper one, which is out."),
    Rule("C-143", "mod_tariffs, TariffRestrictions", "tariffs", SINCE_2_2_1,
         r"/elements/\d+/price_components/\d+/type", "Elements for reservations price FLAT and TIME only."),
)  # fmt: skip


@case("C-105", "mod_cdrs, CdrDimensionType", versions=SINCE_2_2_1, interfaces=[("cdrs", Side.SENDER)])
async def flat_is_no_dimension_of_a_bill(target: Target) -> str:
    """FLAT is a dimension of tariffs, not of CDRs."""
    found = await _published(target, "cdrs")
    for dimension in _all(found, "dimensions"):
        expect.that(dimension.get("type") != "FLAT", "a CDR has the dimension FLAT")
    return f"none in {len(found)} CDRs"


@case("C-111", "mod_cdrs, CDR object", versions=SINCE_2_2_1, interfaces=[("cdrs", Side.SENDER)])
async def a_bill_names_its_session(target: Target) -> str:
    """A CDR has a session_id, unless its reservation was never used or there are no sessions."""
    if not target.has("sessions", Side.SENDER):
        raise NothingToSee("the platform has no sessions")
    found = await _published(target, "cdrs")
    for each in found:
        used = each.get("total_reservation_cost") is None
        expect.that(each.get("session_id") or not used, f"the CDR {each['id']} names no session")
    return f"{len(found)} CDRs"


@case("C-149", "mod_tariffs, TaxIncluded", versions=ONLY_2_3_0, interfaces=[("tariffs", Side.SENDER)])
async def a_tariff_says_whether_it_includes_taxes(target: Target) -> str:
    """tax_included is required: YES, NO or N/A."""
    found = await _published(target, "tariffs")
    for each in found:
        told = each.get("tax_included")
        expect.that(told in ("YES", "NO", "N/A"), f"tax_included of {each['id']} is {told!r}")
    return f"{len(found)} tariffs"


@case("C-150", "types, Price", versions=ONLY_2_3_0)
async def a_price_is_before_taxes(target: Target) -> str:
    """A Price is before_taxes and a list of taxes; excl_vat and incl_vat are of older versions."""
    modules = [each for each in ("tariffs", "cdrs", "sessions") if target.has(each, Side.SENDER)]
    found = [each for module in modules for each in expect.listed(await target.pull(module, limit="50"))]
    if not found:
        raise NothingToSee("the platform publishes no prices")
    for each in found:
        old = {"excl_vat", "incl_vat"} & set(_keys(each))
        expect.that(not old, f"{each.get('id')} has {', '.join(sorted(old))}")
    return f"in {len(found)} tariffs, CDRs and sessions"


def by_rules() -> Iterator[Case]:
    """A case for each of RULES."""
    for rule in RULES:
        interface = (rule.module, Side.SENDER)
        yield Case(
            number=rule.number,
            asks=rule.asks,
            section=rule.section,
            versions=rule.versions,
            roles=ANY_ROLE,
            interfaces=(interface,),
            writes=False,
            stage=Stage.REGISTERED,
            look=partial(_kept, rule),
        )


async def _kept(rule: Rule, target: Target) -> str:
    found = await _published(target, rule.module)
    for each in found:
        broken = [
            text for at, text in _violations(rule.module, each, target.version) if re.fullmatch(rule.at, at)
        ]
        if broken:
            raise Wrong(f"{each.get('id')}: {'; '.join(broken[:3])}")
    return f"{len(found)} {rule.module}"


async def _published(target: Target, module: str) -> list[Json]:
    found = expect.listed(await target.pull(module, limit="200"))
    if not found:
        raise NothingToSee(f"the list of {module} is empty")
    return found


def _violations(module: str, each: Json, version: str) -> list[tuple[str, str]]:
    number = VersionNumber(version)
    form = form_of(MODELS[BY_MODULE[module]], number)
    if form is None:
        return []
    try:
        found = check(form.model_validate(each), number)
    except ValidationError as error:
        found = problems(error)
    return [(violation.pointer, f"{violation.pointer} {violation.text}") for violation in found]


def _all(value: Any, name: str) -> Iterator[Json]:
    """The members of every list of this name, however deep."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key == name and isinstance(each, list):
                yield from (member for member in each if isinstance(member, dict))
            yield from _all(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _all(each, name)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _keys(each)
    elif isinstance(value, list):
        for each in value:
            yield from _keys(each)
