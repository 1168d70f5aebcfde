"""What the hub answers from its own store. C-057, and who may see what."""

import random
from typing import Any

from yarl import URL

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.pagination import next_page
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests import build
from tests.platforms import CPO, EMSP, HUB, agree, connect, operate
from tests.roaming import Roaming

OTHER = PartyId("BE", "MSP")


def card_of(party: PartyId) -> dict[str, Any]:
    return {**build.CDR_TOKEN, "country_code": party.country_code, "party_id": party.party_id}


async def test_everything_is_listed_page_by_page_as_it_came(roaming: Roaming) -> None:
    """C-057: hub URLs, FROM the hub, objects with their owner and their own age."""
    bodies = [codec.dump(build.location(id=f"LOC{n}")) for n in range(5)]
    for n, body in enumerate(bodies):
        await roaming.push("locations", "FR", "CPO", f"LOC{n}", body=body)
    heard = await roaming.pull("locations", limit="2", date_from="2026-03-01T08:00:00Z")
    assert Routing.read(heard.headers) == Routing(to=EMSP, sender=HUB)
    assert (heard.headers["X-Total-Count"], heard.headers["X-Limit"]) == ("5", "200")
    pages = [heard.data]
    while following := next_page(heard.headers, URL(roaming.hub.url)):
        assert following.query["date_from"] == "2026-03-01T08:00:00Z"
        assert roaming.emsp.their_token is not None
        heard = await roaming.emsp.send(
            "GET", str(following), roaming.emsp.their_token, routing=Routing(HUB, EMSP)
        )
        pages.append(heard.data)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [each for page in pages for each in page] == [codec.decode(body) for body in bodies]


async def test_the_bytes_of_the_owner_are_what_is_listed(roaming: Roaming) -> None:
    """C-066."""
    body = codec.dump(build.tariff())[:-1] + b', "odd":1.50 }'
    await roaming.push("tariffs", "FR", "CPO", "T1", body=body)
    assert body in (await roaming.pull("tariffs")).body


async def test_nobody_sees_what_was_told_to_somebody_else(roaming: Roaming) -> None:
    """S-25: sessions, bills, and pushes meant for one."""
    async with SimulatedPartner(("EMSP", OTHER)) as other:
        await connect(roaming.hub, other, "the-other", "EMSP")
        await agree(roaming.hub, emsp=OTHER)
        await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
        await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
        await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location(), to=EMSP)
        for module in ("sessions", "cdrs", "locations"):
            heard = await other.call("GET", module, Side.SENDER, routing=Routing(HUB, OTHER))
            assert (heard.data, heard.headers["X-Total-Count"]) == ([], "0")
        assert [each["id"] for each in (await roaming.pull("sessions")).data] == ["S1"]
        assert [each["id"] for each in (await roaming.pull("cdrs")).data] == ["CDR1"]
        assert (await roaming.pull("locations")).data == []


async def test_both_parties_of_a_charge_read_it_at_the_hub(roaming: Roaming) -> None:
    """A CPO fetches all its bills from one place, too; it asks only the hub so, and nobody else."""
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    for module in ("sessions", "cdrs"):
        heard = await roaming.cpo.call("GET", module, Side.SENDER, routing=Routing(HUB, CPO))
        assert len(heard.data) == 1
        assert heard.data == (await roaming.pull(module)).data
        for to in (EMSP, None):
            refused = await roaming.cpo.call("GET", module, Side.SENDER, routing=Routing(to, CPO))
            assert refused.status == 2001
    tokens = await roaming.cpo.call("GET", "locations", Side.SENDER, routing=Routing(HUB, CPO))
    assert tokens.status == 2001


async def test_a_company_with_stations_and_cards_reads_both_sides(roaming: Roaming) -> None:
    both = PartyId("BE", "BOT")
    async with SimulatedPartner(("CPO", both), ("EMSP", both)) as company:
        await connect(roaming.hub, company, "both", "CPO", "EMSP")
        for pair in ((CPO, both), (both, EMSP), (CPO, EMSP)):
            await agree(roaming.hub, *pair)
        of_theirs = {"country_code": "BE", "party_id": "BOT"}
        sent = [
            (roaming.cpo, CPO, both, build.cdr(id="CARD", cdr_token=card_of(both))),
            (company, both, EMSP, build.cdr(id="STATION", **of_theirs)),
            (roaming.cpo, CPO, EMSP, build.cdr(id="OTHERS")),
        ]
        for partner, owner, to, bill in sent:
            routing, body = Routing(to, owner), codec.dump(bill)
            heard = await partner.call("POST", "cdrs", Side.RECEIVER, routing=routing, body=body)
            assert heard.status == 1000
        heard = await company.call("GET", "cdrs", Side.SENDER, routing=Routing(HUB, both))
        assert ([each["id"] for each in heard.data], heard.headers["X-Total-Count"]) == (
            ["CARD", "STATION"],
            "2",
        )


