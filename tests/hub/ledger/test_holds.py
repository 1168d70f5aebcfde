"""Bills that an agreement wants held: who is told what, and what the operator decides."""

import asyncio
import json
from typing import Any

import pytest

from ocpi.objects.holds import Hold
from ocpi.objects.store import ObjectStore
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas import codec
from schemas.kinds import ObjectKind
from simulators.partner import SimulatedPartner
from tests.fakes.eventually import eventually
from tests.hub.ledger.bills import TOO_MUCH, ask, bill, credit, hold, post, state_of
from tests.platforms import CPO, HUB, operate
from tests.roaming import Roaming

CODE = "total_cost_differs"


async def export(roaming: Roaming, partner: SimulatedPartner, after: int = 0) -> list[dict[str, Any]]:
    assert partner.their_token is not None
    url = f"{roaming.hub.url}/export/cdrs.json?after={after}"
    heard = await partner.send("GET", url, partner.their_token)
    return list(json.loads(heard.body)["cdrs"])


async def own_list(partner: SimulatedPartner) -> list[str]:
    party = partner.roles[0][1]
    heard = await partner.call("GET", "cdrs", Side.SENDER, routing=Routing(HUB, party))
    assert heard.headers["X-Total-Count"] == str(len(heard.data))
    return [each["id"] for each in heard.data]


async def test_a_bill_with_an_agreed_finding_stays_here_and_both_are_told_why(roaming: Roaming) -> None:
    await hold(roaming, CODE)
    body = codec.encode(bill(total_cost=TOO_MUCH))
    heard = await post(roaming, body)
    assert (heard.http, heard.status) == (201, 1000)
    assert CODE in heard.envelope["status_message"]
    assert await state_of(roaming, "CDR1") == "held"

    (theirs,) = await export(roaming, roaming.cpo)
    assert (theirs["state"], theirs["reason"], theirs["cdr"]["id"]) == ("held", CODE, "CDR1")
    (ours,) = await export(roaming, roaming.emsp)
    assert (ours["state"], ours["reason"], ours["cdr"]) == ("held", CODE, None)
    assert CODE in [each["code"] for each in ours["findings"]]
    assert (await own_list(roaming.cpo), await own_list(roaming.emsp)) == (["CDR1"], [])
    await roaming.stroll(minutes=5)
    assert roaming.emsp.heard("cdrs") == []


async def test_only_the_agreed_findings_hold_a_bill(roaming: Roaming) -> None:
    await hold(roaming, "session_billed_twice")
    await post(roaming, bill(total_cost=TOO_MUCH))
    await eventually(lambda: bool(roaming.emsp.heard("cdrs")))


async def test_a_held_bill_that_comes_again_is_held_still(roaming: Roaming) -> None:
    await hold(roaming, CODE)
    body = codec.encode(bill(total_cost=TOO_MUCH))
    answers = [await post(roaming, body) for _ in range(3)]
    assert [heard.status for heard in answers] == [1000] * 3
    assert all(CODE in heard.envelope["status_message"] for heard in answers)
    await roaming.later(seconds=1)
    assert roaming.emsp.heard("cdrs") == []


async def test_a_released_bill_is_delivered_once_and_is_news_to_whoever_reads_on(roaming: Roaming) -> None:
    """Whoever keeps the number that was read last finds it behind that."""
    await hold(roaming, CODE)
    body = codec.encode(bill(total_cost=TOO_MUCH))
    await post(roaming, body)
    before = (await export(roaming, roaming.emsp))[-1]["seq"]
    told = await operate(roaming.hub, "/ledger/release", {"id": "CDR1"})
    assert [step["state"] for step in told["bill"]["history"]][-2:] == ["held", "released"]
    await eventually(lambda: bool(roaming.emsp.heard("cdrs")))
    assert roaming.emsp.heard("cdrs")[0].body == body

    (news,) = await export(roaming, roaming.emsp, after=before)
    assert news["cdr"]["id"] == "CDR1"
    assert await own_list(roaming.emsp) == ["CDR1"]
    await operate(roaming.hub, "/ledger/release", {"id": "CDR1"})
    await roaming.later(seconds=1)
    assert len(roaming.emsp.heard("cdrs")) == 1
    assert await state_of(roaming, "CDR1") == "delivered"


