"""Whether a transaction that runs is over, although its station never said so. Pure.

A connector where nobody is any more, says its station, serves nobody; but the end may be on its way, and a
station may be wrong, so it is asked before. One of which nothing was heard for days is over.
Spec: OCPP 1.6, 4.9 (Available) and 5.17 (TriggerMessage); OCPP 2.0.1, GetTransactionStatus.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final

from cpo_adapter.ocpp.events import ConnectorStatus
from cpo_adapter.sessions.transaction import Changed, Transaction, registers

DOUBTED_AFTER: Final = timedelta(minutes=5)
"""So long the end may be on its way, and again so long what the station answers when it is asked."""


class Verdict(Enum):
    RUNS = "nothing says that it is over"
    ASK = "its station has to be asked"
    OVER = "it is over"


def judged(transaction: Transaction, asked_at: datetime | None, silence: timedelta, now: datetime) -> Verdict:
    """`asked_at`: when its station was last asked about it."""
    if now - transaction.heard_at >= silence:
        return Verdict.OVER
    freed_at = _freed_at(transaction)
    if freed_at is None or now - freed_at < DOUBTED_AFTER:
        return Verdict.RUNS
    if asked_at is None or asked_at < freed_at:
        return Verdict.ASK
    return Verdict.OVER if now - asked_at >= DOUBTED_AFTER else Verdict.RUNS


def _freed_at(transaction: Transaction) -> datetime | None:
    """When we heard that nobody is at its connector; None if somebody is, or still draws energy."""
    changes = [fact for fact in transaction.since if isinstance(fact, Changed)]
    last = max(changes, key=lambda change: (change.at, change.heard_at), default=None)
    if last is None or last.status is not ConnectorStatus.AVAILABLE:
        return None
    read = registers(transaction)
    start_wh = Decimal(transaction.begin.meter_wh)
    before = max([start_wh, *(each.register_wh for each in read if each.at <= last.at)])
    is_drawing = any(each.register_wh > before for each in read if each.at > last.at)
    return None if is_drawing else last.heard_at