async def test_forged_windows_and_offsets_reach_nothing_foreign(roaming: Roaming) -> None:
    """S-24, as a property: whatever is asked for, what is shown is the asker's."""
    async with SimulatedPartner(("EMSP", OTHER)) as other:
        await connect(roaming.hub, other, "the-other", "EMSP")
        await agree(roaming.hub, emsp=OTHER)
        for n in range(6):
            to = (EMSP, OTHER)[n % 2]
            body = build.cdr(id=f"{to.country_code}{n}", cdr_token=card_of(to))
            await roaming.push("cdrs", body=body, to=to, method="POST")
        chance = random.Random(7)  # noqa: S311 - the same queries every time
        for _ in range(40):
            query = {
                "offset": str(chance.choice([0, 1, 2, 10**5])),
                "limit": str(chance.choice([1, 2, 10**9])),
                "date_from": chance.choice(["0001-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]),
                "date_to": chance.choice(["9999-12-31T23:59:59Z", "2026-03-02T00:00:00"]),
                "owner": "FR*CPO",
                "audience": "NL*MSP",
            }
            heard = await other.call("GET", "cdrs", Side.SENDER, routing=Routing(HUB, OTHER), query=query)
            assert all(each["id"].startswith("BE") for each in heard.data)
            assert heard.headers["X-Total-Count"] == "3"


async def test_broadcast_objects_are_seen_while_the_agreement_holds(roaming: Roaming) -> None:
    await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location())
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    assert len((await roaming.pull("locations")).data) == 1
    ended = {"cpo": str(CPO), "emsp": str(EMSP), "last_day": "2025-12-31"}
    await operate(roaming.hub, "/agreements/end", ended)
    assert (await roaming.pull("locations")).data == []
    assert len((await roaming.pull("cdrs")).data) == 1


async def test_the_location_of_a_bill_can_be_followed_by_its_owner_alone(roaming: Roaming) -> None:
    """C-061: it is an address of the hub's, and shows the bytes that were POSTed."""
    body = codec.dump(build.cdr())
    posted = await roaming.push("cdrs", body=body, to=EMSP, method="POST")
    location = posted.headers["Location"]
    assert location.startswith(roaming.hub.url)
    for routing in (Routing(), Routing(to=EMSP, sender=CPO)):
        assert roaming.cpo.their_token is not None
        heard = await roaming.cpo.send("GET", location, roaming.cpo.their_token, routing=routing)
        assert b'{"data":' + body in heard.body
    assert roaming.emsp.heard("cdrs", "GET") == []

    async with SimulatedPartner(("CPO", PartyId("DE", "XYZ"))) as thief:
        await connect(roaming.hub, thief, "thief", "CPO")
        assert thief.their_token is not None
        stolen = await thief.send("GET", location, thief.their_token)
        assert (stolen.http, stolen.status) == (404, 2001)


async def test_the_location_of_a_bill_cannot_be_worked_out(roaming: Roaming) -> None:
    """Who knows owner and id does not, and a wrong guess does not tell whether there is such a bill."""
    posted = await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    seal = posted.headers["Location"].rpartition("/")[2]
    assert len(seal) >= 22  # 128 bits
    other = await roaming.push("cdrs", body=build.cdr(id="CDR2"), to=EMSP, method="POST")
    assert other.headers["Location"].rpartition("/")[2] != seal

    guesses = (
        ("CDR1",),
        ("CDR1", ""),
        ("CDR1", seal[:-1]),
        ("CDR1", seal.swapcase()),
        ("CDR2", seal),
        ("NONE", seal),
    )
    for guess in guesses:
        path = "FR", "CPO", *guess
        missing = await roaming.cpo.call("GET", "cdrs", Side.RECEIVER, *path, routing=Routing())
        assert (missing.http, missing.status) == (404, 2001), guess
        assert guess[1:] == ("",) or missing.envelope["status_message"] == "no CDR lies at this address"
