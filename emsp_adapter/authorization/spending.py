"""What a contract's charges cost, as far as its credit does not know of it yet. Pure.

A charge counts by its session until its bill is here, then by the bill.
Spec: 2.3.0 mod_sessions, Session object, total_cost; mod_cdrs, CDR object, total_cost, credit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from emsp_adapter.contracts.case import Account
from schemas.kinds import PartyId

SILENT_FOR: Final = timedelta(hours=24)
"""A session of which nobody has heard for so long does not run any more, whatever was said last."""
_OVER: Final = frozenset({"COMPLETED", "INVALID"})
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one charges: `cpo`, and in lower case the location and the EVSE."""

    cpo: str
    location_id: str
    evse_uid: str


@dataclass(frozen=True, slots=True)
class OpenCharge:
    """A charge without a bill; `told_at` is when it was last heard of."""

    spot: Spot
    is_running: bool
    currency: str
    cost: Decimal
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """`billed` by currency, since the contract's credit was told."""

    billed: Mapping[str, Decimal]
    unbilled: tuple[OpenCharge, ...]


NOTHING_SPENT: Final = Spent({}, ())


def account(spent: Spent, here: Iterable[Spot], now: datetime) -> Account:
    """`here` are the EVSEs that are asked about: a charge there is no other one."""
    asked = frozenset(here)
    unpaid: defaultdict[str, Decimal] = defaultdict(Decimal, spent.billed)
    for each in spent.unbilled:
        unpaid[each.currency] += each.cost
    running = sum(_runs(each, now) and each.spot not in asked for each in spent.unbilled)
    return Account(unpaid, running)


def spots(cpo: PartyId, location_id: str, evse_uids: Iterable[str]) -> list[Spot]:
    return [Spot(str(cpo), location_id.lower(), each.lower()) for each in evse_uids]


def spot_of(session: Mapping[str, Any], cpo: PartyId) -> Spot:
    return Spot(str(cpo), str(session["location_id"]).lower(), str(session["evse_uid"]).lower())


def is_running(session: Mapping[str, Any]) -> bool:
    """A reservation and a pending session take up the contract as a running one does."""
    return session["status"] not in _OVER


def cost(charge: Mapping[str, Any]) -> Decimal:
    """Of a Session or a CDR, with taxes; nothing where it is not told, or where the driver is paid."""
    total = charge.get("total_cost")
    if not total or charge.get("status") == "INVALID" or charge.get("home_charging_compensation"):
        return _NOTHING
    taxes = total.get("taxes") or ()
    return sum((Decimal(tax["amount"]) for tax in taxes), Decimal(total["before_taxes"]))


def _runs(charge: OpenCharge, now: datetime) -> bool:
    return charge.is_running and now - charge.told_at < SILENT_FOR
