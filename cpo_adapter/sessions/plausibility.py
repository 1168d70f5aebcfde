"""Whether a transaction can be billed as it was told, or somebody has to look at it first. Pure.

A bill that is wrong costs more than one that is late: what cannot be is held, with the reason, and its energy
stays counted. What had to be mended a little (a clock, a reason) is billed.
"""

from decimal import Decimal
from typing import Final

from cpo_adapter.ocpp.events import Doubt
from cpo_adapter.sessions.transaction import End, Transaction

ROUNDING_WH: Final = 1
"""Meters that round down at the stop and up at the start."""

_TOLERANCE: Final = Decimal("1.1")
_SLACK_WH: Final = 100
_SECONDS_PER_HOUR: Final = 3600


def why_not(transaction: Transaction) -> str | None:
    """Why an ended transaction cannot be billed; None when it can."""
    end = transaction.end
    if end is None or not transaction.begin.terms.is_placed:
        return "it has not ended" if end is None else "station without a location"
    if transaction.lacks:
        return transaction.lacks
    if Doubt.CORRECTED in transaction.doubts:
        return None
    if Doubt.METER_UNREADABLE in transaction.doubts:
        return "the meter could not be read"
    return _went_back(transaction, end) or _too_much(transaction, end)


def fits(transaction: Transaction) -> bool:
    """Whether its two ends are what a meter at such a connector can have read in that time."""
    end = transaction.end
    return end is not None and not (_went_back(transaction, end) or _too_much(transaction, end))


def _went_back(transaction: Transaction, end: End) -> str | None:
    start_wh = transaction.begin.meter_wh
    if end.meter_wh >= start_wh - ROUNDING_WH:
        return None
    return f"the meter went back from {start_wh} to {end.meter_wh} Wh"


def _too_much(transaction: Transaction, end: End) -> str | None:
    seconds = Decimal((transaction.until - transaction.begin.at).total_seconds())
    most_wh = transaction.begin.terms.max_power_w * seconds / _SECONDS_PER_HOUR * _TOLERANCE + _SLACK_WH
    if transaction.energy_wh <= most_wh:
        return None
    return f"{transaction.energy_wh} Wh until {end.at.isoformat()} is more than the connector can give"