async def test_a_rejected_bill_never_reaches_anybody_and_both_read_the_reason(roaming: Roaming) -> None:
    await hold(roaming, CODE)
    body = codec.encode(bill(total_cost=TOO_MUCH))
    await post(roaming, body)
    decision = {"id": "CDR1", "owner": str(CPO), "reason": "priced by an old tariff"}
    await operate(roaming.hub, "/ledger/reject", decision)
    for partner in (roaming.cpo, roaming.emsp):
        (line,) = await export(roaming, partner)
        assert (line["state"], line["reason"]) == ("refused", "priced by an old tariff")
        assert (line["cdr"] is None) is (partner is roaming.emsp)
    heard = await post(roaming, body)
    assert "priced by an old tariff" in heard.envelope["status_message"]
    with pytest.raises(AdminRefused, match="was refused by command line"):
        await operate(roaming.hub, "/ledger/release", {"id": "CDR1"})
    await roaming.stroll(minutes=1)
    assert roaming.emsp.heard("cdrs") == []


async def test_of_two_decisions_at_once_one_stands(roaming: Roaming) -> None:
    await hold(roaming, CODE)
    await post(roaming, bill(total_cost=TOO_MUCH))
    decided = await asyncio.gather(
        operate(roaming.hub, "/ledger/release", {"id": "CDR1"}),
        operate(roaming.hub, "/ledger/reject", {"id": "CDR1", "reason": "no"}),
        return_exceptions=True,
    )
    assert sum(isinstance(each, AdminRefused) for each in decided) == 1
    await roaming.later(seconds=1)
    is_released = not isinstance(decided[0], AdminRefused)
    assert len(roaming.emsp.heard("cdrs")) == int(is_released)


async def test_a_bill_that_was_released_before_a_crash_is_delivered_after_it(roaming: Roaming) -> None:
    """The decision is on disk, its mark is not."""
    await hold(roaming, CODE)
    await post(roaming, bill(total_cost=TOO_MUCH))
    store = roaming.hub.foundation.store
    held = await _held(store)
    assert held.hold is not None
    now = roaming.hub.foundation.clock.now()
    assert await store.held_bills.decide(held, held.hold.released(now, "anna"))
    assert roaming.emsp.heard("cdrs") == []
    await roaming.much_later(seconds=31)
    await eventually(lambda: len(roaming.emsp.heard("cdrs")) == 1)
    assert await store.held_bills.undelivered() == []


async def test_the_credit_of_a_bill_that_nobody_got_is_held_with_it(roaming: Roaming) -> None:
    await hold(roaming, CODE)
    await post(roaming, bill("A", total_cost=TOO_MUCH))
    heard = await post(roaming, credit("A", "B"))
    assert "credits_withheld_bill" in heard.envelope["status_message"]
    await roaming.stroll(minutes=1)
    assert roaming.emsp.heard("cdrs") == []


async def test_the_right_bill_after_a_rejected_one_goes_out_at_once(roaming: Roaming) -> None:
    await hold(roaming, CODE)
    await post(roaming, bill("A", session_id="S9", total_cost=TOO_MUCH))
    await operate(roaming.hub, "/ledger/reject", {"id": "A", "reason": "wrong"})
    await post(roaming, bill("B", session_id="S9"))
    await eventually(lambda: bool(roaming.emsp.heard("cdrs")))
    assert (await ask(roaming, "/ledger/B"))["bill"]["findings"] == []


async def test_a_bill_that_is_not_held_cannot_be_decided(roaming: Roaming) -> None:
    await post(roaming, bill())
    with pytest.raises(AdminRefused, match="is not held"):
        await operate(roaming.hub, "/ledger/release", {"id": "CDR1"})
    with pytest.raises(AdminRefused, match="there is no bill 'NONE'"):
        await operate(roaming.hub, "/ledger/reject", {"id": "NONE", "reason": "x"})


async def _held(store: ObjectStore) -> Any:
    (found,) = [each for each in await store.named(ObjectKind.CDR, "CDR1") if isinstance(each.hold, Hold)]
    return found
