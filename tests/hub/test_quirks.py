"""A partner with quirks is spoken to as it reads, whatever it is that goes to it."""

from typing import Any

from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from simulators.partner import Reply, Request
from tests import build
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, HUB, operate
from tests.roaming import Roaming


async def quirky(roaming: Roaming, name: str, *quirks: str) -> CredentialsToken:
    """The token that the partner is shown."""
    await operate(roaming.hub, f"/partners/{name}/quirks", {"set": list(quirks)})
    partner = roaming.hub.foundation.directory.partner(name)
    assert partner is not None
    assert partner.connection is not None
    return partner.connection.token


async def test_what_is_delivered_is_spelled_as_the_partner_reads_it(roaming: Roaming) -> None:
    token = await quirky(roaming, "the-emsp", "raw_token", "dates_with_offset")
    await roaming.push("tariffs", "FR", "CPO", "T1", body=build.tariff(), to=HUB)
    await roaming.stroll(minutes=1)
    await eventually(lambda: roaming.emsp.heard("tariffs", "PUT"))
    (arrived,) = roaming.emsp.heard("tariffs", "PUT")
    assert arrived.headers["Authorization"] == f"Token {token.reveal()}"
    assert arrived.json()["last_updated"] == "2026-03-01T08:00:00+00:00"


async def test_what_is_delivered_tells_every_field_to_whom_that_matters(roaming: Roaming) -> None:
    await quirky(roaming, "the-emsp", "nulls_told")
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(strange=[1]), to=EMSP)
    await roaming.stroll(minutes=1)
    await eventually(lambda: roaming.emsp.heard("sessions", "PUT"))
    (request,) = roaming.emsp.heard("sessions", "PUT")
    arrived = request.json()
    assert (arrived["end_date_time"], arrived["charging_periods"], arrived["strange"]) == (None, [], [1])
    assert arrived["cdr_token"]["uid"] == "04E2A1B2C3"


async def test_what_is_relayed_is_spelled_as_the_partner_reads_it(roaming: Roaming) -> None:
    token = await quirky(roaming, "the-cpo", "raw_token", "dates_without_zone")
    await roaming.pull("tariffs", to=CPO, date_from="2026-01-01T00:00:00Z")
    (arrived,) = roaming.cpo.heard("tariffs", "GET")
    assert arrived.headers["Authorization"] == f"Token {token.reveal()}"
    assert arrived.query == {"date_from": "2026-01-01T00:00:00"}


async def test_a_link_from_behind_a_proxy_is_followed_at_the_partner_itself(roaming: Roaming) -> None:
    """F-39: the hub's own link stands for it, and the inner address is never called."""
    await quirky(roaming, "the-cpo", "inner_links")
    inner = {"Link": '<http://10.0.0.5:8000/sender/cdrs?cursor=7>; rel="next"'}

    def answer(arrived: Request) -> Reply:
        return Reply([] if "cursor" in arrived.query else [1], headers={} if arrived.query else inner)

    roaming.cpo.answer("GET", "cdrs", Side.SENDER, answer)
    first = await roaming.pull("cdrs", to=CPO)
    assert (await follow(roaming, first.headers["Link"])).data == []
    assert [each.query for each in roaming.cpo.heard("cdrs")] == [{}, {"cursor": "7"}]


async def follow(roaming: Roaming, link: str) -> Any:
    url = link.partition("<")[2].partition(">")[0]
    assert url.startswith(roaming.hub.url)
    assert roaming.emsp.their_token is not None
    return await roaming.emsp.send("GET", url, roaming.emsp.their_token)
