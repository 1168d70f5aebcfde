"""What a car gave back to the grid, told in its Session: bills have no words for it. Pure.

Spec: 2.3.0 mod_cdrs, CdrDimensionType ENERGY_EXPORT (of Sessions only).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from cpo_adapter.sessions.metering import whole_second
from cpo_adapter.sessions.registers import OUTLET
from cpo_adapter.sessions.transaction import Transaction, samples
from schemas.times import datetime_text, parse

_REGISTER: Final = "Energy.Active.Export.Register"
_WH_PER_KWH: Final = 1000


def with_exports(fields: Mapping[str, Any], transaction: Transaction) -> dict[str, Any]:
    """Fields of a Session whose charging periods say what was given back in each."""
    given = list(_given(transaction))
    if not given:
        return dict(fields)
    began = datetime_text(whole_second(transaction.begin.at))
    periods = fields.get("charging_periods") or [{"start_date_time": began, "dimensions": []}]
    starts = [parse(each["start_date_time"]) for each in periods]
    shares: Counter[int] = Counter()
    for at, energy_wh in given:
        shares[max([0, *(place for place, start in enumerate(starts) if start <= at)])] += energy_wh
    told = [_told(period, shares[place]) for place, period in enumerate(periods)]
    return {**fields, "charging_periods": told}


def _told(period: Mapping[str, Any], energy_wh: int) -> dict[str, Any]:
    if not energy_wh:
        return dict(period)
    export = {"type": "ENERGY_EXPORT", "volume": Decimal(energy_wh) / _WH_PER_KWH}
    return {**period, "dimensions": [*period["dimensions"], export]}


def _given(transaction: Transaction) -> Iterator[tuple[datetime, int]]:
    """By how much the register rose, and when; what it read first was there before."""
    read = [
        (each.at, int(each.value))
        for each in samples(transaction)
        if each.measurand == _REGISTER and each.location == OUTLET and not each.phase
    ]
    highest = read[0][1] if read else 0
    for at, value in read:
        if value > highest:
            yield at, value - highest
            highest = value
