"""One live amount for each session, whatever is billed, taken back and billed anew, and in whatever order."""

import asyncio
import random
from decimal import Decimal
from typing import Any

import pytest

from emsp_adapter.billing_room import tools
from emsp_adapter.settings import EmspSettings
from ocpi.objects.record import Record
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind
from schemas.v2_3_0.cdrs import CDR
from tests.conformance.far_side import FarSide
from tests.emsp_adapter.billing.office import CARD, SHARED_LOOP, Office, ended, price
from tests.platforms import EMSP

pytestmark = SHARED_LOOP


async def chains(office: Office, cpo: FarSide) -> list[Any]:
    kept = office.emsp.foundation.mongo.collection("bill_chains")
    return [each async for each in kept.find({"cpo": str(cpo.party), "bills": {"$ne": []}})]


async def live(office: Office, cpo: FarSide) -> list[str | None]:
    return [each["live"] and each["live"]["cdr"] for each in await chains(office, cpo)]


async def test_a_bill_its_credit_and_its_replacement_are_one_chain(office: Office) -> None:
    cpo = office.cpo()
    first = await office.bill(cpo)
    credit = await office.credit(cpo, first)
    second = await office.bill(cpo, session_id=first["session_id"])
    assert await office.places(cpo, first, credit, second) == ["CREDITED", "CREDIT", "LIVE"]
    assert await live(office, cpo) == [second["id"]]
    shown = await office.shown(second, cpo)
    assert [each["id"] for each in shown["chain"]] == [first["id"], credit["id"], second["id"]]
    assert (shown["clean"], shown["dispute"]) == (True, None)


async def test_a_replacement_before_its_credit_is_a_duplicate_until_that_comes(office: Office) -> None:
    cpo = office.cpo()
    first = await office.bill(cpo)
    second = await office.bill(cpo, session_id=first["session_id"])
    doubted = await office.shown(second, cpo)
    assert (doubted["place"], doubted["clean"]) == ("DUPLICATE", False)
    assert "session_billed_twice" in doubted["findings"]
    assert doubted["dispute"]["state"] == "REVIEW"
    await office.credit(cpo, first)
    shown = await office.shown(second, cpo)
    assert (shown["place"], shown["clean"]) == ("LIVE", True)
    assert shown["dispute"]["state"] == "DISMISSED"


async def test_a_credit_before_its_original_takes_effect_when_that_comes(office: Office) -> None:
    """Even if the credit does not name the session."""
    cpo = office.cpo()
    original = office.honest(cpo)
    total = price(Decimal(-4), Decimal("-0.8"))
    told = {"credit": True, "credit_reference_id": original["id"].upper(), "total_cost": total}
    nameless = {name: value for name, value in original.items() if name != "session_id"}
    credit = {**nameless, "id": "C" + original["id"], **told}
    await office.send(cpo, credit)
    shown = await office.shown(credit, cpo)
    assert (shown["place"], "credit_without_original" in shown["findings"]) == ("LOOSE", True)
    await office.send(cpo, original)
    assert await office.places(cpo, original, credit) == ["CREDITED", "CREDIT"]
    assert "credit_without_original" not in (await office.shown(credit, cpo))["findings"]
    assert await live(office, cpo) == [None]


async def test_a_bill_that_is_credited_twice_is_found(office: Office) -> None:
    cpo = office.cpo()
    first = await office.bill(cpo)
    await office.credit(cpo, first)
    again = await office.credit(cpo, first)
    assert "credited_twice" in (await office.shown(again, cpo))["findings"]
    assert await office.places(cpo, first, again) == ["CREDITED", "LOOSE"]


async def test_a_credit_of_another_amount_is_found(office: Office) -> None:
    cpo = office.cpo()
    first = await office.bill(cpo)
    credit = await office.credit(cpo, first, total_cost=price(Decimal(-3), Decimal("-0.6")))
    assert "credit_not_opposite" in (await office.shown(credit, cpo))["findings"]


async def test_of_bills_that_come_at_the_same_moment_one_is_live(office: Office) -> None:
    cpo = office.cpo()
    session = office.honest(cpo)["session_id"]
    bills = [office.honest(cpo, session_id=session) for _ in range(8)]
    await asyncio.gather(*(office.send(cpo, each) for each in bills))
    assert sorted(await office.places(cpo, *bills)) == ["DUPLICATE"] * 7 + ["LIVE"]
    (only,) = await live(office, cpo)
    assert only in {each["id"] for each in bills}


