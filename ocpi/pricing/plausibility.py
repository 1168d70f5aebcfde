"""Doubts about a priced session as a whole: figures that are rightly computed and probably wrongly meant.

Watt hours sent as kilowatt hours are the commonest mistake of partners; the specification's own session
example makes it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from ocpi.pricing.cache import compiled
from ocpi.pricing.ledger import Ledger
from ocpi.pricing.notes import Code, Note
from ocpi.pricing.offers import ENERGY
from ocpi.pricing.periods import MeterFlag, Periods
from ocpi.pricing.policy import Policy
from ocpi.pricing.tariff import Dimension, Tariff
from ocpi.pricing.units import UNITS_PER_KWH

_OF_METER: Final = {
    MeterFlag.GAP: Code.METER_GAP,
    MeterFlag.CORRECTED: Code.METER_CORRECTED,
    MeterFlag.RESTARTED: Code.METER_RESTARTED,
}
MOST_ENERGY: Final = 1000 * UNITS_PER_KWH  # of one session; clearing houses refuse more


def doubts(
    periods: Periods, ledger: Ledger, seen: Sequence[Note], chosen: Sequence[Tariff | None], policy: Policy
) -> Iterator[Note]:
    """Notes on the session as a whole; `seen` are those of its periods."""
    if ledger.priced[ENERGY] > MOST_ENERGY or ledger.last[ENERGY] is None:
        yield from _of_energy(periods, ledger, seen, chosen, policy)
    if periods.items and periods.items[-1].is_reservation and not periods.reservation_expired:
        yield Note(Code.RESERVATION_OUTCOME_UNKNOWN)
    for flag in sorted(periods.flags):
        yield Note(_OF_METER[flag])
    if chosen and chosen.count(chosen[0]) != len(chosen):
        yield from _of_several_tariffs(chosen)


def _of_energy(
    periods: Periods, ledger: Ledger, seen: Sequence[Note], chosen: Sequence[Tariff | None], policy: Policy
) -> Iterator[Note]:
    """Too much of it; or none was priced in the whole session, though the tariff has a price for energy."""
    if sum(period.energy or 0 for period in periods.items) > MOST_ENERGY:
        yield Note(Code.ENERGY_UNIT_SUSPECT)
    unpriced = [line.period for line in ledger.lines if line.dimension is Dimension.ENERGY and line.volume]
    if ledger.last[ENERGY] is not None or not unpriced:
        return
    tariff = chosen[unpriced[0]]
    is_explained = any(note.dimension is Dimension.ENERGY for note in seen)
    if tariff is not None and not is_explained and compiled(tariff, policy).prices_energy:
        yield Note(Code.VOLUME_UNPRICED, unpriced[0], Dimension.ENERGY)


def _of_several_tariffs(chosen: Sequence[Tariff | None]) -> Iterator[Note]:
    """A session has one currency and one pair of limits, those of its first tariff."""
    session = next((tariff for tariff in chosen if tariff is not None), None)
    others = [tariff for tariff in chosen if tariff is not None and tariff is not session]
    if session is None or not others:
        return
    if any(tariff.currency != session.currency for tariff in others):
        yield Note(Code.MIXED_CURRENCIES)
    limits = (session.min_price, session.max_price)
    if any((tariff.min_price, tariff.max_price) not in (limits, (None, None)) for tariff in others):
        yield Note(Code.LIMITS_OF_OTHER_TARIFF)
