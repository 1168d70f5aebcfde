"""A payment terminal provider and the CPO: what it tells, what the operator asks of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from cpo_adapter.sessions.store import TRANSACTIONS
from ocpi.objects.record import Record
from ocpi.objects.selection import COLLECTION as OBJECTS
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.lent import SHARED_LOOP
from tests.platforms import CPO, EMSP, Running, agree, connect, operate, running_cpo

pytestmark = SHARED_LOOP

PTP = PartyId("FR", "PTP")
PAY = PartyId("DE", "PAY")
NOW = "2026-01-01T00:00:00Z"
T1 = {"terminal_id": "T1", "city": "Lyon", "invoice_creator": "PTP", "last_updated": NOW}
TERMINALS = ("terminals",)
CONFIRMATIONS = ("financial-advice-confirmations",)


def confirmation(**changes: Any) -> dict[str, Any]:
    told = {
        "id": "F1",
        "authorization_reference": "REF-1",
        "total_costs": {"before_taxes": 10.25, "taxes": [{"name": "VAT", "amount": 2.05}]},
        "currency": "EUR",
        "eft_data": ["CARD ENDING 1234", "EUR 12.30"],
        "capture_status_code": "SUCCESS",
        "last_updated": NOW,
    }
    return {**told, **changes}


@dataclass(frozen=True, slots=True)
class Paying:
    cpo: Running
    ptp: SimulatedPartner

    async def tells(self, method: str, *path: str, body: Any = None, sender: PartyId = PTP) -> Heard:
        routing = Routing(to=CPO, sender=sender)
        return await self.ptp.call(method, "payments", Side.RECEIVER, *path, routing=routing, body=body)

    async def terminals(self) -> Any:
        return await asyncio.to_thread(self.cpo.admin.get, "/payment_terminals")

    async def confirmations(self) -> Any:
        return await asyncio.to_thread(self.cpo.admin.get, "/financial_advice_confirmations")

    async def asks(self, what: str, **wanted: Any) -> Any:
        return await operate(self.cpo, f"/payment_terminals/{what}", {"ptp": str(PTP), **wanted})

    def heard(self, method: str) -> Request:
        (request,) = self.ptp.heard("payments", method)
        return request


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provided(mongo_of_file: Mongo, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Paying]:
    async with (
        running_cpo(mongo_of_file, ManualClock(), tmp_path_factory.mktemp("cpo")) as cpo,
        SimulatedPartner(("OTHER", PTP)) as ptp,
    ):
        await connect(cpo, ptp, "the-ptp", "OTHER")
        yield Paying(cpo, ptp)


@pytest_asyncio.fixture(loop_scope="session")
async def paying(provided: Paying) -> Paying:
    """Nothing has been told yet, by either side."""
    for collection in (OBJECTS, TRANSACTIONS):
        await provided.cpo.foundation.mongo.collection(collection).delete_many({})
    location = build.location(id="LOC1", evses=[build.evse(uid="E1")])
    key = ObjectKey(ObjectKind.LOCATION, CPO, "LOC1")
    await provided.cpo.foundation.store.put(Record(key, location.last_updated, codec.dump(location)))
    for method in ("GET", "POST"):
        provided.ptp.answer(method, "payments", Side.SENDER, lambda _: Reply())
    provided.ptp.received.clear()
    return provided


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def second(provided: Paying) -> AsyncIterator[SimulatedPartner]:
    """Another provider, which has neither cards nor anything else than payments."""
    async with SimulatedPartner(("OTHER", PAY)) as second:
        second.endpoints_offered = [
            each for each in second.offered() if each["identifier"] in ("credentials", "payments")
        ]
        await connect(provided.cpo, second, "another", "OTHER")
        yield second


async def test_a_terminal_is_kept_and_shown_again(paying: Paying) -> None:
    heard = await paying.tells("POST", *TERMINALS, body=T1)
    assert (heard.http, heard.status, heard.data) == (201, 1000, T1)
    assert (await paying.tells("GET", *TERMINALS, "t1")).data == T1
    assert await paying.terminals() == [{"ptp": "FR*PTP", **T1}]


async def test_a_terminal_that_is_told_again_is_the_same_terminal(paying: Paying) -> None:
    await paying.tells("POST", *TERMINALS, body=T1)
    assert (await paying.tells("POST", *TERMINALS, body=T1)).http == 200
    moved = {**T1, "city": "Paris", "last_updated": "2026-01-02T00:00:00Z"}
    assert (await paying.tells("POST", *TERMINALS, body=moved)).http == 200
    assert (await paying.tells("POST", *TERMINALS, body=T1)).status == 2001
    assert [each["city"] for each in await paying.terminals()] == ["Paris"]


async def test_a_terminal_may_leave_out_when_it_changed(paying: Paying) -> None:
    """As in the specification's own sample of a minimal terminal."""
    heard = await paying.tells("POST", *TERMINALS, body={"terminal_id": "T2"})
    assert heard.data == {"terminal_id": "T2", "last_updated": NOW}


