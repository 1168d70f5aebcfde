"""Statements by month: what they say, that they stay, and where what comes later goes."""

import asyncio
import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from emsp_adapter.billing_room import Tools, tools
from emsp_adapter.settings import EmspSettings
from ocpi.registration.named import NotNow
from ocpi.wire.interfaces import Side
from tests.conformance.far_side import FarSide
from tests.emsp_adapter.billing.office import SHARED_LOOP, Office, ended, price
from tests.fakes.eventually import eventually_so
from tests.platforms import EMSP

pytestmark = SHARED_LOOP
MARCH = "2026-03"


def path(cpo: FarSide, month: str = MARCH) -> str:
    return f"/statements/{cpo.party}/{month}"


async def close(office: Office, cpo: FarSide, month: str = MARCH) -> Any:
    return await office.post(f"{path(cpo, month)}/close", {})


def sums(statement: Any, name: str, currency: str = "EUR") -> tuple[int, Decimal, Decimal]:
    told = statement["currencies"][currency][name]
    return told["count"], Decimal(str(told["excl_tax"])), Decimal(str(told["incl_tax"]))


async def lines(office: Office, cpo: FarSide, month: str = MARCH) -> list[tuple[str, str]]:
    response = await office.download(f"{path(cpo, month)}.csv")
    return sorted((each["kind"], each["cdr"]) for each in csv.DictReader(io.StringIO(response.text)))


async def test_a_statement_counts_each_session_once(office: Office) -> None:
    """Two sessions; one is billed twice, the other is taken back and billed anew at 6.00."""
    cpo = office.cpo()
    first = await office.bill(cpo)
    double = await office.bill(cpo, session_id=first["session_id"])
    wrong = await office.bill(cpo)
    credit = await office.credit(cpo, wrong)
    right = await office.bill(
        cpo, session_id=wrong["session_id"], total_cost=price(6, Decimal("1.2")), currency="CHF"
    )
    shown = await office.get(path(cpo))
    assert (shown["state"], shown["bills"], shown["unjudged"]) == ("OPEN", 5, 0)
    assert sums(shown, "total") == sums(shown, "billed") == (1, Decimal(4), Decimal("4.8"))
    assert sums(shown, "total", "CHF") == (1, Decimal(6), Decimal("7.2"))
    assert sums(shown, "credits")[:2] == (1, Decimal(-4))
    assert Decimal(str(shown["currencies"]["EUR"]["total"]["energy_kwh"])) == 10
    assert await lines(office, cpo) == sorted(
        [
            ("BILLED", first["id"]),
            ("BILLED", right["id"]),
            *(("COVERED", each["id"]) for each in (double, wrong, credit)),
        ]
    )


async def test_a_closed_statement_stays_and_what_comes_later_corrects_the_next(office: Office) -> None:
    cpo = office.cpo()
    stays = await office.bill(cpo, **ended("2026-02-10"))
    goes = await office.bill(cpo, **ended("2026-02-11"))
    february = await close(office, cpo, "2026-02")
    assert (february["state"], sums(february, "total")) == ("CLOSED", (2, Decimal(8), Decimal("9.6")))
    late = await office.bill(cpo, **ended("2026-02-12"))
    credit = await office.credit(cpo, goes)
    news = await office.bill(cpo)
    assert await office.get(path(cpo, "2026-02")) == february
    assert await lines(office, cpo, "2026-02") == sorted([("BILLED", stays["id"]), ("BILLED", goes["id"])])
    march = await close(office, cpo)
    assert sums(march, "billed") == (1, Decimal(4), Decimal("4.8"))
    assert sums(march, "late") == (1, Decimal(4), Decimal("4.8"))
    assert sums(march, "taken_back") == (1, Decimal(-4), Decimal("-4.8"))
    assert sums(march, "total")[1:] == (Decimal(4), Decimal("4.8"))
    assert await lines(office, cpo) == sorted(
        [
            ("BILLED", news["id"]),
            ("LATE", late["id"]),
            ("TAKEN_BACK", goes["id"]),
            ("COVERED", credit["id"]),
        ]
    )


async def test_a_statement_closes_once_after_its_month_and_before_the_next(office: Office) -> None:
    cpo = office.cpo()
    await office.bill(cpo)
    assert "ends at 2026-05-01" in await office.refusal(f"{path(cpo, '2026-04')}/close", {})
    await close(office, cpo)
    assert "closed already" in await office.refusal(f"{path(cpo)}/close", {})
    assert "a later month is closed" in await office.refusal(f"{path(cpo, '2026-02')}/close", {})
    assert "is no month" in await office.refusal(f"{path(cpo, '2026-14')}/close", {})
    assert [each["month"] for each in await office.get("/statements", cpo=str(cpo.party))] == [MARCH]


