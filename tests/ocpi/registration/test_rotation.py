"""New tokens and other versions, begun by us: whatever fails, nobody is locked out. C-014, C-015, A-7."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from simulators.partner import Reply, Request, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.ocpi.registration.handshakes import connection, known, pull, register
from tests.platforms import CPO, Running, connect, operate, running_hub


async def rotate(hub: Running) -> None:
    await operate(hub, "/partners/the-cpo/rotate", {})


async def opens(partner: SimulatedPartner, hub: Running) -> bool:
    """Whether what the hub shows is good at the partner."""
    token = connection(hub).token
    return (await partner.plain("GET", partner.versions_url, partner.authorization(token))).http == 200


def offers(partner: SimulatedPartner) -> list[str]:
    """The tokens that the hub sent in its credentials, in order."""
    sent = (each for each in partner.handshakes if each.module == "credentials" and each.body)
    return [each.json()["token"] for each in sent]


async def test_rotating_changes_both_tokens(hub: Running, cpo: SimulatedPartner, clock: ManualClock) -> None:
    """C-014 from our side. The old one opens for five minutes, the new one for good."""
    await register(hub, cpo)
    shown, theirs = connection(hub).token, cpo.their_token
    assert theirs is not None
    await rotate(hub)

    assert connection(hub).token.reveal() != shown.reveal()
    assert cpo.their_token != theirs
    assert await opens(cpo, hub)
    assert (await pull(cpo, theirs.reveal())).status == 1000
    await clock.stroll(minutes=5)
    assert (await pull(cpo, theirs.reveal())).http == 401
    assert (await pull(cpo)).status == 1000


async def test_the_first_use_of_the_new_token_ends_the_old_one(hub: Running, cpo: SimulatedPartner) -> None:
    """A-7. That the partner called back with it while the rotation was going on is no use of it."""
    await register(hub, cpo)
    theirs = cpo.their_token
    assert theirs is not None
    await rotate(hub)
    assert (await pull(cpo, theirs.reveal())).status == 1000
    assert (await pull(cpo)).status == 1000
    assert (await pull(cpo, theirs.reveal())).http == 401


async def test_a_rotation_that_is_refused_leaves_everything_as_it_was(
    hub: Running, cpo: SimulatedPartner
) -> None:
    await register(hub, cpo)
    cpo.answer("PUT", "credentials", Side.SENDER, lambda _: Reply(http=405, status_code=2000))
    with pytest.raises(AdminRefused):
        await rotate(hub)
    assert (await pull(cpo)).status == 1000
    assert (await pull(cpo, offers(cpo)[-1])).http == 401
    assert await opens(cpo, hub)


@pytest.mark.parametrize("answer", [Reply(raw=b"connection lost"), Reply(http=504, raw=b"<html>")])
async def test_an_answer_that_is_lost_leaves_both_tokens_open(
    hub: Running, cpo: SimulatedPartner, answer: Reply
) -> None:
    """The far side may have taken the new one, or not: whichever it uses, it is let in."""
    await register(hub, cpo)
    old = cpo.their_token
    assert old is not None
    cpo.answer("PUT", "credentials", Side.SENDER, lambda _: answer)
    with pytest.raises(AdminRefused):
        await rotate(hub)
    assert (await pull(cpo, old.reveal())).status == 1000
    assert (await pull(cpo, old.reveal())).status == 1000
    assert (await pull(cpo, offers(cpo)[-1])).status == 1000
    assert (await pull(cpo, old.reveal())).http == 401


async def test_a_rotation_whose_answer_was_lost_is_tried_again_with_the_old_token(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """What we showed is kept until the far side has told something else."""
    await register(hub, cpo)
    cpo.answer("PUT", "credentials", Side.SENDER, lambda _: Reply(raw=b"connection lost"))
    with pytest.raises(AdminRefused):
        await rotate(hub)
    cpo.answer("PUT", "credentials", Side.SENDER, cpo.usual("credentials"))
    await rotate(hub)
    assert await opens(cpo, hub)
    assert (await pull(cpo)).status == 1000


async def test_a_partner_that_forgets_what_it_answered_is_shown_the_former_token_again(
    hub: Running, cpo: SimulatedPartner, clock: ManualClock
) -> None:
    """Its own last write failed: neither token of the exchange is known there."""
    await register(hub, cpo)
    before, theirs = connection(hub).token, cpo.their_token
    never = CredentialsToken.generate()
    cpo.answer("PUT", "credentials", Side.SENDER, lambda _: Reply(cpo.credentials(never)))
    await rotate(hub)
    assert connection(hub).token.reveal() == never.reveal()

    await clock.stroll(minutes=1)
    assert connection(hub).token.reveal() == before.reveal()
    assert theirs is not None
    assert (await pull(cpo, theirs.reveal())).status == 1000
    cpo.answer("PUT", "credentials", Side.SENDER, cpo.usual("credentials"))
    await rotate(hub)
    assert await opens(cpo, hub)


async def test_the_former_token_is_forgotten_once_the_new_one_was_seen_to_open(
    hub: Running, cpo: SimulatedPartner, clock: ManualClock
) -> None:
    await register(hub, cpo)
    await rotate(hub)
    assert connection(hub).spare is not None
    cpo.is_online = False
    await clock.stroll(minutes=1)
    assert connection(hub).spare is not None
    cpo.is_online = True
    await clock.stroll(minutes=1)
    assert connection(hub).spare is None
    assert await opens(cpo, hub)


async def test_of_credentials_that_we_cannot_accept_the_token_is_kept(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """The far side has changed its tokens; its roles and endpoints here stay what they were."""
    await register(hub, cpo)
    given = cpo.invite()

    async def widen(arrived: Request) -> Reply:
        await cpo.usual("credentials")(arrived)
        told = cpo.credentials(given)
        return Reply({**told, "roles": [*told["roles"], *told["roles"]]})

    cpo.answer("PUT", "credentials", Side.SENDER, widen)
    with pytest.raises(AdminRefused, match="stands twice"):
        await rotate(hub)
    assert connection(hub).token.reveal() == given.reveal()
    assert [each.role for each in connection(hub).roles] == ["CPO"]
    assert (await pull(cpo)).status == 1000


async def test_a_suspension_in_the_middle_stands_and_so_do_the_new_tokens(
    hub: Running, cpo: SimulatedPartner
) -> None:
    await register(hub, cpo)

    async def suspend_meanwhile(arrived: Request) -> Reply:
        reply = await cpo.usual("credentials")(arrived)
        await operate(hub, "/partners/the-cpo/suspend", {})
        return reply

    cpo.answer("PUT", "credentials", Side.SENDER, suspend_meanwhile)
    await rotate(hub)
    partner = known(hub)
    assert partner is not None
    assert partner.state == "SUSPENDED"
    assert (await pull(cpo)).http == 401
    await operate(hub, "/partners/the-cpo/resume", {})
    assert (await pull(cpo)).status == 1000
    assert await opens(cpo, hub)


@pytest.fixture
async def both() -> AsyncIterator[SimulatedPartner]:
    async with SimulatedPartner(("CPO", CPO), versions=["2.2.1", "2.3.0"]) as partner:
        yield partner


async def test_we_move_a_connection_to_another_version_and_back(hub: Running, both: SimulatedPartner) -> None:
    """C-015 from our side: a PUT to the credentials endpoint of the other version."""
    await register(hub, both)
    assert connection(hub).version == "2.3.0"
    for version in ("2.2.1", "2.3.0"):
        shown = await operate(hub, "/partners/the-cpo/version", {"version": version})
        assert shown["version"] == connection(hub).version == both.version == version
        put = next(each for each in reversed(both.handshakes) if each.method == "PUT")
        assert put.version == version
        assert connection(hub).endpoint("cdrs", Side.SENDER) == f"{both.root(version)}/sender/cdrs"
        assert (await pull(both)).status == 1000


async def test_rotating_stays_on_the_version_that_the_operator_chose(
    hub: Running, both: SimulatedPartner
) -> None:
    await register(hub, both, version="2.2.1")
    await rotate(hub)
    assert connection(hub).version == both.version == "2.2.1"


async def test_a_version_that_one_of_us_does_not_speak_changes_nothing(
    hub: Running, cpo: SimulatedPartner
) -> None:
    await register(hub, cpo)
    with pytest.raises(AdminRefused, match=r"offers 2\.3\.0, not 2\.2\.1"):
        await operate(hub, "/partners/the-cpo/version", {"version": "2.2.1"})
    with pytest.raises(AdminRefused, match=r"2\.1\.1 is not spoken here"):
        await operate(hub, "/partners/the-cpo/version", {"version": "2.1.1"})
    with pytest.raises(AdminRefused, match="a version is one of"):
        await operate(hub, "/partners/the-cpo/version", {"version": "2.2"})
    assert connection(hub).version == "2.3.0"
    assert (await pull(cpo)).status == 1000


async def test_two_platforms_that_rotate_with_each_other_at_once_can_both_go_on(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """Each accepts the other's offer in the middle of its own."""
    await register(hub, cpo)

    async def renew_meanwhile(arrived: Request) -> Reply:
        mine = cpo.credentials(cpo.invite())
        assert (await cpo.offer("PUT", cpo.their_token or cpo.invite(), mine)).status == 1000
        return await cpo.usual("credentials")(arrived)

    cpo.answer("PUT", "credentials", Side.SENDER, renew_meanwhile)
    with pytest.raises(AdminRefused, match="changed by somebody else"):
        await rotate(hub)
    assert await opens(cpo, hub)
    assert (await pull(cpo)).status == 1000
    assert (await pull(cpo)).status == 1000


async def test_a_platform_is_rotated_with_by_one_of_two_processes(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, cpo: SimulatedPartner
) -> None:
    async with running_hub(mongo, clock, tmp_path) as one, running_hub(mongo, clock, tmp_path) as other:
        await connect(one, cpo, "the-cpo", "CPO")
        await other.foundation.directory.refresh()
        found = await asyncio.gather(rotate(one), rotate(other), return_exceptions=True)
        assert [isinstance(each, AdminRefused) for each in found].count(True) == 1
        assert len([each for each in cpo.handshakes if each.method == "PUT"]) == 1