async def test_a_confirmation_is_kept_with_its_cents_and_told_again_without_harm(paying: Paying) -> None:
    heard = await paying.tells("POST", *CONFIRMATIONS, body=confirmation())
    assert (heard.http, heard.data["total_costs"]["before_taxes"]) == (201, 10.25)
    assert (await paying.tells("POST", *CONFIRMATIONS, body=confirmation())).http == 200
    assert (await paying.tells("GET", *CONFIRMATIONS, "F1")).data == confirmation()
    assert len(await paying.confirmations()) == 1


async def test_a_price_in_the_older_shape_is_read(paying: Paying) -> None:
    older = confirmation(total_costs={"excl_vat": 10.25, "incl_vat": 12.30})
    heard = await paying.tells("POST", *CONFIRMATIONS, body=older)
    assert heard.data["total_costs"]["taxes"] == [{"name": "VAT", "amount": 2.05}]


async def test_a_payment_is_joined_to_the_session_of_its_reference(paying: Paying) -> None:
    """Whichever of the two came first."""
    transactions = paying.cpo.foundation.mongo.collection(TRANSACTIONS)
    await paying.tells("POST", *CONFIRMATIONS, body=confirmation())
    await paying.tells("POST", *CONFIRMATIONS, body=confirmation(id="F2", authorization_reference="REF-2"))
    assert [each["sessions"] for each in await paying.confirmations()] == [[], []]
    paid = {"session_id": "S1", "told_as": "S1", "authorized": {"reference": "REF-1"}}
    await transactions.insert_one({"_id": 1, **paid})
    by_id = {each["id"]: each["sessions"] for each in await paying.confirmations()}
    assert by_id == {"F1": ["S1"], "F2": []}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (confirmation(eft_data=[]), "/eft_data"),
        (confirmation(capture_status_code="MAYBE"), "/capture_status_code"),
        (confirmation(total_costs=12), "/total_costs"),
    ],
)
async def test_what_is_no_confirmation_is_refused_with_its_pointer(
    paying: Paying, body: Any, pointer: str
) -> None:
    heard = await paying.tells("POST", *CONFIRMATIONS, body=body)
    assert (heard.http, heard.status) == (200, 2001)
    assert pointer in heard.envelope["status_message"]
    assert await paying.confirmations() == []


async def test_what_was_never_told_is_404(paying: Paying) -> None:
    for what in (TERMINALS, CONFIRMATIONS):
        assert (await paying.tells("GET", *what, "nope")).http == 404


async def test_nobody_but_a_provider_is_heard(paying: Paying) -> None:
    async with SimulatedPartner(("EMSP", EMSP)) as emsp:
        await connect(paying.cpo, emsp, "the-emsp", "EMSP")
        await agree(paying.cpo)
        stranger = Paying(paying.cpo, emsp)
        assert (await stranger.tells("POST", *TERMINALS, body=T1, sender=EMSP)).status == 2001
        assert (await stranger.tells("POST", *TERMINALS, body=T1, sender=PTP)).status == 2001
    assert (await paying.tells("POST", *TERMINALS, body=T1, sender=EMSP)).status == 2001
    assert await paying.terminals() == []


async def test_a_provider_needs_no_cards_to_register(second: SimulatedPartner) -> None:
    assert second.is_registered