@pytest.mark.parametrize("seed", range(3))
async def test_two_processes_that_take_bills_and_credits_in_any_order_agree_in_the_end(
    office: Office, seed: int
) -> None:
    """Each bill is taken by one of two rooms on one database, and judged by both."""
    cpo, chance = office.cpo(), random.Random(seed)  # noqa: S311 - no secret
    first = office.honest(cpo)
    second = office.honest(cpo, session_id=first["session_id"])
    credits_of = [
        {**each, "id": f"C{each['id']}", "credit": True, "credit_reference_id": each["id"]}
        for each in (first, second)
    ]
    third = office.honest(cpo, session_id=first["session_id"])
    come = [first, second, third, *credits_of]
    chance.shuffle(come)
    await asyncio.gather(*(_kept(office, cpo, each) for each in come))
    rooms = [tools(office.emsp.foundation, _settings(office)) for _ in range(2)]
    found = [await office.emsp.foundation.store.numbered(_key(cpo, each)) for each in come]
    work = [room.auditor.one(bill) for room in rooms for bill in found if bill is not None]
    chance.shuffle(work)
    await asyncio.gather(*work)
    assert await live(office, cpo) == [third["id"]]
    assert await office.places(cpo, first, second, third) == ["CREDITED", "CREDITED", "LIVE"]
    assert await office.places(cpo, *credits_of) == ["CREDIT", "CREDIT"]


async def test_what_was_read_before_a_credit_came_is_not_written_over_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process has read a bill and its duplicate and stands still; meanwhile the first is taken back."""
    cpo = office.cpo()
    first = await office.bill(cpo)
    second = office.honest(cpo, session_id=first["session_id"])
    await _kept(office, cpo, second)
    room = tools(office.emsp.foundation, _settings(office))
    numbered = await office.emsp.foundation.store.numbered(_key(cpo, second))
    assert numbered is not None
    row = await room.rows.take(numbered, office.clock.now())
    come: list[dict[str, Any]] = []
    read = room.chains._read  # noqa: SLF001 - as a process that stands still there

    async def stood_still(key: str) -> Any:
        found = await read(key)
        if not come:
            come.append(await office.credit(cpo, first))
        return found

    monkeypatch.setattr(room.chains, "_read", stood_still)
    await room.chains.order(row.chain)
    assert await live(office, cpo) == [second["id"]]
    assert await office.places(cpo, first, *come, second) == ["CREDITED", "CREDIT", "LIVE"]


async def test_a_contract_has_spent_what_its_live_bills_say(office: Office) -> None:
    """4.80 each with taxes: one of two sessions is billed twice, one is taken back, one is of another day.

    A third pays the driver.
    """
    cpo = office.cpo()
    card = {**CARD, "uid": "04AA", "contract_id": "NL-MSP-C1"}
    first = await office.bill(cpo, cdr_token=card)
    await office.bill(cpo, cdr_token=card, session_id=first["session_id"])
    await office.bill(cpo, cdr_token=card, **ended("2026-02-10"))
    await office.credit(cpo, await office.bill(cpo, cdr_token=card))
    await office.bill(cpo, cdr_token=card, home_charging_compensation=True)
    told = await office.get("/contracts/nl-msp-c1/spent")
    assert {name: Decimal(str(each)) for name, each in told["spent"].items()} == {"EUR": Decimal("9.6")}
    since = await office.get("/contracts/NL-MSP-C1/spent", since="2026-03-01")
    assert Decimal(str(since["spent"]["EUR"])) == Decimal("4.8")


async def _kept(office: Office, cpo: FarSide, value: dict[str, Any]) -> None:
    bill = CDR.model_validate(value)
    await office.emsp.foundation.store.insert(
        Record(_key(cpo, value), bill.last_updated, codec.encode(value))
    )


def _key(cpo: FarSide, value: dict[str, Any]) -> ObjectKey:
    return ObjectKey(ObjectKind.CDR, cpo.party, value["id"])


def _settings(office: Office) -> EmspSettings:
    return EmspSettings(party=str(EMSP), data_folder=office.emsp.foundation.keys)
