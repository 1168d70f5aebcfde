"""What a platform does with objects that are pushed to it: C-030 to C-039, C-042, C-045, C-046.

Each case pushes an object of its own, under an id that says what it is, and reads it again.
"""

from ocpi.wire.interfaces import Side
from passerelle.conformance import expect, samples
from passerelle.conformance.case import ADAPTERS, ONLY_2_3_0, SINCE_2_2_1, Cases
from passerelle.conformance.exchange import NothingToSee
from passerelle.conformance.samples import LATER, Json, Sample
from passerelle.conformance.target import Target
from schemas.kinds import PartyId
from schemas.times import parse

case = Cases()
LOCATIONS = ("locations", Side.RECEIVER)


@case("C-022", "transport_and_format, Non-specified JSON fields", versions=ONLY_2_3_0, roles=ADAPTERS,
      writes=True)  # fmt: skip
async def unknown_fields_are_no_reason_to_refuse(target: Target) -> str:
    """An object with a field that nobody specified is accepted all the same."""
    sample = samples.of(target)
    expect.success(await samples.push(target, sample, "PUT", {**sample.body, "an_unknown_field": {"x": 1}}))
    return f"in {sample.module}"


@case("C-030", "status_codes", roles=ADAPTERS, writes=True)
async def what_is_no_json_is_a_bad_request(target: Target) -> str:
    """A body that is no JSON is answered with HTTP 400."""
    sample = samples.of(target)
    expect.http(await samples.push(target, sample, "PUT", b'{"id": '), 400)
    return "400"


@case("C-031", "status_codes", roles=ADAPTERS, writes=True)
async def an_invalid_object_is_refused_by_ocpi(target: Target) -> str:
    """JSON that lacks a required field is answered with HTTP 200 and status_code 2001."""
    sample = samples.of(target)
    answer = await samples.push(target, sample, "PUT", {"id": sample.id, "last_updated": samples.STAMP})
    expect.http(answer, 200)
    expect.status(answer, 2000, 2001)
    return f"status_code {answer.status}"


@case("C-032", "status_codes", roles=ADAPTERS, writes=True)
async def creating_and_updating_differ(target: Target) -> str:
    """A PUT that creates is answered with HTTP 201, one that updates with 200."""
    sample = samples.of(target)
    expect.http(await samples.push(target, sample, "PUT", sample.body), 201)
    expect.http(await samples.push(target, sample, "PUT", {**sample.body, "last_updated": LATER}), 200)
    return "201, then 200"


@case("C-033", "mod_locations, mod_tokens, PATCH method", versions=SINCE_2_2_1, roles=ADAPTERS, writes=True)
async def a_patch_says_when(target: Target) -> str:
    """A PATCH without last_updated is answered with status_code 2001."""
    sample = await _pushed(target)
    answer = await samples.push(target, sample, "PATCH", dict([sample.changed]))
    expect.status(answer, 2001)
    return "2001"


@case("C-034", "transport_and_format, PUT", roles=ADAPTERS, writes=True)
async def a_put_takes_away_what_it_does_not_name(target: Target) -> str:
    """An optional field that a PUT leaves out is gone."""
    sample = await _pushed(target)
    without = {name: value for name, value in sample.body.items() if name != sample.optional}
    expect.success(await samples.push(target, sample, "PUT", {**without, "last_updated": LATER}))
    found = expect.one(await samples.read(target, sample))
    expect.that(found.get(sample.optional) is None, f"{sample.optional} is still there")
    return f"{sample.optional} is gone"


@case("C-035", "transport_and_format, PATCH", roles=ADAPTERS, writes=True)
async def a_patch_leaves_alone_what_it_does_not_name(target: Target) -> str:
    """A PATCH changes what it names and nothing else."""
    sample = await _pushed(target)
    name, value = sample.changed
    expect.success(await samples.push(target, sample, "PATCH", {name: value, "last_updated": LATER}))
    found = expect.one(await samples.read(target, sample))
    expect.that(found.get(name) == value, f"{name} is {found.get(name)!r}")
    for kept in set(sample.body) - {name, "last_updated", "evses", "publish"}:
        expect.that(found.get(kept) == sample.body[kept], f"{kept} has changed to {found.get(kept)!r}")
    return f"{name} changed alone"