async def test_a_terminal_of_another_provider_is_another_terminal(
    paying: Paying, second: SimulatedPartner
) -> None:
    await paying.tells("POST", *TERMINALS, body=T1)
    theirs = Paying(paying.cpo, second)
    assert (await theirs.tells("GET", *TERMINALS, "T1", sender=PAY)).http == 404
    await theirs.tells("POST", *TERMINALS, body={**T1, "city": "Berlin"}, sender=PAY)
    assert {each["ptp"]: each["city"] for each in await paying.terminals()} == {
        "FR*PTP": "Lyon",
        "DE*PAY": "Berlin",
    }


async def test_both_lists_of_a_provider_are_read(paying: Paying) -> None:
    def lists(request: Request) -> Reply:
        return Reply([T1, {"city": "nowhere"}] if request.path == "terminals" else [confirmation()])

    paying.ptp.answer("GET", "payments", Side.SENDER, lists)
    told = await paying.asks("pull")
    assert told == {
        "terminals": {"seen": 2, "bad": 1},
        "financial-advice-confirmations": {"seen": 1, "bad": 0},
    }
    assert {each.routing for each in paying.ptp.heard("payments")} == {Routing(to=PTP, sender=CPO)}
    assert [each["terminal_id"] for each in await paying.terminals()] == ["T1"]
    assert [each["id"] for each in await paying.confirmations()] == ["F1"]


async def test_a_terminal_is_assigned_and_read_again(paying: Paying) -> None:
    assigned = {**T1, "location_ids": ["LOC1"], "evse_uids": ["E1"]}
    paying.ptp.answer("GET", "payments", Side.SENDER, lambda _: Reply(assigned))
    told = await paying.asks("assign", terminal_id="T1", location_ids=["LOC1"], evse_uids=["E1"])
    patch = paying.heard("PATCH")
    assert (patch.path, patch.side) == ("terminals/T1", Side.SENDER)
    assert patch.json() == {"location_ids": ["LOC1"], "evse_uids": ["E1"], "last_updated": NOW}
    assert told == {"ptp": "FR*PTP", **assigned}
    assert await paying.terminals() == [{"ptp": "FR*PTP", **assigned}]


async def test_a_terminal_is_not_assigned_to_places_of_others(paying: Paying) -> None:
    with pytest.raises(AdminRefused, match="no location LOC9"):
        await paying.asks("assign", terminal_id="T1", location_ids=["LOC1", "LOC9"])
    with pytest.raises(AdminRefused, match="no EVSE E9"):
        await paying.asks("activate", terminal={"evse_uids": ["E9"]})
    assert paying.ptp.heard("payments") == []


async def test_a_terminal_is_replaced_as_a_whole(paying: Paying) -> None:
    await paying.asks("replace", terminal={"terminal_id": "T1", "city": "Nice"})
    put = paying.heard("PUT")
    assert (put.path, put.json()) == (
        "terminals/T1",
        {"terminal_id": "T1", "city": "Nice", "last_updated": NOW},
    )


async def test_terminals_are_activated_without_an_id_and_deactivated_by_it(paying: Paying) -> None:
    await paying.asks("activate", terminal={"location_ids": ["LOC1"], "reference": "order 7"})
    await paying.asks("deactivate", terminal_id="T1")
    activate, deactivate = paying.ptp.heard("payments", "POST")
    assert (activate.path, activate.json()) == (
        "terminals/activate",
        {"last_updated": NOW, "location_ids": ["LOC1"], "reference": "order 7"},
    )
    assert (deactivate.path, deactivate.body) == ("terminals/T1/deactivate", b"")


async def test_a_refusal_of_the_provider_is_told_to_the_operator(paying: Paying) -> None:
    paying.ptp.answer("POST", "payments", Side.SENDER, lambda _: Reply(status_code=2000))
    with pytest.raises(AdminRefused):
        await paying.asks("deactivate", terminal_id="T1")
    with pytest.raises(AdminRefused, match="no partner speaks for DE"):
        await paying.asks("deactivate", ptp="DE*XXX", terminal_id="T1")
    with pytest.raises(AdminRefused, match="/terminal_id"):
        await paying.asks("replace", terminal={"city": "Nice"})
