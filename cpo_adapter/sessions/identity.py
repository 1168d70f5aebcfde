"""What makes two messages the same one, whatever ids they bear. Pure.

Stations repeat a message that was not answered, some with a new message id, all with the same content; and
they count their ids from 1 again after a boot. So what is told counts, not in which envelope.
Spec: OCPP 1.6, 3.7 (repeated delivery); OCPP 2.0.1, TransactionEvent (transactionId, seqNo).
"""

import hashlib
from datetime import datetime

from cpo_adapter.ocpp import framing
from cpo_adapter.ocpp.events import Doubt, TransactionBegan
from cpo_adapter.sessions import sampled
from cpo_adapter.sessions.named import Fact, Told
from cpo_adapter.sessions.transaction import Changed, Metered, Preferred
from schemas import codec


def of_start(event: TransactionBegan) -> str:
    """Who, where, which card, when, and the meter.

    A start whose time could not be believed has ours, which differs when it is told again: its content
    counts.
    """
    if Doubt.TIME_REPLACED in event.doubts:
        return f"{event.origin.station}|{_content(event.origin.frame)}"
    told = (
        event.origin.station,
        event.outlet.evse,
        event.outlet.connector,
        event.uid.casefold(),
        event.at.isoformat(),
        event.meter_wh,
    )
    return "|".join(str(each) for each in told)


def of_name(station: str, reference: str, began_at: datetime | None = None) -> str:
    """A transaction that its station names; `began_at` of one that bears an old name again."""
    again = "" if began_at is None else f"|{began_at.isoformat()}"
    return f"{station}|named {reference}{again}"


def of_fact(number: int, fact: Fact) -> str:
    """The same however often it is told."""
    return f"{number}|{_digest(_told(fact))}"


def _told(fact: Fact) -> str:
    match fact:
        case Told():
            return (
                f"{fact.seq} {fact.moment} {fact.at.isoformat()} {fact.status} {sampled.digest(fact.samples)}"
            )
        case Metered():
            return sampled.digest(fact.samples)
        case Changed():
            return f"{fact.status} {fact.at.isoformat()}"
        case Preferred():
            return f"{fact.tariff_id} {fact.preferences!r} {fact.at.isoformat()}"


def _content(frame: str) -> str:
    message = framing.read(frame)
    payload = message.payload if isinstance(message, framing.Call) else frame
    return _digest(codec.encode(payload).decode())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
