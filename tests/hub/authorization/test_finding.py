"""Whose card it is where nobody is named: told, named by its contract, found by asking. C-056, C-058."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hub.authorization import desk
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Reply, Request, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.hub.authorization.issuers import (
    AT,
    SECOND,
    THIRD,
    UNKNOWN,
    asked,
    authorize,
    hangs,
    issuers_at,
    may_be_asked,
    says,
    tell_token,
)
from tests.platforms import CPO, EMSP, connect
from tests.roaming import Roaming, roaming_on

SENDER = Side.SENDER
BUDGET_S = 0.6


async def test_an_authorization_goes_to_the_issuer_of_the_card(roaming: Roaming) -> None:
    """The driver's moment: no TO, and the right eMSP answers."""
    await tell_token(roaming.emsp, EMSP)
    says(roaming.emsp, Reply({"allowed": "ALLOWED"}))
    heard = await authorize(roaming, "04aa")

    assert (heard.http, heard.status, heard.data) == (200, 1000, {"allowed": "ALLOWED"})
    (arrived,) = roaming.emsp.heard("tokens", "POST")
    assert arrived.routing == Routing(to=EMSP, sender=CPO)
    assert (arrived.path, arrived.body) == ("04aa/authorize", AT)
    assert Routing.read(heard.headers) == Routing(to=CPO, sender=EMSP)


async def test_a_card_that_nobody_claims_is_unknown(roaming: Roaming) -> None:
    """C-088: HTTP 404 and 2004. Who did not agree to be asked about any card is not."""
    heard = await authorize(roaming, "04FF")
    assert (heard.http, heard.status, heard.data) == (404, 2004, None)
    assert asked(roaming.emsp) == []


async def test_the_type_is_part_of_the_card(roaming: Roaming) -> None:
    """C-091."""
    await tell_token(roaming.emsp, EMSP, type="APP_USER")
    says(roaming.emsp, "ALLOWED")
    assert (await authorize(roaming)).status == 2004
    assert (await authorize(roaming, query={"type": "APP_USER"})).status == 1000


async def test_an_issuer_without_an_agreement_is_not_asked(roaming: Roaming) -> None:
    """Neither for its card, nor for its contract, nor for any card."""
    async with SimulatedPartner(("EMSP", SECOND)) as second:
        await connect(roaming.hub, second, "second", "EMSP")
        await tell_token(second, SECOND)
        assert (await authorize(roaming)).status == 2004
        assert (await authorize(roaming, "BE-MSP-C1", query={"type": "EMAID"})).status == 2004
        assert asked(second) == []


async def test_of_several_issuers_the_one_that_knows_the_card_answers(roaming: Roaming) -> None:
    """Short uids are not unique. One that cannot be reached may be the right one."""
    async with issuers_at(roaming, [SECOND], are_asked=False) as (second,):
        await tell_token(second, SECOND)
        await tell_token(roaming.emsp, EMSP)

        says(roaming.emsp, "BLOCKED")
        assert (await authorize(roaming)).data["allowed"] == "BLOCKED"
        assert (asked(second), asked(roaming.emsp)) == ([b""], [b"", AT])

        second.is_online = False
        assert (await authorize(roaming)).data["allowed"] == "BLOCKED"
        says(roaming.emsp, UNKNOWN)
        assert (await authorize(roaming)).status == 4003
        second.is_online = True
        assert (await authorize(roaming)).status == 2004


async def test_a_card_that_one_issuer_blocked_and_another_gave_out_is_the_others(roaming: Roaming) -> None:
    async with issuers_at(roaming, [SECOND], are_asked=False) as (second,):
        await tell_token(second, SECOND, valid=False)
        await tell_token(roaming.emsp, EMSP)
        says(roaming.emsp, "ALLOWED")
        assert (await authorize(roaming)).data["allowed"] == "ALLOWED"
        assert (asked(second), asked(roaming.emsp)) == ([], [AT])


@pytest.mark.parametrize("uid", ["NL-MSP-C00122045", "nl*msp*c1"])
async def test_a_contract_id_names_its_issuer(roaming: Roaming, uid: str) -> None:
    """C-098: contracts in cars are not pushed. No other issuer hears of them."""
    async with issuers_at(roaming, [SECOND]) as (second,):
        says(roaming.emsp, "ALLOWED")
        heard = await authorize(roaming, uid, query={"type": "EMAID"})
        assert heard.data["allowed"] == "ALLOWED"
        assert (asked(roaming.emsp), asked(second)) == ([AT], [])


async def test_a_contract_that_its_provider_does_not_know_may_be_somebody_elses(roaming: Roaming) -> None:
    async with issuers_at(roaming, [SECOND]) as (second,):
        await may_be_asked(roaming.hub)
        says(roaming.emsp, UNKNOWN)
        says(second, "ALLOWED")
        assert (await authorize(roaming, "NL-MSP-C1")).data["allowed"] == "ALLOWED"
        assert (asked(roaming.emsp), asked(second)) == ([AT], [b"", AT])


async def test_an_unknown_card_is_asked_about_without_its_place_and_the_claimant_is_told_it(
    roaming: Roaming,
) -> None:
    """Only those that agreed to it are asked; all of them under the correlation id of the asker."""
    async with issuers_at(roaming, [SECOND, THIRD]) as (second, third):
        says(third, "ALLOWED")
        heard = await authorize(roaming, query={"type": "RFID", "location_id": "LOC1"})
        assert heard.data["allowed"] == "ALLOWED"
        assert Routing.read(heard.headers) == Routing(to=CPO, sender=THIRD)
        assert (asked(roaming.emsp), asked(second), asked(third)) == ([], [b""], [b"", AT])
        probes = [second.heard("tokens", "POST")[0], third.heard("tokens", "POST")[0]]
        assert [each.query for each in probes] == 2 * [{"type": "RFID"}]
        assert {each.ids.correlation_id for each in probes} == {heard.headers["X-Correlation-ID"]}