@case("C-036", "mod_locations, PUT and PATCH method", versions=SINCE_2_2_1, roles=ADAPTERS,
      interfaces=[LOCATIONS], writes=True)  # fmt: skip
async def what_changes_inside_changes_the_whole(target: Target) -> str:
    """A PATCH of an EVSE or connector gives its last_updated to the objects around it."""
    sample = samples.a_location(target)
    expect.success(await samples.push(target, sample, "PUT", sample.body))
    expect.success(
        await samples.push(target, sample, "PATCH", {"max_amperage": 16, "last_updated": LATER}, "E1", "1")
    )
    found = expect.one(await samples.read(target, sample))
    for place, told in (("location", found), ("EVSE", found["evses"][0])):
        expect.that(
            parse(told["last_updated"]) == parse(LATER), f"the {place} still has its old last_updated"
        )
    return "location and EVSE follow their connector"


@case("C-038", "transport_and_format, Errors", versions=SINCE_2_2_1, roles=ADAPTERS, writes=True)
async def url_and_body_name_the_same_object(target: Target) -> str:
    """A body with another party or id than its URL is answered with status_code 2001."""
    sample = samples.of(target)
    identity = "uid" if sample.module == "tokens" else "id"
    for wrong in ({"party_id": "ZZZ"}, {"country_code": "ZZ"}, {identity: "CHECK-ELSE"}):
        answer = await samples.push(target, sample, "PUT", {**sample.body, **wrong})
        expect.status(answer, 2001)
    return "2001 for party, country and id"


@case("C-039", "transport_and_format, Errors", roles=ADAPTERS, writes=True)
async def nobody_pushes_for_others(target: Target) -> str:
    """A party in the URL that is not the caller's is refused, advisably with HTTP 404."""
    sample = samples.of(target)
    stranger = PartyId("ZZ", "ZZZ")
    body = {**sample.body, **({"country_code": "ZZ", "party_id": "ZZZ"} if "party_id" in sample.body else {})}
    url = target.url(sample.module, Side.RECEIVER, stranger.country_code, stranger.party_id, sample.id)
    answer = await target.follow("PUT", url, body=body)
    expect.refusal(answer)
    return f"HTTP {answer.http}, status_code {answer.status}"


@case("C-045", "terminology, Cardinality", roles=ADAPTERS, interfaces=[LOCATIONS], writes=True)
async def nothing_null_and_the_empty_list_are_equal(target: Target) -> str:
    """A list that may be empty may be [], null, or left out."""
    nothing: tuple[Json, ...] = ({"images": []}, {"images": None}, {})
    for images in nothing:
        sample = samples.a_location(target)
        expect.success(await samples.push(target, sample, "PUT", {**sample.body, **images}))
        found = expect.one(await samples.read(target, sample))
        expect.that(not found.get("images"), "images came back")
    return "all three are accepted"


@case("C-046", "types, OpenEnum", versions=ONLY_2_3_0, roles=ADAPTERS, interfaces=[LOCATIONS], writes=True)
async def open_lists_of_values_are_open_and_closed_ones_closed(target: Target) -> str:
    """An unknown value is kept in an open enumeration, and answered with 2001 in a closed one."""
    sample = samples.a_location(target)
    open_one = {**sample.body, "facilities": ["MOON_BASE"]}
    expect.success(await samples.push(target, sample, "PUT", open_one))
    found = expect.one(await samples.read(target, sample))
    expect.that(
        found.get("facilities") == ["MOON_BASE"], f"facilities came back as {found.get('facilities')}"
    )
    evse = {**samples.evse(target.version), "status": "ASLEEP"}
    answer = await samples.push(target, sample, "PUT", {**sample.body, "evses": [evse]})
    expect.status(answer, 2001)
    return "kept in facilities, refused in status"


async def _pushed(target: Target) -> Sample:
    sample = samples.of(target)
    answer = await samples.push(target, sample, "PUT", sample.body)
    if not answer.is_success:
        raise NothingToSee(f"the platform did not take a good object of {sample.module} (see C-032)")
    return sample
