"""Lists of one CPO, pulled through the hub, page by page. C-061."""

from yarl import URL

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.pagination import next_page
from schemas.kinds import PartyId
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, EMSP, agree, connect
from tests.roaming import Roaming

ROUTING = Routing(to=CPO, sender=EMSP)


def three_pages(partner: SimulatedPartner) -> None:
    """The receiver's links are its own business: nothing in them is an offset."""

    def answer(arrived: Request) -> Reply:
        page = {"": 0, "b": 1, "c": 2}[arrived.query.get("cursor", "")]
        following = ("b", "c", None)[page]
        link = {"Link": f'<{partner.base}/sender/cdrs?cursor={following}>; rel="next"'} if following else {}
        return Reply([{"id": f"C{page}"}], headers={**link, "X-Total-Count": "3", "X-Limit": "1"})

    partner.answer("GET", "cdrs", Side.SENDER, answer)


async def follow(partner: SimulatedPartner, heard: Heard, routing: Routing = ROUTING) -> Heard:
    url = next_page(heard.headers, URL(partner.endpoints["cdrs", "SENDER"]))
    assert url is not None
    assert partner.their_token is not None
    return await partner.send("GET", str(url), partner.their_token, routing=routing)


async def test_the_asker_reaches_the_end_and_never_sees_the_receivers_host(roaming: Roaming) -> None:
    """C-061, C-028."""
    three_pages(roaming.cpo)
    heard = await roaming.pull("cdrs", to=CPO, limit="1")
    seen = [heard.data[0]["id"]]
    while "Link" in heard.headers:
        assert roaming.cpo.base not in heard.headers["Link"]
        assert heard.headers["X-Total-Count"] == "3"
        heard = await follow(roaming.emsp, heard)
        assert heard.status == 1000
        seen.append(heard.data[0]["id"])
    assert seen == ["C0", "C1", "C2"]
    assert {each.routing for each in roaming.cpo.received} == {ROUTING}


async def test_the_headers_may_be_left_out_when_a_link_is_followed(roaming: Roaming) -> None:
    three_pages(roaming.cpo)
    heard = await roaming.pull("cdrs", to=CPO)
    assert (await follow(roaming.emsp, heard, Routing())).data == [{"id": "C1"}]


async def test_nobody_else_can_follow_a_link(roaming: Roaming) -> None:
    """S-27, S-24: unguessable, and good for its asker alone."""
    three_pages(roaming.cpo)
    heard = await roaming.pull("cdrs", to=CPO)
    other = PartyId("BE", "MSP")
    async with SimulatedPartner(("EMSP", other)) as thief:
        await connect(roaming.hub, thief, "thief", "EMSP")
        await agree(roaming.hub, emsp=other)
        stolen = await follow(thief, heard, Routing(to=CPO, sender=other))
        assert (stolen.http, stolen.status) == (200, 2001)
    guessed = await roaming.pull("cdrs", to=CPO, **{"continue": "guess"})
    assert guessed.status == 2001
    assert len(roaming.cpo.received) == 1


async def test_a_link_is_good_for_its_module_and_for_reading_only(roaming: Roaming) -> None:
    three_pages(roaming.cpo)
    link = next_page((await roaming.pull("cdrs", to=CPO)).headers, URL(roaming.hub.url))
    assert link is not None
    name = link.query["continue"]
    assert (await roaming.pull("sessions", to=CPO, **{"continue": name})).status == 2001
    roaming.cpo.received.clear()
    refused = await roaming.emsp.call(
        "DELETE", "cdrs", Side.SENDER, routing=ROUTING, query={"continue": name}
    )
    assert refused.http == 405
    assert roaming.cpo.received == []


async def test_a_link_is_forgotten_after_a_day(roaming: Roaming, clock: ManualClock) -> None:
    three_pages(roaming.cpo)
    heard = await roaming.pull("cdrs", to=CPO)
    collection = roaming.hub.foundation.mongo.collection("relay_links")
    await collection.update_many({}, {"$set": {"expires_at": clock.now()}})
    assert (await follow(roaming.emsp, heard)).status == 2001


async def test_a_link_does_not_outlive_the_agreement_or_the_receivers_move(roaming: Roaming) -> None:
    """F-39: our token goes to no host but the one that the receiver has now."""
    three_pages(roaming.cpo)
    heard = await roaming.pull("cdrs", to=CPO)
    collection = roaming.hub.foundation.mongo.collection("relay_links")
    await collection.update_many({}, {"$set": {"url": "http://127.0.0.1:1/elsewhere"}})
    assert (await follow(roaming.emsp, heard)).status == 2001
