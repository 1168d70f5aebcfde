"""Credit CDRs: how one is made, and whether one is right.

A credit has an id of its own, names the original, and repeats it with the total negated; sub-totals stay as
they were. CDRs are never changed: a correction is a credit and, if something is still owed, a third CDR.
Spec: 2.3.0 mod_cdrs, Credit CDRs; CDR object, credit and credit_reference_id.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from ocpi.pricing import instants
from ocpi.pricing.subject import KWH, Subject, money_sides, units
from ocpi.pricing.wire import WireCdr

_SAME: Final = (
    "country_code",
    "party_id",
    "session_id",
    "start_date_time",
    "end_date_time",
    "currency",
)


class NotCreditable(ValueError):
    """A credit cannot be credited, and neither can a CDR without an id or a total."""


def credit_of(original: Mapping[str, Any], credit_id: str, now: datetime) -> dict[str, Any]:
    """The credit of a decoded CDR of 2.2.1 or 2.3.0: a new document. Raises NotCreditable."""
    if original.get("credit") or not original.get("id"):
        raise NotCreditable("this is a credit already, or has no id")
    total = original.get("total_cost")
    if not isinstance(total, Mapping):
        raise NotCreditable("only a CDR of 2.2.1 or later has a total that can be credited")
    return {
        **original,
        "id": credit_id,
        "credit": True,
        "credit_reference_id": original["id"],
        "total_cost": _negated(total),
        "last_updated": instants.text(instants.ticks(now)),
    }


def _negated(price: Mapping[str, Any]) -> dict[str, Any]:
    taxes = price.get("taxes")
    found = {name: -value if isinstance(value, Decimal | int) else value for name, value in price.items()}
    if isinstance(taxes, list):
        found["taxes"] = [{**tax, "amount": -tax["amount"]} for tax in taxes]
    return found


def check_credit(subject: Subject) -> None:
    """What makes a credit one, and whether it takes back exactly what the original billed."""
    wire, original = subject.wire, subject.known.original
    if not wire.credit:
        if wire.credit_reference_id:
            subject.warn("credit_flag_missing", "/credit", expected=True)
        return
    if not wire.credit_reference_id:
        subject.error("credit_without_reference", "/credit_reference_id", "the id of the original")
    if subject.known.is_credited:
        subject.error("credited_twice", "/credit_reference_id", None, wire.credit_reference_id)
    if original is not None:
        _compare(subject, wire, original)


def _compare(subject: Subject, wire: WireCdr, original: WireCdr) -> None:
    if (wire.credit_reference_id or "").upper() != (original.id or "").upper():
        subject.error("credit_of_another", "/credit_reference_id", original.id, wire.credit_reference_id)
    if original.credit:
        subject.error("credit_of_a_credit", "/credit_reference_id", None, wire.credit_reference_id)
    for field in _SAME:
        ours, theirs = getattr(original, field), getattr(wire, field)
        if ours != theirs:
            subject.error("credit_differs", f"/{field}", ours, theirs)
    if units(wire.total_energy, KWH) != units(original.total_energy, KWH):
        subject.error("credit_differs", "/total_energy", original.total_energy, wire.total_energy)
    credit, debit = money_sides(wire.total_cost), money_sides(original.total_cost)
    if any(
        one is not None and other is not None and one != -other
        for one, other in zip(credit, debit, strict=True)
    ):
        subject.error("credit_not_opposite", "/total_cost")
