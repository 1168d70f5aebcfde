"""The walk over the periods of a session: at the start of each, which offer prices which volume.

In every column the walk stands in a lane that knows how far its choice holds; as long as a period stays
inside, nothing is looked up. A period that ends beyond should have been split if another offer applies
there, which is reported.
Spec: 2.3.0 mod_tariffs, TariffElement and TariffRestrictions; mod_cdrs, ChargingPeriod.
"""

from collections.abc import Sequence

from ocpi.pricing.breakdown import Line
from ocpi.pricing.cache import compiled
from ocpi.pricing.columns import Column
from ocpi.pricing.flow import choose_by_flow
from ocpi.pricing.lanes import Lane, find
from ocpi.pricing.notes import Code, Note
from ocpi.pricing.offers import (
    ASK,
    ENERGY,
    EXPIRED_FLAT,
    EXPIRED_TIME,
    FLAT,
    KINDS,
    PARKING,
    RESERVED,
    RESERVED_FLAT,
    RESERVED_TIME,
    TIME,
    Offer,
)
from ocpi.pricing.periods import Period, Periods
from ocpi.pricing.policy import DurationFrom, Flats, Policy
from ocpi.pricing.tariff import Tariff
from ocpi.pricing.zones import Zone

_new_tuple = tuple.__new__  # a Line without the detour over keyword arguments


