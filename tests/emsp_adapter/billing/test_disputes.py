"""Disputes as the back office leads them: step by step, and never two at the same time."""

import asyncio
from typing import Any

import pytest

from passerelle.admin_client import AdminRefused
from tests.emsp_adapter.billing.office import SHARED_LOOP, Office

pytestmark = SHARED_LOOP


def step(bill: dict[str, Any], state: str, **more: Any) -> dict[str, Any]:
    return {"id": bill["id"], "state": state, "reason": "the meter says less", **more}


async def test_every_step_is_kept_with_who_when_and_why(office: Office) -> None:
    cpo = office.cpo()
    bill = await office.bill(cpo)
    for state in ("OPEN", "REJECTED", "SETTLED"):
        await office.post("/bills/dispute", step(bill, state, note=f"about {state}"))
    history = (await office.shown(bill, cpo))["dispute"]["history"]
    assert [each["state"] for each in history] == ["OPEN", "REJECTED", "SETTLED"]
    assert {(each["by"], each["reason"]) for each in history} == {("command line", "the meter says less")}
    assert history[2]["note"] == "about SETTLED"
    assert history[0]["at"].startswith("2026-04-02T")
    assert await office.listed(cpo, dispute="SETTLED") == [bill["id"]]
    assert await office.listed(cpo, dispute="OPEN") == []


async def test_a_step_that_cannot_follow_is_refused_with_those_that_can(office: Office) -> None:
    bill = await office.bill(office.cpo())
    refusal = await office.refusal("/bills/dispute", step(bill, "SETTLED"))
    assert "it can only become OPEN, REVIEW" in refusal


async def test_of_several_who_decide_at_the_same_moment_one_does(office: Office) -> None:
    cpo = office.cpo()
    bill = await office.bill(cpo)
    await office.post("/bills/dispute", step(bill, "OPEN"))
    both = [step(bill, state) for state in ("CONCEDED", "REJECTED") * 4]
    outcomes = await asyncio.gather(
        *(office.post("/bills/dispute", each) for each in both), return_exceptions=True
    )
    refused = [each for each in outcomes if isinstance(each, AdminRefused)]
    assert len(refused) == 7
    assert len((await office.shown(bill, cpo))["dispute"]["history"]) == 2


async def test_who_decides_on_what_has_changed_since_is_told_so(office: Office) -> None:
    bill = await office.bill(office.cpo())
    told = await office.post("/bills/dispute", step(bill, "REVIEW"))
    seen = told["dispute"]["version"]
    await office.post("/bills/dispute", step(bill, "DISMISSED", seen=seen))
    assert "has changed since" in await office.refusal("/bills/dispute", step(bill, "OPEN", seen=seen))


async def test_what_a_person_has_in_hand_is_not_taken_away_by_a_new_verdict(office: Office) -> None:
    cpo = office.cpo()
    first = await office.bill(cpo)
    second = await office.bill(cpo, session_id=first["session_id"])
    await office.post("/bills/dispute", step(second, "OPEN"))
    await office.credit(cpo, first)
    assert (await office.shown(second, cpo))["dispute"]["state"] == "OPEN"


@pytest.mark.parametrize(
    ("change", "told"),
    [({"state": "ANGRY"}, "/state"), ({"reason": ""}, "/reason"), ({"colour": "red"}, "/colour")],
)
async def test_what_is_no_step_is_refused_with_its_place(
    office: Office, change: dict[str, str], told: str
) -> None:
    bill = await office.bill(office.cpos["2.3.0"])
    assert told in await office.refusal("/bills/dispute", {**step(bill, "OPEN"), **change})


async def test_there_is_no_dispute_about_a_bill_that_never_came(office: Office) -> None:
    assert "there is no bill" in await office.refusal("/bills/dispute", step({"id": "NOWHERE"}, "OPEN"))
