"""What is renewed by itself: old tokens, and who can be reached through a hub. C-020; the monthly advice."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.settings import HubSettings
from ocpi.partners.model import Partner, PartnerState
from ocpi.process.mongo import Mongo
from ocpi.registration.rhythm import Rhythm
from ocpi.registration.upkeep import Reason, due
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Reply, Request, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.ocpi.registration.handshakes import connection, pull, register
from tests.platforms import CPO, Running, connect, operate, running_emsp, running_hub

NOW = datetime(2026, 6, 1, tzinfo=UTC)
RHYTHM = Rhythm(rotate_every=timedelta(days=30), tell_every=timedelta(hours=1))


def puts(partner: SimulatedPartner) -> list[Request]:
    return [each for each in partner.handshakes if each.method == "PUT"]


def told(partner: SimulatedPartner) -> set[str]:
    """The parties in the last credentials that the partner was sent."""
    roles = puts(partner)[-1].json()["roles"]
    return {f"{each['role']} {each['country_code']}{each['party_id']}" for each in roles}


@pytest.mark.parametrize(
    ("age", "tried", "news", "rhythm", "reason"),
    [
        (timedelta(days=29), None, "same", RHYTHM, None),
        (timedelta(days=30), None, "same", RHYTHM, Reason.AGE),
        (timedelta(days=30), timedelta(minutes=59), "same", RHYTHM, None),
        (timedelta(days=30), timedelta(minutes=60), "same", RHYTHM, Reason.AGE),
        (timedelta(days=900), None, "same", Rhythm(rotate_every=None), None),
        (timedelta(minutes=59), None, "other", RHYTHM, None),
        (timedelta(minutes=60), None, "other", RHYTHM, Reason.NEWS),
        (timedelta(days=2), timedelta(minutes=59), "other", RHYTHM, None),
    ],
)
def test_credentials_are_exchanged_for_their_age_or_for_news_but_seldom(
    age: timedelta, tried: timedelta | None, news: str, rhythm: Rhythm, reason: Reason | None
) -> None:
    partner = Partner(
        name="p",
        state=PartnerState.REGISTERED,
        allowed_roles=frozenset(),
        connection=None,
        created_at=NOW - age,
        registered_at=NOW - age,
        told="same",
    )
    tried_at = None if tried is None else NOW - tried
    assert due(partner, tried_at, news, NOW, rhythm) is reason


def test_an_operator_can_do_without_monthly_tokens() -> None:
    assert HubSettings(rotate_tokens_days=0).rhythm.rotate_every is None
    assert HubSettings().rhythm == Rhythm(timedelta(days=30), timedelta(hours=1))


@pytest.fixture
async def hub(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    """It gathers news for three minutes."""
    async with running_hub(mongo, clock, tmp_path, tell_credentials_minutes=3) as service:
        yield service


async def test_the_parties_behind_a_hub_are_told_again_when_they_change(
    hub: Running, cpo: SimulatedPartner, emsp: SimulatedPartner, clock: ManualClock
) -> None:
    """Gathered: two joined, one exchange. Nobody is told of itself."""
    await connect(hub, cpo, "the-cpo", "CPO")
    await connect(hub, emsp, "the-emsp", "EMSP")
    async with SimulatedPartner(("EMSP", PartyId("DE", "XYZ"))) as third:
        await connect(hub, third, "the-third", "EMSP")
        await clock.stroll(minutes=2)
        assert [len(puts(each)) for each in (cpo, emsp, third)] == [0, 0, 0]
        await clock.stroll(minutes=1)
        assert [len(puts(each)) for each in (cpo, emsp, third)] == [1, 1, 0]
        assert told(cpo) == {"EMSP NLMSP", "EMSP DEXYZ", "OTHER FRHUB"}
        assert told(emsp) == {"CPO FRCPO", "EMSP DEXYZ", "OTHER FRHUB"}

        await clock.stroll(minutes=4)
        assert [len(puts(each)) for each in (cpo, emsp, third)] == [1, 1, 0]
        await third.withdraw()
        await clock.stroll(minutes=1)
        assert told(cpo) == {"EMSP NLMSP", "OTHER FRHUB"}
        assert (await pull(cpo)).status == 1000


async def test_news_that_come_one_by_one_are_told_once_in_a_while(
    hub: Running, cpo: SimulatedPartner, clock: ManualClock
) -> None:
    await connect(hub, cpo, "the-cpo", "CPO")
    await clock.stroll(minutes=3)
    async with AsyncExitStack() as stack:
        for name, times in (("AAA", 1), ("BBB", 1), ("CCC", 1), ("DDD", 2)):
            joining = await stack.enter_async_context(SimulatedPartner(("EMSP", PartyId("DE", name))))
            await connect(hub, joining, name, "EMSP")
            await clock.stroll(minutes=1)
            assert len(puts(cpo)) == times
        assert told(cpo) == {f"EMSP DE{name}" for name in ("AAA", "BBB", "CCC", "DDD")} | {"OTHER FRHUB"}


async def test_a_partner_of_2_2_1_is_told_of_no_parties_and_left_alone(
    hub: Running, emsp: SimulatedPartner, clock: ManualClock
) -> None:
    """C-019: it hears of them by hubclientinfo."""
    async with SimulatedPartner(("CPO", CPO), versions=["2.2.1"]) as cpo:
        await connect(hub, cpo, "the-cpo", "CPO")
        await connect(hub, emsp, "the-emsp", "EMSP")
        await clock.stroll(minutes=5)
        assert puts(cpo) == []


async def test_a_partner_that_is_away_is_told_later_and_holds_nobody_up(
    hub: Running, cpo: SimulatedPartner, emsp: SimulatedPartner, clock: ManualClock
) -> None:
    async with SimulatedPartner(("EMSP", PartyId("DE", "XYZ"))) as other:
        await connect(hub, cpo, "the-cpo", "CPO")
        await connect(hub, other, "the-other", "EMSP")
        await connect(hub, emsp, "the-emsp", "EMSP")
        cpo.is_online = False
        await clock.stroll(minutes=3)
        assert (len(puts(cpo)), len(puts(other))) == (0, 1)
        cpo.is_online = True
        await clock.stroll(minutes=2)
        assert puts(cpo) == []
        await clock.stroll(minutes=1)
        assert told(cpo) == {"EMSP NLMSP", "EMSP DEXYZ", "OTHER FRHUB"}


@pytest.fixture
async def issuer(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_emsp(mongo, clock, tmp_path, tell_credentials_minutes=3) as service:
        yield service


async def grow_old(platform: Running, days: int, minutes: int = 0) -> None:
    """The credentials of its partners were exchanged that long ago."""
    at = platform.foundation.clock.now() - timedelta(days=days, minutes=minutes)
    await platform.foundation.mongo.collection("partners").update_many({}, {"$set": {"registered_at": at}})
    await platform.foundation.directory.refresh()


async def test_tokens_are_renewed_every_month_without_anybody_asking(
    issuer: Running, cpo: SimulatedPartner, clock: ManualClock
) -> None:
    """The advice of the credentials module."""
    await register(issuer, cpo)
    shown, theirs = connection(issuer).token, cpo.their_token
    await grow_old(issuer, days=29, minutes=23 * 60)
    await clock.stroll(minutes=1)
    assert puts(cpo) == []
    await grow_old(issuer, days=30)
    await clock.stroll(minutes=1)
    assert len(puts(cpo)) == 1
    assert connection(issuer).token.reveal() != shown.reveal()
    assert cpo.their_token != theirs
    await clock.stroll(minutes=4)
    assert len(puts(cpo)) == 1


async def test_a_rotation_that_fails_is_tried_again_after_a_while(
    issuer: Running, cpo: SimulatedPartner, clock: ManualClock
) -> None:
    await register(issuer, cpo)
    cpo.answer("PUT", "credentials", Side.SENDER, lambda _: Reply(status_code=3000))
    await grow_old(issuer, days=30)
    await clock.stroll(minutes=3)
    assert len(puts(cpo)) == 1
    cpo.answer("PUT", "credentials", Side.SENDER, cpo.usual("credentials"))
    await clock.stroll(minutes=1)
    assert len(puts(cpo)) == 2


async def test_a_suspended_partner_is_left_alone(
    issuer: Running, cpo: SimulatedPartner, clock: ManualClock
) -> None:
    await register(issuer, cpo)
    await operate(issuer, "/partners/the-cpo/suspend", {})
    await grow_old(issuer, days=31)
    await clock.stroll(minutes=2)
    assert puts(cpo) == []


async def test_a_registration_that_a_crash_cut_off_is_cleared_away(
    issuer: Running, cpo: SimulatedPartner, clock: ManualClock
) -> None:
    await register(issuer, cpo)
    partners = issuer.foundation.mongo.collection("partners")
    await partners.update_one({}, {"$set": {"state": PartnerState.REGISTERING, "connection": None}})
    await clock.stroll(minutes=4)
    assert await partners.count_documents({}) == 1
    await clock.stroll(minutes=2)
    assert await partners.count_documents({}) == 0