class Walk:
    """One pass over `periods`: `lines` are every volume with what prices it, `notes` what was odd.

    `volumes` are those of `lines` by offer; `last` is the last line that priced each kind (see
    `offers.KINDS`); `flats_by_flow` are the periods whose power or current chose their FLAT.
    """

    __slots__ = (
        "_columns",
        "_delivered",
        "_fixed",
        "_flats",
        "_is_flat_open",
        "_lanes",
        "_periods",
        "_policy",
        "_reserved_from",
        "_since",
        "_with_empty",
        "_zone",
        "asks_for_rounding",
        "flats_by_flow",
        "last",
        "lines",
        "notes",
        "volumes",
    )

    def __init__(self, periods: Periods, zone: Zone, policy: Policy) -> None:
        self.lines: list[Line] = []
        self.volumes: dict[Offer, int] = {}
        self.last: list[int | None] = [None, None, None, None, None]
        self.notes: list[Note] = []
        self.asks_for_rounding = False
        self.flats_by_flow: set[int] = set()
        self._periods = periods
        self._zone = zone
        self._policy = policy
        self._with_empty = policy.step_of_empty_period
        self._columns: Sequence[Column] = ()
        self._fixed: Sequence[Offer | None] = ()  # by kind, for the columns of the session
        self._lanes: list[Lane | None] = []  # likewise, where the choice is not fixed
        self._is_flat_open = True
        self._delivered = 0
        self._flats: list[Offer] = []
        self._since: int | None = None  # when the durations of the session began
        self._reserved_from: int | None = None

    def over(self, tariffs: Sequence[Tariff | None]) -> None:
        """Visit every period; `tariffs` holds the one of each."""
        tariff: Tariff | None = None
        for index, period in enumerate(self._periods.items):
            if tariffs[index] is not tariff:
                tariff = tariffs[index]
                self._change(tariff)
            if not self._columns:
                self._leave_free(index, period)
                continue
            if period.reserved is not None:
                self._reserve(index, period)
                if period.is_reservation:
                    continue
            self._charge(index, period)

    def _change(self, tariff: Tariff | None) -> None:
        """Another tariff: new lanes where the choice can change, the choice itself where it cannot."""
        if tariff is None:
            self._columns = ()
            return
        table = compiled(tariff, self._policy)
        clock = self._zone.clock
        self._columns = table.columns
        self._fixed = table.fixed
        self._lanes = [Lane(column, clock) if column is not None else None for column in table.open]
        self._is_flat_open = True
        self.asks_for_rounding = self.asks_for_rounding or table.asks_for_rounding

    def _leave_free(self, index: int, period: Period) -> None:
        """There is no tariff for this period."""
        volumes = (
            (ENERGY, period.energy),
            (TIME, period.time),
            (PARKING, period.parking),
            (RESERVED, period.reserved),
        )
        for kind, volume in volumes:
            if volume is not None:
                self._post(index, kind, None, volume)

    def _charge(self, index: int, period: Period) -> None:
        """The session itself: its FLAT, energy, charging and parking time."""
        if self._since is None:
            self._since = self._counts_from(period)
        energy = period.energy
        after = self._delivered if energy is None else self._delivered + energy
        if self._is_flat_open:
            self._take_session_flat(index, period, after)
        if energy is not None:
            self._use(index, period, ENERGY, energy, after)
        if period.time is not None:
            self._use(index, period, TIME, period.time, after)
        if period.parking is not None:
            self._use(index, period, PARKING, period.parking, after)
        self._delivered = after

    def _use(self, index: int, period: Period, kind: int, volume: int, after: int) -> None:
        """One volume of the session: a line, and what step_size and the costs need of it."""
        lane = self._lanes[kind]
        offer = self._fixed[kind] if lane is None else self._in_lane(lane, index, period, kind, after)
        if offer is not None:
            volumes = self.volumes
            volumes[offer] = volumes.get(offer, 0) + volume
            if volume or self._with_empty:
                self.last[kind] = len(self.lines)
        self.lines.append(_new_tuple(Line, (index, KINDS[kind], offer, volume, volume)))

    def _post(self, index: int, kind: int, offer: Offer | None, volume: int) -> None:
        """Likewise for what no lane has found."""
        if offer is not None:
            self.volumes[offer] = self.volumes.get(offer, 0) + volume
            if volume or self._with_empty:
                self.last[kind] = len(self.lines)
        self.lines.append(Line(index, KINDS[kind], offer, volume, volume))

    def _counts_from(self, period: Period) -> int:
        """When min_duration and max_duration begin to count for the session."""
        match self._policy.duration_from:
            case DurationFrom.CHARGING:
                return period.start
            case DurationFrom.FIRST_PERIOD:
                return self._periods.items[0].start
            case DurationFrom.SESSION_START:
                return self._periods.start

    def _in_lane(self, lane: Lane, index: int, period: Period, kind: int, after: int) -> Offer | None:
        """What applies at the start of the period; and whether it still does at the end."""
        start, energy = period.start, self._delivered
        if not (start < lane.end and lane.low <= energy < lane.high):
            lane.move(start, energy, self._since or 0)
        offer = lane.offer
        if offer is ASK:
            offer = self._by_flow(index, period, lane.choices)
        if period.end > lane.end or not lane.low <= after <= lane.high:
            self._look_at_end(index, period, kind, offer)
        return offer

    def _take_session_flat(self, index: int, period: Period, after: int) -> None:
        lane = self._lanes[FLAT]
        offer = self._fixed[FLAT] if lane is None else self._in_lane(lane, index, period, FLAT, after)
        if offer is not None and self._is_due(offer, is_session=True):
            self._enter_flat(index, offer)
        if lane is not None and lane.offer is ASK:
            self.flats_by_flow.add(index)
        self._is_flat_open = lane is not None and (offer is None or self._policy.flats is Flats.EACH)

    def _enter_flat(self, index: int, offer: Offer) -> None:
        self._flats.append(offer)
        self._post(index, FLAT, offer, 1)

    def _is_due(self, offer: Offer, *, is_session: bool) -> bool:
        """A FLAT is due once: the first of the session, and apart from it the first of a reservation."""
        match self._policy.flats:
            case Flats.FIRST:
                return not self._flats
            case Flats.EACH:
                return offer not in self._flats
            case Flats.FIRST_EACH:
                return all(each.is_reservation is is_session for each in self._flats)

    def _reserve(self, index: int, period: Period) -> None:
        """Reserved time and the FLAT of a reservation, whose durations count from its own start."""
        if self._reserved_from is None:
            self._reserved_from = period.start
        expired = self._periods.reservation_expired
        flat = self._of_reservation(index, period, EXPIRED_FLAT if expired else RESERVED_FLAT)
        if flat is not None and self._is_due(flat, is_session=False):
            self._enter_flat(index, flat)
        offer = self._of_reservation(index, period, EXPIRED_TIME if expired else RESERVED_TIME)
        self._post(index, RESERVED, offer, period.reserved or 0)

    def _of_reservation(self, index: int, period: Period, column: int) -> Offer | None:
        return self._elsewhere(index, period, column, period.start, self._delivered, self._reserved_from or 0)

    def _elsewhere(
        self, index: int, period: Period, column: int, tick: int, energy: int, since: int
    ) -> Offer | None:
        """What applies at another instant than a lane stands at."""
        cell, _ = find(self._columns[column], self._zone.clock, tick, energy, tick - since)
        return self._by_flow(index, period, cell.offers) if cell.settled is ASK else cell.settled

    def _look_at_end(self, index: int, period: Period, kind: int, offer: Offer | None) -> None:
        """Report an unsplit period: just before its end another offer would apply than at its start."""
        is_used = kind == FLAT or period[kind + 1]  # the fields of a Period follow the kinds
        if not is_used or not self._policy.report_unsplit_periods:
            return
        energy = period.energy or 0
        reached = self._delivered + energy - (1 if energy > 0 else 0)
        last = max(period.end - 1, period.start)
        after = self._elsewhere(index, period, kind, last, reached, self._since or 0)
        if after is offer or (kind == FLAT and (after is None or offer is not None or self._flats)):
            return
        self.notes.append(Note(Code.PERIOD_SPANS_PRICE_CHANGE, index, KINDS[kind]))

    def _by_flow(self, index: int, period: Period, offers: tuple[Offer, ...]) -> Offer | None:
        """The choice by power and current of the period, and what was not reported of them."""
        found, codes = choose_by_flow(offers, period, self._policy)
        for code in codes:
            note = Note(code, index)
            if note not in self.notes:
                self.notes.append(note)
        return found
