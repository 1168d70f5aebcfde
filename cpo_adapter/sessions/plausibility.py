"""Whether a transaction can be billed as it was told, or somebody has to look at it first. Pure.

A bill that is wrong costs more than one that is late: what cannot be is held, with the reason, and its energy
stays counted. What had to be mended a little (a clock, a reason) is billed.
"""

from decimal import Decimal
from typing import Final

from cpo_adapter.ocpp.events import Doubt
from cpo_adapter.sessions.transaction import End, Transaction

_ROUNDING_WH: Final = 1
"""Meters that round down at the stop and up at the start."""

_TOLERANCE: Final = Decimal("1.1")
_SLACK_WH: Final = 100
_SECONDS_PER_HOUR: Final = 3600


def why_not(transaction: Transaction) -> str | None:
    """Why an ended transaction cannot be billed; None when it can."""
    end = transaction.end
    if end is None:
        return "it has not ended"
    if end.is_assumed:
        return "the station never told its end"
    if transaction.lacks:
        return f"{transaction.lacks}: the station may still send them"
    if Doubt.METER_UNREADABLE in transaction.doubts:
        return "the meter could not be read"
    if end.meter_wh < transaction.begin.meter_wh - _ROUNDING_WH:
        return f"the meter went back from {transaction.begin.meter_wh} to {end.meter_wh} Wh"
    return _too_much(transaction, end)


def _too_much(transaction: Transaction, end: End) -> str | None:
    seconds = Decimal((transaction.until - transaction.begin.at).total_seconds())
    most_wh = transaction.begin.terms.max_power_w * seconds / _SECONDS_PER_HOUR * _TOLERANCE + _SLACK_WH
    if transaction.energy_wh <= most_wh:
        return None
    return f"{transaction.energy_wh} Wh until {end.at.isoformat()} is more than the connector can give"
