"""Do the instants of the CDR agree with each other and with the calendar?

Spec: 2.3.0 mod_cdrs, CDR object (start_date_time, end_date_time, last_updated).
"""

from typing import Final

from ocpi.pricing import instants
from ocpi.pricing.subject import PERIODS, Subject
from ocpi.pricing.units import TICKS_PER_HOUR, TICKS_PER_SECOND

_DAY: Final = 24 * TICKS_PER_HOUR
_CLOCKS_DIFFER: Final = 300 * TICKS_PER_SECOND


def check_times(subject: Subject) -> None:
    wire, lasted = subject.wire, subject.cdr.periods.end - subject.cdr.periods.start
    if lasted < 0:
        subject.error("end_before_start", "/end_date_time", wire.start_date_time, wire.end_date_time)
    elif lasted > subject.known.longest_days * _DAY:
        subject.warn("session_too_long", "/end_date_time", subject.known.longest_days, wire.end_date_time)
    if subject.known.now is not None:
        _check_against_now(subject, subject.known.now)
    _check_last_updated(subject)
    _check_order(subject)


def _check_against_now(subject: Subject, now: int) -> None:
    end = subject.cdr.periods.end
    if end > now + _CLOCKS_DIFFER:
        subject.error("in_the_future", "/end_date_time", instants.text(now), subject.wire.end_date_time)
    if end < now - subject.known.oldest_days * _DAY:
        subject.warn("too_old", "/end_date_time", subject.known.oldest_days, subject.wire.end_date_time)


def _check_last_updated(subject: Subject) -> None:
    given = subject.wire.last_updated
    try:
        stamped = instants.parse(given or "")
    except instants.InstantRefused:
        subject.warn("last_updated_missing", "/last_updated", "a DateTime", given)
        return
    if stamped < subject.cdr.periods.end:
        subject.warn("last_updated_before_end", "/last_updated", subject.wire.end_date_time, given)


def _check_order(subject: Subject) -> None:
    """Periods are priced in the order of their starts; a CDR should have them so."""
    periods = subject.cdr.periods
    if not subject.cdr.is_ordered:
        subject.warn("periods_unordered", PERIODS)
    if periods.items and periods.items[0].start > periods.start + TICKS_PER_SECOND:
        first = instants.text(periods.items[0].start)
        subject.warn("first_period_late", f"{PERIODS}/0/start_date_time", subject.wire.start_date_time, first)
