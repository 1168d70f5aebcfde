"""What comes after a bill, from the station through our hub to our eMSP: nobody pays twice, nor too little.

In OCPI 2.2.1 and 2.3.0 the bill is taken back by a credit and replaced. An eMSP that speaks 2.1.1 can be told
neither: it keeps the one bill that it has, and the hub's operator has the rest to settle by hand.
Spec: 2.3.0 mod_cdrs, Credit CDRs.
"""

from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes.eventually import eventually_so
from tests.flows.crediting import A_KWH, RIGHT_KWH, WRONG_KWH, Played, excl_tax, playing, read
from tests.hub.virtual.meeting import OLDEST
from tests.platforms import CPO, EMSP, operate

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["2.3.0", "2.2.1"])
async def played(
    request: pytest.FixtureRequest, mongo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Played]:
    async with playing(mongo_url, tmp_path_factory.mktemp("credits"), request.param) as played:
        yield played


@pytest.mark.parametrize("charge", ["late", "corrected"])
async def test_a_bill_its_credit_and_its_replacement_are_one_chain_that_is_right_to_the_cent(
    played: Played, charge: str
) -> None:
    session_id = played.sessions[charge]
    first, credit, other = chain = await played.chain(session_id)

    assert (first["id"], credit["credits"], other["credits"]) == (session_id, session_id, None)
    assert [each["credit"] for each in chain] == [False, True, False]
    wrong, right = WRONG_KWH[charge] * A_KWH, RIGHT_KWH[charge] * A_KWH
    assert [each["theirs"]["excl_tax"] for each in chain] == [wrong, -wrong, right]
    assert excl_tax(chain) == right
    assert [each["findings"] for each in chain] == [[], [], []]


async def test_of_what_is_written_off_nothing_is_owed(played: Played) -> None:
    chain = await played.chain(played.sessions["written off"])
    assert [each["place"] for each in chain] == ["CREDITED", "CREDIT"]
    assert excl_tax(chain) == 0


async def test_what_each_bill_says_is_what_its_issuer_comes_to(played: Played) -> None:
    async def are_judged() -> bool:
        return {each["audit"] for each in (await read(played.emsp, "/bills"))["bills"]} == {"DONE"}

    await eventually_so(are_judged)
    bills = (await read(played.emsp, "/bills"))["bills"]
    assert [each for each in bills if each["theirs"] != each["ours"]] == []


async def test_the_statement_of_the_month_counts_each_session_once(played: Played) -> None:
    statements = await stated(played)
    sums = [each["currencies"]["EUR"] for each in statements]
    total = sum((each["total"]["excl_tax"] for each in sums), Decimal(0))
    assert total == sum(RIGHT_KWH.values()) * A_KWH
    assert sum(each["total"]["count"] for each in sums) == len(RIGHT_KWH)
    assert sum(each["credits"]["count"] for each in sums) == len(WRONG_KWH)
    assert sum(each["bills"] for each in statements) == await bills_in_all(played)


async def test_the_hubs_ledger_holds_each_bill_once(played: Played) -> None:
    ids = [bill["id"] for session_id in played.sessions.values() for bill in await played.chain(session_id)]

    async def has_all() -> bool:
        return {each["state"] for each in await played.ledger()} == {"delivered", "credited"}

    await eventually_so(has_all)
    held = await played.ledger()
    assert sorted(each["id"] for each in held) == sorted(ids)
    credited = {each["id"] for each in held if each["state"] == "credited"}
    assert credited == {played.sessions[charge] for charge in WRONG_KWH}


async def stated(played: Played) -> list[Any]:
    """Of the months in which they ended: a test may be run at the turn of one."""
    bills = (await read(played.emsp, "/bills"))["bills"]
    months = {each["end"][:7] for each in bills}
    return [await read(played.emsp, f"/statements/{CPO}/{month}") for month in sorted(months)]


async def bills_in_all(played: Played) -> int:
    return len((await read(played.emsp, "/bills"))["bills"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def old(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    async with playing(mongo_url, tmp_path_factory.mktemp("old"), OLDEST) as played:
        yield played


async def test_an_issuer_of_2_1_1_keeps_its_one_bill_and_the_hubs_operator_has_the_rest(old: Played) -> None:
    """Each correction is one case: the credit and what replaces the bill."""
    kept = {old.sessions[charge] for charge in (*WRONG_KWH, "next")}

    async def has_told_all() -> bool:
        return await parked(old) == 5

    await eventually_so(has_told_all)
    assert {each["id"] for each in (await read(old.emsp, "/bills"))["bills"]} == kept
    ledger = await old.ledger()
    assert Counter(each["state"] for each in ledger) == {"credited": 3, "delivered": 1, "checked": 5}
    assert all("by hand" in each["reason"] for each in ledger if each["state"] == "checked")
    owed = [each["currencies"]["EUR"]["total"]["excl_tax"] for each in await stated(old)]
    assert sum(owed) == (sum(WRONG_KWH.values()) + RIGHT_KWH["next"]) * A_KWH


async def test_an_issuer_of_2_1_1_takes_what_the_hub_tells_everybody(old: Played) -> None:
    """It comes from the party as which the hub poses."""

    async def knows_the_place() -> bool:
        return "GARE" in [each["id"] for each in await read(old.emsp, "/objects/locations")]

    await eventually_so(knows_the_place)


async def test_an_issuer_of_2_1_1_that_agrees_to_negative_totals_comes_to_the_same_sum(old: Played) -> None:
    """What was kept back is told after all, and each bill counts by itself: 2.1.1 chains nothing."""

    async def are_parked() -> bool:
        return await parked(old) == 5

    async def have_come() -> bool:
        return await bills_in_all(old) == 9

    await eventually_so(are_parked)
    await operate(old.hub, "/partners/old@FRCPO/policy", {"negative_cdrs": True})
    await operate(old.hub, "/outbox/revive", {"to": str(EMSP)})
    await eventually_so(have_come)
    owed = [each["currencies"]["EUR"]["total"]["excl_tax"] for each in await stated(old)]
    assert sum(owed) == sum(RIGHT_KWH.values()) * A_KWH


async def parked(played: Played) -> int:
    """How many bills their receiver never gets."""
    return len(await read(played.hub, "/outbox", kind="cdr", state="parked"))
