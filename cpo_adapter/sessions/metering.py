"""A transaction as the pricing room wants it: readings, and when the car was charging or parked. Pure.

A driver who prefers nothing charges by the regular tariff.
The connector's statuses say who holds power back. A station that tells none while the transaction runs is
judged by its power readings: a car that draws nothing is parked.
Spec: 2.3.0 mod_cdrs, CdrDimensionType PARKING_TIME; OCPP 1.6, 4.9 (SuspendedEV, SuspendedEVSE).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from cpo_adapter.ocpp.events import ConnectorStatus
from cpo_adapter.sessions.transaction import Changed, Preferred, Transaction, registers, samples
from ocpi.pricing import Activity, MeteredSession, Reading, StateChange, TariffChange
from schemas.v2_3_0.enums import TariffType

_ACTIVITY: Final = {
    ConnectorStatus.CHARGING: Activity.CHARGING,
    ConnectorStatus.SUSPENDED_EV: Activity.SUSPENDED_EV,
    ConnectorStatus.SUSPENDED_EVSE: Activity.SUSPENDED_EVSE,
    ConnectorStatus.FINISHING: Activity.IDLE,
}


def metered(transaction: Transaction) -> MeteredSession:
    begin, end = whole_second(transaction.begin.at), whole_second(transaction.until)
    changes = tuple(_by_status(transaction)) or tuple(_by_power(transaction))
    return MeteredSession(
        start=begin,
        end=end,
        readings=tuple(_by_second(_readings(transaction))),
        state_changes=tuple(change for change in changes if begin <= change.at < end),
        tariff_changes=tuple(change for change in _chosen(transaction) if begin <= change.at < end),
        tariff_type=TariffType.REGULAR,
    )


def whole_second(instant: datetime) -> datetime:
    """Bills count whole seconds, the only ones that survive OCPI's hours of four decimals.

    Every instant of a transaction is cut alike, so that no energy falls between a reading and its second.
    """
    return instant.replace(microsecond=0)


def _by_second(readings: Iterator[Reading]) -> Iterator[Reading]:
    """One for each second, the last; but the start's own reading stays, for all is counted from it."""
    begin, *later = (replace(reading, at=whole_second(reading.at)) for reading in readings)
    yield begin
    yield from {reading.at: reading for reading in later if reading.at > begin.at}.values()


def _readings(transaction: Transaction) -> Iterator[Reading]:
    """The start, whatever was sampled between, and the stop: the two ends are what is billed."""
    begin, end = transaction.begin, transaction.end
    powers = _powers(transaction)
    yield Reading(begin.at, Decimal(begin.meter_wh), powers.get(begin.at))
    for told in registers(transaction):
        if begin.at < told.at < transaction.until and told.register_wh <= transaction.meter_wh:
            yield Reading(told.at, told.register_wh, powers.get(told.at))
    if end is not None or transaction.until > begin.at:
        yield Reading(transaction.until, transaction.meter_wh, powers.get(transaction.until))


def _by_status(transaction: Transaction) -> Iterator[StateChange]:
    told = sorted((fact for fact in transaction.since if isinstance(fact, Changed)), key=lambda each: each.at)
    for change in told:
        if transaction.begin.at <= change.at < transaction.until and change.status in _ACTIVITY:
            yield StateChange(whole_second(change.at), _ACTIVITY[change.status])


def _chosen(transaction: Transaction) -> Iterator[TariffChange]:
    for fact in transaction.since:
        if isinstance(fact, Preferred):
            yield TariffChange(whole_second(fact.at), fact.tariff_id)


def _by_power(transaction: Transaction) -> Iterator[StateChange]:
    was_drawing = True
    for at, power_w in sorted(_powers(transaction).items()):
        if (power_w > 0) != was_drawing:
            was_drawing = not was_drawing
            yield StateChange(whole_second(at), Activity.CHARGING if was_drawing else Activity.SUSPENDED_EV)


def _powers(transaction: Transaction) -> dict[datetime, Decimal]:
    """Power by instant, all phases together."""
    return {
        sample.at: sample.value
        for sample in samples(transaction)
        if sample.measurand == "Power.Active.Import" and not sample.phase and sample.location == "Outlet"
    }
