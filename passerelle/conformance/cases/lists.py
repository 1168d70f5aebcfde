"""Pages, filters and the spelling of answers: C-024 to C-029, C-041 to C-044. Nothing is changed."""

import re
from datetime import datetime, timedelta
from typing import Any

from yarl import URL

from ocpi.errors import Unreadable
from ocpi.wire.headers import CORRELATION_ID, REQUEST_ID, Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.pagination import next_page
from passerelle.conformance import expect
from passerelle.conformance.case import SINCE_2_2_1, Cases
from passerelle.conformance.exchange import Exchange, NothingToSee, Wrong
from passerelle.conformance.target import EARLY, LISTS, Target
from schemas.times import datetime_text, parse

case = Cases()
MAX_PAGES = 50
HUGE = 1_000_000
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}T[\d:]+(\.\d+)?(?P<zone>.*)")


@case("C-024", "transport_and_format, Paginated request")
async def the_first_moment_is_in_and_the_last_is_out(target: Target) -> str:
    """date_from takes in what changed at that moment, date_to leaves it out."""
    module, found = await _something_listed(target)
    moment = str(found[0]["last_updated"])
    since = await target.pull(module, date_from=moment, limit="1000")
    expect.that(_has(since, moment), f"what changed at {moment} is missing from date_from of that moment")
    until = await target.pull(module, date_from=EARLY, date_to=moment)
    expect.that(not _has(until, moment), f"what changed at {moment} comes with date_to of that moment")
    return f"{module} at {moment}"


