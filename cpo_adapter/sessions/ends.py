"""Ends that no station told: assumed by us, or corrected by the operator. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from cpo_adapter.ocpp.events import Doubt
from cpo_adapter.sessions.transaction import End, Transaction


@dataclass(frozen=True, slots=True)
class Correction:
    """What the operator knows that the meter read at start and stop."""

    start_wh: int
    stop_wh: int
    at: datetime


def assumed_end(running: Transaction, now: datetime) -> End:
    """Of one that nobody ends: where the last is known of it."""
    return End(running.until, int(running.meter_wh), "Other", now, is_assumed=True)


def corrected(transaction: Transaction, correction: Correction) -> Transaction:
    """Of one that has ended: whatever it lacks, the operator has decided."""
    end = transaction.end
    if end is None:
        return transaction
    begin = replace(transaction.begin, meter_wh=correction.start_wh)
    heard_at, doubts = max(end.heard_at, correction.at), end.doubts | {Doubt.CORRECTED}
    end = replace(end, meter_wh=correction.stop_wh, heard_at=heard_at, doubts=doubts)
    return replace(transaction, begin=begin, end=end, lacks="")