async def test_disputed_bills_and_differences_stand_beside_the_sum(office: Office) -> None:
    cpo = office.cpo()
    dear = await office.bill(cpo, total_cost=price(Decimal("5.25"), Decimal("1.05")))
    await office.post("/bills/dispute", {"id": dear["id"], "state": "OPEN", "reason": "too dear"})
    await office.bill(cpo)
    statement = await close(office, cpo)
    assert sums(statement, "total") == (2, Decimal("9.25"), Decimal("11.1"))
    assert sums(statement, "disputed") == (1, Decimal("5.25"), Decimal("6.3"))
    assert sums(statement, "difference") == (1, Decimal("1.25"), Decimal("1.5"))


async def test_of_several_who_close_one_does_and_every_session_is_stated_once(office: Office) -> None:
    """While bills still come."""
    cpo = office.cpo()
    bills = [await office.bill(cpo) for _ in range(12)]
    more = [office.honest(cpo) for _ in range(6)]
    outcomes = await asyncio.gather(
        *(close(office, cpo) for _ in range(4)),
        *(office.send(cpo, each) for each in more),
        return_exceptions=True,
    )
    assert sum(isinstance(each, dict) for each in outcomes) <= 1
    march = await office.get(path(cpo))
    if march["state"] != "CLOSED":
        march = await close(office, cpo)
    told = _room(office).statements
    next_one = await office.get(path(cpo, "2026-04"))
    covered = [each async for each in told.lines(told.which(cpo.party, MARCH))]
    stated = [cdr for line in covered for cdr in line.bills]
    rest = await lines(office, cpo, "2026-04")
    assert sorted([*stated, *(cdr for _, cdr in rest)]) == sorted(each["id"] for each in [*bills, *more])
    assert march["bills"] + next_one["bills"] == len(bills) + len(more)


async def test_a_closing_that_was_cut_off_is_finished(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpo = office.cpo()
    for _ in range(3):
        await office.bill(cpo)
    room = _room(office)
    which, closing = room.statements.which(cpo.party, MARCH), room.closing

    async def cut_off(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as for_now:
        for_now.setattr(closing, "_write_lines", cut_off)
        with pytest.raises(ConnectionError):
            await closing.close(which, "anna")
    assert (await office.get(path(cpo)))["state"] == "CLOSING"
    assert sums(await office.get(path(cpo)), "total")[0] == 3
    await office.clock.leap(minutes=5)

    async def is_closed() -> bool:
        return bool((await office.get(path(cpo)))["state"] == "CLOSED")

    await eventually_so(is_closed)
    closed = await office.get(path(cpo))
    assert (closed["state"], closed["by"], sums(closed, "total")[0]) == ("CLOSED", "anna", 3)


async def test_who_was_overtaken_takes_nothing_along(office: Office) -> None:
    """The second attempt closes; what the first takes afterwards it gives back."""
    cpo = office.cpo()
    await office.bill(cpo)
    room = _room(office)
    which, closing = room.statements.which(cpo.party, MARCH), room.closing
    slow = await closing._begun(which, "slow")  # noqa: SLF001 - as a process that stands still then
    await close(office, cpo)
    late = await office.bill(cpo)
    with pytest.raises(NotNow):
        await closing._finish(which, "slow", slow)  # noqa: SLF001
    assert await lines(office, cpo, "2026-04") == [("LATE", late["id"])]
    assert (await office.get(path(cpo)))["bills"] == 1


async def test_invoices_are_held_against_a_statement(office: Office) -> None:
    cpo = office.cpo()
    good, disputed, forgotten = [await office.bill(cpo) for _ in range(3)]
    double = await office.bill(cpo, session_id=good["session_id"])
    await office.post("/bills/dispute", {"id": disputed["id"], "state": "OPEN", "reason": "too dear"})
    await close(office, cpo)
    record = {
        "country_code": cpo.party.country_code,
        "party_id": cpo.party.party_id,
        "id": "R1",
        "invoice_id": "INV-1",
        "cdrs": [good["id"], disputed["id"], double["id"], "LOST"],
        "last_updated": "2026-04-01T00:00:00Z",
    }
    heard = await cpo.partner.call(
        "POST", "invoicereconciliation", Side.RECEIVER, routing=cpo.routing, body=record
    )
    assert heard.http == 201, heard.body
    told = await office.get(f"{path(cpo)}/invoices")
    assert (told["invoiced"], told["not_invoiced"]) == (3, 1)
    assert told["uninvoiced"] == [forgotten["id"]]
    assert (told["disputed"], told["not_owed"]) == ([disputed["id"]], [double["id"]])
    (shown,) = [
        each for each in await office.get("/invoice_reconciliations") if each["cpo"] == str(cpo.party)
    ]
    assert (shown["unknown"], shown["statements"]) == (["LOST"], [MARCH])
    assert (shown["disputed"], shown["not_owed"]) == ([disputed["id"]], [double["id"]])


def _room(office: Office) -> Tools:
    """Of another process."""
    return tools(office.emsp.foundation, EmspSettings(party=str(EMSP)))
