"""Which tariff prices which period.

The tariff valid at the start of the session stays for the whole session, even past its own end; a period
that names a tariff gets that one. A tariff without a type is for everybody, but one of the driver's own
type comes first.
Spec: 2.3.0 mod_tariffs, Tariff (start_date_time, type); mod_cdrs, ChargingPeriod.tariff_id.
"""

from collections.abc import Iterable, Sequence

from ocpi.pricing.notes import Code, Note
from ocpi.pricing.periods import Periods
from ocpi.pricing.policy import Policy, TariffMoment
from ocpi.pricing.tariff import Tariff

Choice = tuple[Tariff | None, Code | None]


def is_valid(tariff: Tariff, at: int) -> bool:
    return (tariff.start is None or tariff.start <= at) and (tariff.end is None or at < tariff.end)


def valid_tariff(tariffs: Sequence[Tariff], at: int, kind: str | None) -> Choice:
    """The tariff for a driver of type `kind` at an instant, and what is wrong with that choice."""
    if kind is None:
        for tariff in tariffs:
            if is_valid(tariff, at):
                return tariff, None
    valid = [tariff for tariff in tariffs if is_valid(tariff, at)]
    if not valid:
        return (tariffs[0], Code.TARIFF_NOT_VALID) if tariffs else (None, Code.NO_TARIFF)
    suited = _of_type(valid, kind) or _of_type(valid, None)
    return (suited, None) if suited else (valid[0], Code.TARIFF_TYPE_MISSING)


def _of_type(tariffs: Iterable[Tariff], kind: str | None) -> Tariff | None:
    return next((tariff for tariff in tariffs if tariff.type == kind), None)


def tariffs_of_periods(
    periods: Periods, tariffs: Sequence[Tariff], policy: Policy
) -> tuple[list[Tariff | None], list[Note]]:
    """One tariff for each period, in order."""
    session, code = valid_tariff(tariffs, periods.start, periods.tariff_type)
    notes = [] if code is None else [Note(code)]
    by_period = policy.tariff_moment is TariffMoment.PERIOD_START
    named = {period.tariff_id for period in periods.items}
    if not by_period and named <= {None, session.id if session is not None else None}:
        return [session] * len(periods.items), notes
    found: list[Tariff | None] = []
    for index, period in enumerate(periods.items):
        at = period.start if by_period else periods.start
        tariff = valid_tariff(tariffs, at, periods.tariff_type)[0] if by_period else session
        if period.tariff_id and policy.period_tariff_id:
            same = [each for each in tariffs if each.id.upper() == period.tariff_id.upper()]
            tariff = valid_tariff(same, at, None)[0] if same else tariff
            if not same:
                notes.append(Note(Code.TARIFF_UNKNOWN, index))
        found.append(tariff)
    return found, notes
