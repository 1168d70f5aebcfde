"""What becomes of a bill that arrives. J-49, S-20, fault scenario 11."""

import asyncio
import hashlib
from decimal import Decimal
from typing import Any

import pytest

from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests.fakes.eventually import eventually, eventually_so
from tests.hub.ledger.bills import TOO_MUCH, ask, bill, card_of, credit, post, quarantined, state_of
from tests.platforms import CPO, agree, connect
from tests.roaming import Roaming

OTHER = PartyId("BE", "MSP")


async def test_ten_of_the_same_at_once_are_one_bill(roaming: Roaming) -> None:
    """Fault scenario 11: one row, ten times 1000, and its receiver gets it once."""
    body = codec.encode(bill())
    answers = await asyncio.gather(*(post(roaming, body) for _ in range(10)))
    assert [heard.status for heard in answers] == [1000] * 10
    assert sorted(heard.http for heard in answers) == [200] * 9 + [201]
    assert len({heard.headers["Location"] for heard in answers}) == 1
    objects = roaming.hub.foundation.mongo.collection("objects")
    assert await objects.count_documents({"kind": "cdr"}) == 1
    await eventually_so(roaming.nothing_due)
    await roaming.later(seconds=1)
    assert [each.body for each in roaming.emsp.heard("cdrs", "POST")] == [body]
    assert await quarantined(roaming) == []


async def test_an_altered_body_under_a_known_id_is_refused_and_kept_apart(roaming: Roaming) -> None:
    """Fault scenario 11: both hashes are there for the operator, and the first bill stands."""
    first, altered = codec.encode(bill()), codec.encode(bill(total_energy=9))
    await post(roaming, first)
    answers = [await post(roaming, altered) for _ in range(2)]
    assert [(heard.http, heard.status) for heard in answers] == [(200, 2001)] * 2
    assert "/id" in answers[0].envelope["status_message"]

    (kept,) = await quarantined(roaming)
    assert kept["hash"] == hashlib.sha256(altered).hexdigest()
    assert kept["kept_hash"] == hashlib.sha256(first).hexdigest()
    assert (kept["code"], kept["times"]) == ("cdr_changed", 2)
    (shown,) = (await ask(roaming, "/ledger/CDR1"))["quarantined"]
    assert shown["body"].encode() == altered
    assert first in (await roaming.pull("cdrs")).body
    counted, _ = roaming.hub.foundation.metrics.exposition()
    assert b'passerelle_bills_quarantined_total{reason="cdr_changed"} 2.0' in counted


async def test_an_id_is_one_bill_whomever_it_is_for(roaming: Roaming) -> None:
    """Without regard to its case, too."""
    async with SimulatedPartner(("EMSP", OTHER)) as other:
        await connect(roaming.hub, other, "the-other", "EMSP")
        await agree(roaming.hub, emsp=OTHER)
        assert (await post(roaming, bill("CDR1"))).status == 1000
        assert (await post(roaming, bill("cdr1", cdr_token=card_of(OTHER)), OTHER)).status == 2001
        await eventually(lambda: bool(roaming.emsp.heard("cdrs")))
        assert other.heard("cdrs") == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"total_energy": -8}, "/total_energy"),
        ({"total_energy": Decimal(10) ** 30}, "/total_energy"),
        ({"total_cost": {"before_taxes": Decimal(10) ** 30}}, "/total_cost"),
        ({"total_cost": {"before_taxes": -2}}, "/total_cost"),
        ({"end_date_time": "2025-12-31T06:00:00Z"}, "/end_date_time"),
        ({"currency": "XXQ"}, "/currency"),
        ({"credit": True, "total_cost": {"before_taxes": -2}}, "/credit_reference_id"),
        ({"cdr_token": card_of(CPO)}, "/cdr_token/party_id"),
        ({"cdr_token": card_of(OTHER)}, "/cdr_token/party_id"),
    ],
)
async def test_what_no_bill_can_be_is_refused_at_its_place_and_kept_apart(
    roaming: Roaming, changes: dict[str, Any], pointer: str
) -> None:
    """J-49, and S-20: the card of a party without an agreement, or of the CPO itself."""
    body = codec.encode(bill(**changes))
    heard = await post(roaming, body)
    assert (heard.http, heard.status) == (200, 2001)
    assert heard.envelope["status_message"].startswith(f"{pointer}: ")
    (kept,) = await quarantined(roaming)
    assert (kept["pointer"], kept["kept_hash"]) == (pointer, None)
    assert (await roaming.pull("cdrs")).data == []
    await roaming.later(seconds=1)
    assert roaming.emsp.heard("cdrs") == []


