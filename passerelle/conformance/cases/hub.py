"""What a hub does that can be seen from one connection: C-051 to C-062."""

from yarl import URL

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.urls import share_origin
from passerelle.conformance import expect, samples
from passerelle.conformance.case import HUBS, SINCE_2_2_1, Cases
from passerelle.conformance.exchange import Exchange, NothingToSee
from passerelle.conformance.target import EARLY, LISTS, Target
from schemas.kinds import PartyId

case = Cases()
NOBODY = PartyId("ZZ", "ZZZ")


@case("C-051", "status_codes, 4001", versions=SINCE_2_2_1, roles=HUBS)
async def unknown_receivers_are_told(target: Target) -> str:
    """A request to a party that the hub does not know is answered with HTTP 200 and 4001."""
    answer = await _listed(target, Routing(to=NOBODY, sender=target.own))
    expect.http(answer, 200)
    expect.status(answer, 4001)
    return "4001"


@case("C-055", "transport_and_format, Broadcast Push", versions=SINCE_2_2_1, roles=HUBS)
async def no_broadcast_reads(target: Target) -> str:
    """A GET to a receiver interface with the hub itself as its TO is refused."""
    module = next((each for each in LISTS if target.has(each, Side.RECEIVER)), None)
    if module is None:
        raise NothingToSee("the hub has no receiver interface")
    path = (target.own.country_code, target.own.party_id, "CHECK-1")
    expect.refusal(await target.call("GET", module, Side.RECEIVER, *path))
    return f"refused for {module}"


@case("C-056", "transport_and_format, Open Routing Request", versions=SINCE_2_2_1, roles=HUBS)
async def no_list_without_addressee(target: Target) -> str:
    """A GET of a list without TO is refused: open routing does not know whose list is meant."""
    answer = await _listed(target, Routing(sender=target.own))
    expect.refusal(answer)
    return f"status_code {answer.status}"


@case("C-057", "transport_and_format, GET All via Hubs", versions=SINCE_2_2_1, roles=HUBS)
async def everything_comes_from_the_hub_itself(target: Target) -> str:
    """A list asked of the hub itself has pages at the hub's address, and comes FROM the hub."""
    answer = await _listed(target, target.routing())
    expect.listed(answer)
    expect.that(Routing.read(answer.headers).sender == target.party, "the answer is not FROM the hub")
    link = answer.headers.get("Link")
    if link:
        following = URL(link.removeprefix("<").partition(">")[0], encoded=True)
        expect.that(share_origin(following, URL(answer.url)), "the Link leads away from the hub")
    return "FROM the hub"


@case("C-058", "transport_and_format, Broadcast Push", versions=SINCE_2_2_1, roles=HUBS, writes=True,
      interfaces=[("sessions", Side.RECEIVER)])  # fmt: skip
async def a_session_is_not_for_everybody(target: Target) -> str:
    """A session sent to the hub itself is refused, or goes to the issuer of its token alone."""
    body = samples.session(target.version, target.own, NOBODY, target.fresh_id())
    path = (target.own.country_code, target.own.party_id, body["id"])
    expect.refusal(await target.call("PUT", "sessions", Side.RECEIVER, *path, body=body))
    return "refused"


@case("C-060", "transport_and_format, Message Routing Headers", versions=SINCE_2_2_1)
async def configuration_names_no_party(target: Target) -> str:
    """Versions and credentials are not routed: no answer of theirs carries routing headers."""
    for url in (target.versions_url, target.details_url, target.credentials_url):
        answer = await target.configure("GET", url)
        named = [name for name in answer.headers if name.lower().startswith(("ocpi-to-", "ocpi-from-"))]
        expect.that(not named, f"{', '.join(named)} stands in the answer")
    return "none"


@case("C-062", "transport_and_format, Message Routing Headers", versions=SINCE_2_2_1)
async def nobody_speaks_for_others(target: Target) -> str:
    """A request FROM a party that is none of the caller's is refused."""
    answer = await _listed(target, Routing(to=target.party, sender=NOBODY))
    expect.refusal(answer)
    return f"HTTP {answer.http}"


async def _listed(target: Target, routing: Routing) -> Exchange:
    module = next((each for each in LISTS if target.has(each, Side.SENDER)), None)
    if module is None:
        raise NothingToSee("the platform has no list")
    query = {"date_from": EARLY, "limit": "1"}
    return await target.call("GET", module, Side.SENDER, query=query, routing=routing)
