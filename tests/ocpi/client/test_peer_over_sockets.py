"""Typed calls to a platform: whatever it answers, the trouble is a DeliveryError."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from yarl import URL

from ocpi.client.peer import Peer
from ocpi.errors import DeliveryError, Rejected, TimedOut, Unreachable, Unreadable
from ocpi.process.egress import Egress
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from simulators.partner import Reply, Request, SimulatedPartner
from tests.platforms import CPO, EMSP

SENDER = Side.SENDER


@pytest.fixture
async def peer(cpo: SimulatedPartner) -> AsyncIterator[Peer]:
    async with Egress(allow_private=True) as egress:
        yield Peer(egress.httpx_client(), cpo.invite(), within_s=0.3)


async def test_discovery_reads_versions_and_details(peer: Peer, cpo: SimulatedPartner) -> None:
    (version,) = await peer.versions(cpo.versions_url)
    details = await peer.details(str(version.url))
    assert str(details.version) == "2.3.0"
    assert {str(each.identifier) for each in details.endpoints} >= {"credentials", "cdrs"}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(raw=b""),
        Reply(raw=b"<html>"),
        Reply(data={"version": "2.3.0"}),
        Reply(data=[5]),
        Reply(data=[{"version": 5, "url": "http://x/"}]),
        Reply(raw=b'{"status_code": 1000, "data": "\xff"}'),
        Reply(raw=b'{"status_code": 1000, "data": "\\ud800"}'),
        Reply(raw=b'{"status_code": 1000, "data": 1e99999999999999999999}'),
        Reply(raw=b'{"status_code": 1000, "data": ' + b"1" * 5000 + b"}"),
        Reply(raw=b'{"status_code": 1000, "data": ' + b"[" * 900 + b"]" * 900 + b"}"),
        Reply(raw=b'{"status_code": 1000, "data": ' + b"[" * 9000 + b"]" * 9000 + b"}"),
    ],
)
async def test_whatever_is_answered_is_at_worst_unreadable(
    peer: Peer, cpo: SimulatedPartner, reply: Reply
) -> None:
    """F-37."""
    cpo.answer("GET", "versions", SENDER, lambda _: reply)
    with pytest.raises(Unreadable):
        await peer.versions(cpo.versions_url)


async def test_each_trouble_has_its_name(peer: Peer, cpo: SimulatedPartner) -> None:
    cpo.answer("GET", "versions", SENDER, lambda _: Reply(status_code=3000))
    with pytest.raises(Rejected):
        await peer.versions(cpo.versions_url)
    cpo.is_online = False
    with pytest.raises(Unreachable):
        await peer.versions(cpo.versions_url)
    for url in ("http://a..b/", "http://x.invalid/", f"http://{'a' * 70}.example/"):
        with pytest.raises(Unreachable):
            await peer.versions(url)


async def test_nobody_is_waited_for_longer_than_told(peer: Peer, cpo: SimulatedPartner) -> None:
    never = asyncio.Event()

    async def hang(_: Request) -> Reply:
        await never.wait()
        return Reply()

    cpo.answer("GET", "versions", SENDER, hang)
    with pytest.raises(TimedOut):
        await peer.versions(cpo.versions_url)
    never.set()


def pages(partner: SimulatedPartner, *links: str | None) -> None:
    """The first page, and one for each link that is followed."""

    def answer(arrived: Request) -> Reply:
        link = links[min(int(arrived.query.get("page", "0")), len(links) - 1)]
        return Reply([{"page": arrived.query.get("page", "0")}], headers={"Link": link} if link else {})

    partner.answer("GET", "cdrs", SENDER, answer)


async def read(peer: Peer, partner: SimulatedPartner) -> list[bytes]:
    found: list[bytes] = []
    url = URL(f"{partner.base}/sender/cdrs?date_from=2026-01-01T00:00:00Z")
    async for page in peer.pages(url, Routing(to=CPO, sender=EMSP)):
        found.extend(page)
    return found


async def test_a_list_is_followed_link_by_link_with_its_routing(peer: Peer, cpo: SimulatedPartner) -> None:
    """C-025, C-028: also where a link is relative."""
    pages(cpo, f'<{cpo.base}/sender/cdrs?page=1>; rel="next"', '</sender/cdrs?page=2>; rel="next"', None)
    assert await read(peer, cpo) == [b'{"page":"0"}', b'{"page":"1"}', b'{"page":"2"}']
    assert {each.routing for each in cpo.received} == {Routing(to=CPO, sender=EMSP)}
    assert cpo.received[0].query == {"date_from": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    "link",
    [
        "<http://127.0.0.1:1/cdrs>",
        "<https://evil.example/cdrs>",
        "<http://[bad>",
        "<javascript:alert(1)>",
        "<?page=1>",
    ],
)
async def test_a_list_that_leads_away_or_in_a_circle_is_no_whole_list(
    peer: Peer, cpo: SimulatedPartner, link: str
) -> None:
    """F-34: what was read so far may not be taken for everything."""
    pages(cpo, f'{link}; rel="next"')
    with pytest.raises(DeliveryError):
        await read(peer, cpo)
    assert len(cpo.received) <= 2


async def test_the_token_is_shown_to_the_far_side_alone(cpo: SimulatedPartner) -> None:
    """A-11: an error names the host, never the secret."""
    token = CredentialsToken("the-secret-token-of-this-test")
    async with Egress(allow_private=True) as egress:
        with pytest.raises(Rejected) as refused:
            await Peer(egress.httpx_client(), token).versions(cpo.versions_url)
    assert "secret" not in str(refused.value)
