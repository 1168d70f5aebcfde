"""Typed calls to a platform: whatever it answers, the trouble is a DeliveryError."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ocpi.client.peer import Peer
from ocpi.errors import Rejected, TimedOut, Unreachable, Unreadable
from ocpi.process.egress import Egress
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from simulators.partner import Reply, Request, SimulatedPartner

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


async def test_the_token_is_shown_to_the_far_side_alone(cpo: SimulatedPartner) -> None:
    """A-11: an error names the host, never the secret."""
    token = CredentialsToken("the-secret-token-of-this-test")
    async with Egress(allow_private=True) as egress:
        with pytest.raises(Rejected) as refused:
            await Peer(egress.httpx_client(), token).versions(cpo.versions_url)
    assert "secret" not in str(refused.value)