async def test_a_bill_for_a_party_without_an_agreement_goes_nowhere(roaming: Roaming) -> None:
    """S-20."""
    heard = await post(roaming, bill(cdr_token=card_of(OTHER)), OTHER)
    assert heard.status == 4001
    assert await roaming.hub.foundation.mongo.collection("objects").count_documents({}) == 0


async def test_a_credit_cannot_be_taken_back(roaming: Roaming) -> None:
    """J-49."""
    assert (await post(roaming, bill("A"))).status == 1000
    assert (await post(roaming, credit("A", "B"))).status == 1000
    heard = await post(roaming, credit("B", "C"))
    assert (heard.status, "/credit_reference_id" in heard.envelope["status_message"]) == (2001, True)


async def test_a_doubtful_bill_is_delivered_as_it_is_with_its_verdict(roaming: Roaming) -> None:
    body = codec.encode(bill(total_cost=TOO_MUCH))
    heard = await post(roaming, body)
    assert (heard.status, heard.envelope.get("status_message")) == (1000, None)
    await eventually(lambda: bool(roaming.emsp.heard("cdrs")))
    assert roaming.emsp.heard("cdrs")[0].body == body
    shown = (await ask(roaming, "/ledger/CDR1"))["bill"]
    assert shown["clean"] is False
    assert "total_cost_differs" in [each["code"] for each in shown["findings"]]


async def test_a_second_bill_of_a_session_that_nobody_credited_is_marked(roaming: Roaming) -> None:
    """Two at once, too: one of them is the second."""
    bodies = [codec.encode(bill(name, session_id="S9")) for name in ("A", "B")]
    await asyncio.gather(*(post(roaming, body) for body in bodies))
    shown = [(await ask(roaming, f"/ledger/{name}"))["bill"] for name in ("A", "B")]
    marked = [_billed_twice(each) for each in shown]
    assert sorted(marked, key=bool) == [[], [_other(shown, marked)]]
    assert [(await post(roaming, body)).status for body in bodies] == [1000, 1000]
    again = [(await ask(roaming, f"/ledger/{name}"))["bill"] for name in ("A", "B")]
    assert [_billed_twice(each) for each in again] == marked


def _billed_twice(shown: Any) -> list[str]:
    return [each["actual"] for each in shown["findings"] if each["code"] == "session_billed_twice"]


def _other(shown: list[Any], marked: list[list[str]]) -> str:
    """The id of the one that is not marked, as it is told in the finding."""
    return next(str(each["id"]).lower() for each, found in zip(shown, marked, strict=True) if not found)


async def test_a_bill_that_replaces_a_credited_one_is_no_second_bill(roaming: Roaming) -> None:
    for body in (bill("A", session_id="S9"), credit("A", "B", session_id="S9"), bill("C", session_id="S9")):
        assert (await post(roaming, body)).status == 1000
    assert (await ask(roaming, "/ledger/C"))["bill"]["findings"] == []
    assert await state_of(roaming, "A") == "credited"


async def test_what_a_crash_left_without_a_verdict_has_one_when_it_comes_again(roaming: Roaming) -> None:
    """Stored, not yet judged and not marked: the sender had no answer, so it sends it again."""
    body = codec.encode(bill())
    await post(roaming, body)
    await eventually_so(roaming.nothing_due)
    mongo = roaming.hub.foundation.mongo
    for name in ("verdicts", "receipts"):
        await mongo.collection(name).delete_many({})
    assert await state_of(roaming, "CDR1") == "received"
    assert (await post(roaming, body)).status == 1000
    await eventually_so(roaming.nothing_due)
    assert await state_of(roaming, "CDR1") == "delivered"
    assert len(roaming.emsp.heard("cdrs")) == 2


async def test_an_impossible_bill_takes_no_session_from_the_right_one(roaming: Roaming) -> None:
    assert (await post(roaming, bill("WRONG", session_id="S9", total_energy=-1))).status == 2001
    assert (await post(roaming, bill("RIGHT", session_id="S9"))).status == 1000
    assert (await ask(roaming, "/ledger/RIGHT"))["bill"]["findings"] == []
