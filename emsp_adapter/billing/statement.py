"""What a statement says: the movements of each session since the last one. Pure.

A session is worth what its one live bill says. A statement holds what that was when it was stated last
against what it is now: a bill that is new, one that came late, one that was taken back since. So all
statements of a CPO together are worth what its live bills are, whatever arrived when.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from emsp_adapter.billing.amounts import Amount
from emsp_adapter.billing.dispute import DISPUTED
from emsp_adapter.billing.row import Row

Document = dict[str, Any]


class Kind(StrEnum):
    """BILLED: of this month. LATE: of an earlier one. TAKEN_BACK: stated before, and not owed any more."""

    BILLED = "BILLED"
    LATE = "LATE"
    TAKEN_BACK = "TAKEN_BACK"


@dataclass(frozen=True, slots=True)
class Movement:
    """`amount` and `energy_kwh` are negative for what is taken back; None where the bill tells none."""

    kind: Kind
    cdr: str
    end: datetime
    currency: str
    amount: Amount | None
    energy_kwh: Decimal | None
    is_disputed: bool = False
    difference: Amount | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit CDR as it came."""

    cdr: str
    currency: str
    amount: Amount | None
    energy_kwh: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """One session. `bills` are CDRs that no statement covered before, `credits` those of them that are."""

    chain: str
    movements: tuple[Movement, ...]
    bills: tuple[str, ...]
    credits: tuple[Credit, ...] = ()


def line_of(
    chain: str, was: Document | None, now: Document, rows: Mapping[str, Row], since: datetime
) -> Line:
    """`was` and `now` are what a chain said when it was stated last, and says; `rows` of it by CDR id."""
    before, after = (was or {}).get("live"), now["live"]
    known = set((was or {}).get("bills", ()))
    new = tuple(each for each in now["bills"] if each not in known)
    return Line(
        chain,
        tuple(_movements(before, after, rows, since)),
        new,
        tuple(_credit(rows[each]) for each in new if each in rows and rows[each].link.is_credit),
    )


def _credit(row: Row) -> Credit:
    return Credit(str(row.key.id), row.currency, row.theirs, row.energy_kwh)


def _movements(
    before: Document | None, after: Document | None, rows: Mapping[str, Row], since: datetime
) -> Iterator[Movement]:
    if before == after:
        return
    if before is not None:
        yield _moved(Kind.TAKEN_BACK, before, rows.get(before["cdr"]), -1)
    if after is not None:
        kind = Kind.BILLED if after["end"] >= since else Kind.LATE
        yield _moved(kind, after, rows.get(after["cdr"]), 1)


def _moved(kind: Kind, live: Document, row: Row | None, sign: int) -> Movement:
    return Movement(
        kind,
        live["cdr"],
        live["end"],
        live["currency"],
        None if live["theirs_net"] is None else _amount(live, sign),
        _signed(live["energy_kwh"], sign),
        is_disputed=row is not None and row.dispute_state in DISPUTED,
        difference=row.difference if row is not None and sign > 0 else None,
    )


def _amount(live: Document, sign: int) -> Amount:
    net: Decimal = live["theirs_net"]
    return Amount(net if sign > 0 else net.copy_negate(), _signed(live["theirs_gross"], sign))


def _signed(number: Decimal | None, sign: int) -> Decimal | None:
    """With all its digits, which a product or a minus would round."""
    return number if number is None or sign > 0 else number.copy_negate()
