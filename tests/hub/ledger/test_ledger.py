"""What the operator reads in the ledger: how far each bill has got."""

from functools import partial

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas.kinds import PartyId
from simulators.partner import Reply, SimulatedPartner
from tests.fakes.eventually import eventually, eventually_so
from tests.hub.ledger.bills import TOO_MUCH, ask, bill, card_of, credit, hold, post, state_of
from tests.platforms import CPO, EMSP, agree, connect
from tests.roaming import Roaming

OTHER = PartyId("DE", "CPO")


async def test_each_bill_stands_in_the_state_that_it_has(roaming: Roaming) -> None:
    await hold(roaming, "session_billed_twice")
    for body in (bill("DONE"), bill("BACK"), credit("BACK", "CREDIT"), bill("TWICE", session_id="S-DONE")):
        assert (await post(roaming, body)).status == 1000
    await post(roaming, bill("ODD", total_energy=-1))
    await eventually_so(roaming.nothing_due)
    roaming.emsp.is_online = False
    await post(roaming, bill("WAITS"))
    listed = await ask(roaming, "/ledger")
    assert {each["id"]: each["state"] for each in listed["bills"]} == {
        "DONE": "delivered",
        "BACK": "credited",
        "CREDIT": "delivered",
        "TWICE": "held",
        "WAITS": "checked",
    }
    assert listed["bills"][0]["id"] == "WAITS"  # the newest first
    assert listed["quarantined"] == 1
    for state, ids in (
        ("held", ["TWICE"]),
        ("credited", ["BACK"]),
        ("quarantined", ["ODD"]),
        ("received", []),
    ):
        assert [each["id"] for each in (await ask(roaming, "/ledger", state=state))["bills"]] == ids


async def test_a_bill_that_its_receiver_does_not_want_is_refused_with_its_words(roaming: Roaming) -> None:
    roaming.emsp.answer("POST", "cdrs", Side.RECEIVER, lambda _: Reply(status_code=2001))
    await post(roaming, bill())
    await eventually(lambda: len(roaming.emsp.heard("cdrs")) == 1)
    assert await state_of(roaming, "CDR1") == "checked"
    while not await roaming.nothing_due():  # until it is given up
        before = len(roaming.emsp.heard("cdrs"))
        await roaming.much_later(hours=24)
        await eventually(partial(_was_sent_again, roaming, before))
    shown = (await ask(roaming, "/ledger/CDR1"))["bill"]
    assert shown["state"] == "refused"
    assert "refused" in shown["reason"]
    assert shown["history"][-1]["state"] == "refused"


async def test_a_bill_is_shown_with_its_verdict_its_receipt_and_its_history(roaming: Roaming) -> None:
    roaming.emsp.answer(
        "POST", "cdrs", Side.RECEIVER, lambda _: Reply(http=201, headers={"Location": "http://theirs/1"})
    )
    await post(roaming, bill(total_cost=TOO_MUCH))
    await eventually_so(roaming.nothing_due)
    shown = (await ask(roaming, "/ledger/CDR1", owner=str(CPO)))["bill"]
    assert [step["state"] for step in shown["history"]] == ["received", "checked", "delivered"]
    assert shown["receipt"]["location"] == "http://theirs/1"
    assert "total_cost_differs" in shown["history"][1]["about"]
    assert shown["verdict"]["explanation"]
    assert len(shown["hash"]) == 64


async def test_the_ledger_is_read_by_party_by_day_and_page_by_page(roaming: Roaming) -> None:
    async with SimulatedPartner(("CPO", OTHER)) as other:
        await connect(roaming.hub, other, "the-other", "CPO")
        await agree(roaming.hub, cpo=OTHER)
        for n in range(5):
            await post(roaming, bill(f"C{n}"))
        assert await ids(roaming, party=str(OTHER)) == []
        assert len(await ids(roaming, party=str(EMSP))) == 5
        assert await ids(roaming, since="2026-01-02") == []
        assert len(await ids(roaming, since="2026-01-01")) == 5
        first = await ask(roaming, "/ledger", limit="2")
        rest = await ids(roaming, before=str(first["before"]))
        assert [each["id"] for each in first["bills"]] + rest == ["C4", "C3", "C2", "C1", "C0"]


async def test_bills_of_the_same_id_are_told_apart_by_their_owner(roaming: Roaming) -> None:
    async with SimulatedPartner(("CPO", OTHER)) as other:
        await connect(roaming.hub, other, "the-other", "CPO")
        await agree(roaming.hub, cpo=OTHER)
        await post(roaming, bill())
        theirs = {**bill(), "country_code": "DE", "cdr_token": card_of(EMSP)}
        heard = await other.call(
            "POST", "cdrs", Side.RECEIVER, routing=Routing(to=EMSP, sender=OTHER), body=theirs
        )
        assert heard.status == 1000
        with pytest.raises(AdminRefused, match="say whose"):
            await ask(roaming, "/ledger/CDR1")
        assert (await ask(roaming, "/ledger/CDR1", owner=str(OTHER)))["bill"]["owner"] == str(OTHER)


@pytest.mark.parametrize("query", [{"state": "lost"}, {"party": "x"}, {"since": "soon"}, {"limit": "-1"}])
async def test_a_mistake_in_a_question_is_told(roaming: Roaming, query: dict[str, str]) -> None:
    with pytest.raises(AdminRefused):
        await ask(roaming, "/ledger", **query)


def _was_sent_again(roaming: Roaming, before: int) -> bool:
    return len(roaming.emsp.heard("cdrs")) > before


async def ids(roaming: Roaming, **query: str) -> list[str]:
    return [each["id"] for each in (await ask(roaming, "/ledger", **query))["bills"]]