@case("C-025", "transport_and_format, Paginated response")
async def a_link_leads_from_page_to_page(target: Target) -> str:
    """Each page but the last has a Link to the next: absolute, and with the filters of the first."""
    module, _ = await _paged(target)
    moments = sorted(_moments(await target.pull(module, limit="100", date_from=EARLY)))
    since = moments[(len(moments) - 2) // 2]
    pages = await _crawl(target, module, await _first_of_many(target, module, since))
    expect.that(len(pages) > 1, "the first of several pages has no Link")
    early = [moment for page in pages for moment in _moments(page) if moment < since]
    expect.that(not early, "a page that a Link led to holds what date_from leaves out")
    return f"{len(pages)} pages of {module}"


@case("C-026", "transport_and_format, Paginated response", versions=SINCE_2_2_1)
async def totals_and_limits_are_those_of_the_platform(target: Target) -> str:
    """X-Limit is the most that a page may hold, also on a short one; X-Total-Count knows no offset."""
    module, _ = await _something_listed(target)
    whole = await target.pull(module, limit=str(HUGE))
    short = await target.pull(module, limit="1", offset="1")
    for name in ("X-Limit", "X-Total-Count"):
        told = expect.number(whole, name), expect.number(short, name)
        expect.that(told[0] == told[1], f"{name} is {told[0]} on a full page and {told[1]} on a page of one")
    limit = expect.number(whole, "X-Limit")
    expect.that(len(expect.listed(whole)) <= limit, "a page holds more than X-Limit")
    return f"X-Limit {limit}, X-Total-Count {whole.headers['X-Total-Count']}"


@case("C-027", "transport_and_format, Paginated response")
async def a_limit_beyond_the_maximum_is_lowered(target: Target) -> str:
    """A larger limit than the platform has is lowered to its own, also in the Link."""
    module, _ = await _something_listed(target)
    answer = await target.pull(module, limit=str(HUGE))
    limit = expect.number(answer, "X-Limit")
    expect.that(len(expect.listed(answer)) <= limit < HUGE, f"X-Limit is {limit}")
    link = _next(answer)
    told = link.query.get("limit") if link else None
    expect.that(told is None or int(told) <= limit, f"the Link asks for a limit of {told}")
    return f"lowered to {limit}"


@case("C-029", "transport_and_format, Pagination")
async def a_crawl_meets_each_object_once_and_in_the_same_order(target: Target) -> str:
    """The order of a list is stable: each object comes once, and comes at the same place the next time."""
    module, first = await _paged(target)
    crawls = [
        [_identity(each) for page in await _crawl(target, module, page) for each in expect.listed(page)]
        for page in (first, (await _paged(target))[1])
    ]
    expect.that(len(set(crawls[0])) == len(crawls[0]), "an object came twice in one crawl")
    expect.that(crawls[0] == crawls[1], "two crawls met the objects in another order")
    return f"{len(crawls[0])} {module}"


@case("C-041", "transport_and_format, Unique message IDs", versions=SINCE_2_2_1)
async def ids_come_back(target: Target) -> str:
    """Each answer carries the X-Request-ID and X-Correlation-ID of its request, also those that refuse."""
    for url in (target.versions_url, target.details_url, f"{target.details_url}/nothing-is-here"):
        fields = target.headers(Routing())
        answer = await target.send("GET", url, headers=fields)
        for name in (REQUEST_ID, CORRELATION_ID):
            expect.that(expect.header(answer, name) == fields[name], f"{name} is not that of the request")
    return "both ids come back"


@case("C-042", "types, CiString", versions=SINCE_2_2_1, interfaces=[("locations", Side.SENDER)])
async def ids_are_found_in_any_case(target: Target) -> str:
    """An id is a CiString: it is found in capitals and in small letters alike."""
    found = expect.listed(await target.pull("locations", limit="20"))
    location_id = next((each["id"] for each in found if each["id"].swapcase() != each["id"]), None)
    if location_id is None:
        raise NothingToSee("no location has an id with a letter")
    if not (await target.pull("locations", location_id)).is_success:
        raise NothingToSee("single locations are not to be had here")
    expect.success(await target.pull("locations", location_id.swapcase()))
    return f"{location_id.swapcase()} finds {location_id}"


@case("C-043", "types, DateTime")
async def dates_are_utc_and_say_so(target: Target) -> str:
    """A date without a zone is UTC; dates are written with Z (2.1.1 leaves it open)."""
    module, found = await _something_listed(target)
    bare = [text for text in _dates(found) if text[1] != "Z"]
    expect.that(not bare, f"{bare[0][0] if bare else ''} is not written with Z")
    moment = str(found[0]["last_updated"])
    since = await target.pull(module, date_from=moment.removesuffix("Z"), limit="1000")
    expect.that(_has(since, moment), "date_from without Z is not read as UTC")
    return "with Z, and read without it"


@case("C-044", "types, DateTime", versions=SINCE_2_2_1)
async def fractions_of_a_second_are_read(target: Target) -> str:
    """A date may have fractions of a second."""
    module, found = await _something_listed(target)
    moment = parse(str(found[0]["last_updated"]))
    just_before = datetime_text(moment - timedelta(milliseconds=1))
    answer = await target.pull(module, date_from=just_before, limit="1000")
    expect.that(_has(answer, found[0]["last_updated"]), f"date_from={just_before} misses what came after it")
    return f"date_from={just_before}"


async def _something_listed(target: Target) -> tuple[str, list[dict[str, Any]]]:
    """The first module whose list holds something."""
    asked = [module for module in LISTS if target.has(module, Side.SENDER)]
    for module in asked:
        answer = await target.pull(module, limit="5")
        if answer.is_success and (found := expect.listed(answer)):
            return module, found
    raise NothingToSee("no list of the platform holds anything for us")


async def _paged(target: Target) -> tuple[str, Exchange]:
    """The first page of the first module that has two of them."""
    for module in (each for each in LISTS if target.has(each, Side.SENDER)):
        if _total(await target.pull(module, limit="1", date_from=EARLY)) > 1:
            return module, await _first_of_many(target, module, parse(EARLY))
    raise NothingToSee("no list of the platform holds two objects for us")


async def _first_of_many(target: Target, module: str, since: datetime) -> Exchange:
    """A page with about a tenth of all."""
    date_from = datetime_text(since)
    total = _total(await target.pull(module, limit="1", date_from=date_from))
    return await target.pull(module, limit=str(max(1, total // 10)), date_from=date_from)


def _total(page: Exchange) -> int:
    return expect.number(page, "X-Total-Count") if page.is_success else 0


def _moments(page: Exchange) -> list[datetime]:
    return [parse(str(each["last_updated"])) for each in expect.listed(page)]


async def _crawl(target: Target, module: str, first: Exchange) -> list[Exchange]:
    pages = [first]
    while (link := _next(pages[-1])) is not None:
        if len(pages) >= MAX_PAGES:
            raise Wrong(f"the pages of {module} do not end after {MAX_PAGES}")
        pages.append(await target.follow("GET", str(link)))
    return pages


def _next(page: Exchange) -> URL | None:
    expect.success(page)
    try:
        return next_page(page.headers, URL(page.url, encoded=True))
    except Unreadable as error:
        raise Wrong(error.text) from error


def _has(answer: Exchange, moment: str) -> bool:
    return any(parse(str(each["last_updated"])) == parse(moment) for each in expect.listed(answer))


def _identity(each: dict[str, Any]) -> tuple[str, ...]:
    owner = str(each.get("country_code", "")), str(each.get("party_id", ""))
    return (*owner, str(each.get("type", "")) if "uid" in each else "", str(each.get("uid") or each["id"]))


def _dates(value: Any) -> list[tuple[str, str]]:
    """Every text that is a date and time, with what follows its seconds."""
    if isinstance(value, dict):
        return [date for each in value.values() for date in _dates(each)]
    if isinstance(value, list):
        return [date for each in value for date in _dates(each)]
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    return [(value, match["zone"])] if match else []
