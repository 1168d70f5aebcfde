"""What a statement says, and that all of them together are worth what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from emsp_adapter.billing.amounts import Amount, summed
from emsp_adapter.billing.chain import Link, chained
from emsp_adapter.billing.dispute import Dispute, DisputeState, Step
from emsp_adapter.billing.row import Row, amount_fields
from emsp_adapter.billing.statement import Kind, Line, line_of
from emsp_adapter.billing.statement_sums import Sums
from tests.emsp_adapter.billing.rows import END, row

SINCE = END.replace(day=1, hour=0)
NEXT = SINCE + timedelta(days=31)


def live(bill: Row) -> dict[str, Any]:
    return {
        "cdr": str(bill.key.id),
        "end": bill.end,
        "currency": bill.currency,
        "energy_kwh": bill.energy_kwh,
        **amount_fields("theirs", bill.theirs),
    }


def owed(name: str, net: str, gross: str | None = None) -> Row:
    amount = Amount(Decimal(net), None if gross is None else Decimal(gross))
    return replace(row(name), theirs=amount, energy_kwh=Decimal(8))


def by_cdr(rows: Sequence[Row]) -> dict[str, Row]:
    return {str(each.key.id): each for each in rows}


def said(*rows: Row, now: Row | None = None) -> dict[str, Any]:
    return {"bills": [str(each.key.id) for each in rows], "live": None if now is None else live(now)}


def test_a_new_bill_of_the_month_is_billed() -> None:
    bill = owed("A", "10", "12")
    line = line_of("c|S|s", None, said(bill, now=bill), by_cdr([bill]), SINCE)
    assert [(each.kind, each.cdr, each.amount) for each in line.movements] == [
        (Kind.BILLED, "A", Amount(Decimal(10), Decimal(12)))
    ]
    assert line.bills == ("A",)


def test_a_bill_of_an_earlier_month_is_late() -> None:
    bill = owed("A", "10")
    line = line_of("c|S|s", None, said(bill, now=bill), by_cdr([bill]), NEXT)
    assert [each.kind for each in line.movements] == [Kind.LATE]


def test_what_was_stated_and_taken_back_since_is_a_correction() -> None:
    first, second = owed("A", "10", "12"), owed("B", "8", "9.6")
    back = replace(owed("C", "-10", "-12"), link=Link("c", 2, is_credit=True, credits="a"))
    line = line_of(
        "c|S|s",
        said(first, now=first),
        said(first, back, second, now=second),
        by_cdr([first, back, second]),
        NEXT,
    )
    assert [(each.kind, each.cdr) for each in line.movements] == [(Kind.TAKEN_BACK, "A"), (Kind.LATE, "B")]
    assert line.bills == ("C", "B")
    of_euro = Sums([line]).shown()["currencies"]["EUR"]
    assert of_euro["total"]["incl_tax"] == Decimal("-2.4")
    assert (of_euro["credits"]["count"], of_euro["credits"]["excl_tax"]) == (1, Decimal(-10))
    assert of_euro["total"]["energy_kwh"] == 0


def test_a_bill_that_was_taken_back_within_its_month_is_covered_and_worth_nothing() -> None:
    first = owed("A", "10")
    line = line_of("c|S|s", None, said(first), by_cdr([first]), SINCE)
    assert (line.movements, line.bills) == ((), ("A",))


def test_disputed_bills_and_differences_are_summed_beside() -> None:
    history = (Step(DisputeState.OPEN, END, "anna", "why"),)
    bill = replace(owed("A", "10", "12"), ours=Amount(Decimal(9), Decimal("10.8")), dispute=Dispute(history))
    line = line_of("c|S|s", None, said(bill, now=bill), by_cdr([bill]), SINCE)
    of_euro = Sums([line]).shown()["currencies"]["EUR"]
    assert of_euro["disputed"]["excl_tax"] == 10
    assert of_euro["difference"]["incl_tax"] == Decimal("1.2")


def test_amounts_of_two_currencies_are_never_added() -> None:
    bills = [owed("A", "10"), replace(owed("B", "7"), currency="CHF")]
    lines = [
        line_of(f"c|S|{each.key.id}", None, said(each, now=each), by_cdr([each]), SINCE) for each in bills
    ]
    told = Sums(lines).shown()["currencies"]
    assert {name: each["total"]["excl_tax"] for name, each in told.items()} == {"CHF": 7, "EUR": 10}


@dataclass
class Session:
    """One chain in memory: what has come, and what was stated last."""

    rows: list[Row] = field(default_factory=list)
    stated: dict[str, Any] | None = None

    def now(self) -> dict[str, Any]:
        name = chained([each.link for each in self.rows]).live
        standing = next((each for each in self.rows if each.link.id == name), None)
        return said(*self.rows, now=standing)

    def owed(self) -> Decimal:
        found = self.now()["live"]
        return Decimal(0) if found is None else found["theirs_net"]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, int, int, int]]:
    """Bills, credits of any bill, and closings of months, of three sessions."""
    kinds = st.sampled_from(["bill", "bill", "credit", "close"])
    one = st.tuples(kinds, st.integers(0, 2), st.integers(-500, 5000), st.integers(0, 5))
    return draw(st.lists(one, max_size=25))


def come(session: Session, seq: int, *, cents: int, credited: str | None) -> None:
    link = Link(f"x{seq}", seq, is_credit=credited is not None, credits=credited)
    amount = Amount(Decimal(cents) / 100)
    session.rows.append(replace(row(f"x{seq}", seq), link=link, theirs=amount, energy_kwh=Decimal(1)))


def close(sessions: Sequence[Session]) -> list[Line]:
    lines = []
    for number, session in enumerate(sessions):
        now = session.now()
        if now != session.stated and session.rows:
            lines.append(line_of(f"c|S|{number}", session.stated, now, by_cdr(session.rows), SINCE))
            session.stated = now
    return lines


def worth(lines: Sequence[Line]) -> Decimal:
    told = Sums(lines).shown()["currencies"]
    total: Decimal = told["EUR"]["total"]["excl_tax"] if "EUR" in told else Decimal(0)
    return total


@given(histories())
def test_all_statements_together_are_worth_what_is_owed(history: list[tuple[str, int, int, int]]) -> None:
    """And each bill is covered by one of them."""
    sessions, statements = [Session() for _ in range(3)], list[list[Line]]()
    for seq, (kind, number, cents, named) in enumerate(history):
        if kind == "close":
            statements.append(close(sessions))
        else:
            come(sessions[number], seq, cents=cents, credited=f"x{named}" if kind == "credit" else None)
    statements.append(close(sessions))
    assert summed(map(worth, statements)) == summed(session.owed() for session in sessions)
    covered = [cdr for lines in statements for line in lines for cdr in line.bills]
    assert sorted(covered) == sorted(str(bill.key.id) for session in sessions for bill in session.rows)
