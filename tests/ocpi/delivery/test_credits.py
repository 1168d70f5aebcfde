"""A corrected bill is never paid twice: the credit first, then what replaces the wrong one."""

from typing import Any

from schemas.v2_3_0.cdrs import CDR
from tests import build
from tests.fakes.eventually import eventually
from tests.platforms import EMSP, operate
from tests.roaming import Roaming

WRONG = build.cdr(id="WRONG", session_id="S9", last_updated="2026-01-01T10:00:00Z")
CREDIT = build.cdr(
    id="CREDIT",
    session_id="S9",
    credit=True,
    credit_reference_id="WRONG",
    total_cost={"before_taxes": -1},
    last_updated="2026-01-01T11:00:00Z",
)
RIGHT = build.cdr(id="RIGHT", session_id="S9", last_updated="2026-01-01T12:00:00Z")


async def post(roaming: Roaming, bill: CDR) -> None:
    heard = await roaming.push("cdrs", body=bill, to=EMSP, method="POST")
    assert heard.status == 1000, heard.body


def arrived(roaming: Roaming) -> list[Any]:
    return [each.json()["id"] for each in roaming.emsp.heard("cdrs")]


async def parked(roaming: Roaming) -> dict[str, str]:
    return {
        mark["object_id"].split("/")[-1].split("|")[0]: mark["parked"]
        for mark in await roaming.marks()
        if mark.get("parked")
    }


async def test_a_replacement_told_first_waits_for_its_credit(roaming: Roaming) -> None:
    await post(roaming, WRONG)
    await eventually(lambda: arrived(roaming) == ["WRONG"])
    await post(roaming, RIGHT)
    await roaming.stroll(minutes=5)
    assert arrived(roaming) == ["WRONG"]

    await post(roaming, CREDIT)
    await roaming.until_nothing_due()
    assert arrived(roaming) == ["WRONG", "CREDIT", "RIGHT"]


async def test_a_second_bill_that_nobody_credits_goes_out_after_an_hour(roaming: Roaming) -> None:
    """Held for ever it would be lost, and the dispute with it."""
    await post(roaming, WRONG)
    await post(roaming, RIGHT)
    await eventually(lambda: arrived(roaming) == ["WRONG"])
    await roaming.much_later(minutes=59)
    assert arrived(roaming) == ["WRONG"]
    await roaming.stroll(minutes=2)
    await eventually(lambda: arrived(roaming) == ["WRONG", "RIGHT"])


async def test_where_credits_cannot_travel_both_are_one_case_for_the_operator(roaming: Roaming) -> None:
    await operate(roaming.hub, "/partners/the-emsp/policy", {"no_credit_cdrs": True})
    for bill in (WRONG, CREDIT, RIGHT):
        await post(roaming, bill)
    await roaming.until_nothing_due()

    assert arrived(roaming) == ["WRONG"]
    reasons = await parked(roaming)
    assert set(reasons) == {"credit", "right"}
    assert all("WRONG" in reason and "by hand" in reason for reason in reasons.values())