async def test_who_wants_to_know_the_place_first_is_told_it_if_nobody_else_claims_the_card(
    roaming: Roaming,
) -> None:
    """C-090."""

    def wants_place(request: Request) -> Reply:
        return Reply({"allowed": "ALLOWED"}) if request.body else Reply(status_code=2002)

    async with issuers_at(roaming, [SECOND, THIRD]) as (second, third):
        second.answer("POST", "tokens", SENDER, wants_place)
        assert (await authorize(roaming)).data == {"allowed": "ALLOWED"}
        says(third, "BLOCKED")
        assert (await authorize(roaming, "04BB")).data["allowed"] == "BLOCKED"
        assert asked(second) == [b"", AT, b""]


async def test_two_claimants_are_refused_and_the_operator_is_told(roaming: Roaming) -> None:
    async with issuers_at(roaming, [SECOND, THIRD]) as issuers:
        for each in issuers:
            says(each, "ALLOWED")
        with capture_logs() as logs:
            for _ in range(2):
                heard = await authorize(roaming)
                assert (heard.http, heard.status, heard.data) == (200, 4000, None)
        assert [asked(each) for each in issuers] == 2 * [[b"", b""]]

        async def alarms() -> list[dict[str, object]]:
            return list(await asyncio.to_thread(roaming.hub.admin.get, "/tokens/alarms"))

        async def twice() -> bool:
            return [each["times"] for each in await alarms()] == [2]

        await eventually_so(twice)
        (alarm,) = await alarms()
        assert (alarm["kind"], alarm["asker"]) == ("TWO_CLAIMANTS", str(CPO))
        assert alarm["claimants"] == [str(SECOND), str(THIRD)]
        told = [each for each in logs if each["event"] == "a card is claimed twice"]
        assert [each["log_level"] for each in told] == ["warning", "warning"]
        assert "04AA" not in str((alarm, told))
        counted, _ = roaming.hub.foundation.metrics.exposition()
        assert b'passerelle_card_alarms_total{kind="TWO_CLAIMANTS"} 2.0' in counted


async def test_a_slow_issuer_takes_no_time_of_the_others(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """Two at once, four that hang: the fifth is asked all the same, and answers in time."""
    parties = [PartyId("AA", f"{number:03}") for number in range(4)]
    settings: dict[str, Any] = {"card_search_s": BUDGET_S, "card_search_at_once": 2}
    async with (
        roaming_on(mongo, clock, tmp_path, **settings) as roaming,
        issuers_at(roaming, [*parties, THIRD]) as (*slow, quick),
    ):
        released = [hangs(each) for each in slow]
        says(quick, "ALLOWED")
        began_s = SystemClock().monotonic()
        assert (await authorize(roaming)).data["allowed"] == "ALLOWED"
        assert SystemClock().monotonic() - began_s < 2 * BUDGET_S
        assert [len(asked(each)) for each in slow] == [1, 1, 1, 1]
        for each in released:
            each.set()


async def test_no_more_than_a_few_are_asked_at_once(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> None:
    under_way, most = 0, 0

    async def count(_: Request) -> Reply:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        return UNKNOWN

    parties = [PartyId("AA", f"{number:03}") for number in range(6)]
    async with (
        roaming_on(mongo, clock, tmp_path, card_search_at_once=3) as roaming,
        issuers_at(roaming, parties) as issuers,
    ):
        for each in issuers:
            each.answer("POST", "tokens", SENDER, count)
        assert (await authorize(roaming)).status == 2004
        assert (most, [len(asked(each)) for each in issuers]) == (3, 6 * [1])


async def test_an_issuer_that_claims_and_then_is_silent_is_4002(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The asker hears in time whatever happens."""
    released = asyncio.Event()

    async def claims_only(request: Request) -> Reply:
        if request.body:
            await released.wait()
        return Reply({"allowed": "ALLOWED"})

    await may_be_asked(roaming.hub)
    roaming.emsp.answer("POST", "tokens", SENDER, claims_only)
    monkeypatch.setattr(desk, "AUTHORIZE_BUDGET", desk.AUTHORIZE_BUDGET / 10)
    async with asyncio.timeout(10):
        assert (await authorize(roaming)).status == 4002
    released.set()


async def test_several_issuers_together_have_the_time_of_one(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with issuers_at(roaming, [SECOND]) as (second,):
        await tell_token(second, SECOND)
        await tell_token(roaming.emsp, EMSP)
        released = [hangs(second), hangs(roaming.emsp)]
        monkeypatch.setattr(desk, "AUTHORIZE_BUDGET", desk.AUTHORIZE_BUDGET / 20)
        async with asyncio.timeout(10):
            assert (await authorize(roaming)).status == 4002
        for each in released:
            each.set()


async def test_nonsense_from_one_issuer_does_not_keep_the_right_one_from_answering(roaming: Roaming) -> None:
    async with issuers_at(roaming, [SECOND, THIRD]) as (second, third):
        says(third, "ALLOWED")
        for nonsense in (Reply(raw=b"<html>"), Reply(http=500, raw=b""), Reply(http=401), Reply([1])):
            says(second, nonsense)
            uid = f"04{len(asked(second)):02}"
            assert (await authorize(roaming, uid)).data["allowed"] == "ALLOWED"
        second.is_online = False
        assert (await authorize(roaming, "04EE")).data["allowed"] == "ALLOWED"
