"""One column of a tariff: every offer for one dimension, by local day, clock time, energy and duration.

The calendar cuts a day into slots, bounds of energy and duration cut a slot into cells; inside a cell the
choice is made, save where power or current decide. A walk remembers the edges of its cell and looks nothing
up until it leaves it.
Spec: 2.3.0 mod_tariffs, TariffElement: the first element that matches, for each dimension.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ocpi.pricing.offers import ASK, Offer
from ocpi.pricing.policy import Policy
from ocpi.pricing.restrictions import ALL_DAY, FAR, Box, Interval, intervals, is_timeless
from ocpi.pricing.tariff import Restrictions
from ocpi.pricing.units import TICKS_PER_SECOND
from ocpi.pricing.zones import SECONDS_PER_DAY, Stretch

_MOST_DAYS: Final = 500
_UNRESTRICTED: Final = Restrictions()
_Offers = tuple[Offer, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """An offer, and the restrictions that say when it stands."""

    offer: Offer
    given: Restrictions


class Cell:
    """The offers of one cell in order, and `settled`: the one that applies, None for free, ASK if the flow
    decides.
    """

    __slots__ = ("box", "offers", "settled")

    def __init__(self, box: Box, offers: _Offers) -> None:
        self.box = box
        self.offers = offers
        self.settled = _settled(offers)


def _settled(offers: _Offers) -> Offer | None:
    if not offers:
        return None
    first = offers[0]
    if first.flow:
        return ASK
    return None if first.blank else first


class Slot:
    """Seconds [begin, end) of a local day in which the calendar lets the same offers stand."""

    __slots__ = ("_cells", "_durations", "_energies", "begin", "end", "offers")

    def __init__(self, begin: int, end: int, offers: _Offers) -> None:
        boxes = [offer.box for offer in offers]
        self.begin = begin
        self.end = end
        self.offers = offers
        self._energies = _edges(edge for box in boxes for edge in (box.low_energy, box.high_energy))
        self._durations = _edges(edge for box in boxes for edge in (box.low_elapsed, box.high_elapsed))
        self._cells: dict[tuple[int, int], Cell] = {}

    def cell(self, energy: int, elapsed: int) -> Cell:
        """The cell around what was delivered and what time has passed."""
        at = bisect_right(self._energies, energy), bisect_right(self._durations, elapsed)
        return self._cells.get(at) or self._make(*at)

    def cells(self) -> Iterator[Cell]:
        """Every cell that a session can be in."""
        for energy in range(1, len(self._energies)):
            for duration in range(1, len(self._durations)):
                if self._energies[energy] > 0 and self._durations[duration] > 0:
                    yield self._make(energy, duration)

    def _make(self, energy: int, duration: int) -> Cell:
        energies, durations = self._energies, self._durations
        box = Box(energies[energy - 1], energies[energy], durations[duration - 1], durations[duration])
        found = self._cells[energy, duration] = Cell(box, tuple(_reachable(self.offers, box)))
        return found


def _edges(bounds: Iterable[int]) -> list[int]:
    return sorted({-FAR, FAR, *bounds})


def _reachable(offers: _Offers, box: Box) -> Iterator[Offer]:
    """Offers that can apply inside `box`, up to the first that surely does."""
    for offer in offers:
        if offer.box.holds(box.low_energy, box.low_elapsed):
            yield offer
            if not offer.flow:
                return


Timetable = tuple[list[int], list[Slot]]
"""Ticks at which slots begin, the end of the last one behind them; and the slots."""


class Column:
    """The offers of one dimension in the order of the tariff. Days are filled in when first asked for.

    A column that is empty or begins with an unrestricted offer is `fixed`: always that offer, None for
    free. One that the calendar does not touch has one slot, `always`.
    """

    __slots__ = ("_days", "_policy", "_repeats", "_timetables", "always", "fixed", "is_fixed", "sources")

    def __init__(self, sources: Sequence[Source], policy: Policy) -> None:
        given = [source.given for source in sources]
        self.sources = tuple(sources)
        self.is_fixed = not sources or sources[0].given == _UNRESTRICTED
        self.fixed = sources[0].offer if sources and self.is_fixed and not sources[0].offer.blank else None
        self._repeats = _repeats(given)
        self._policy = policy
        self._days: dict[int, list[Slot]] = {}
        self._timetables: dict[tuple[int, int], Timetable] = {}
        self.always = self.slots(0)[0] if all(map(is_timeless, given)) else None

    def timetable(self, day: int, stretch: Stretch) -> Timetable:
        """The slots of a local day (days since 1970), as far as the clock runs evenly, by ticks."""
        found = self._timetables.get((day, stretch.offset))
        if found is None:
            if len(self._timetables) >= _MOST_DAYS:
                self._timetables.clear()
            found = self._timetables[day, stretch.offset] = _timetable(self.slots(day), day, stretch)
        return found

    def slots(self, day: int) -> list[Slot]:
        """The slots of a local day, by seconds."""
        if self._repeats:
            day %= self._repeats
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            dated = [(source.offer, self._when(source, day)) for source in self.sources]
            found = self._days[day] = list(_slots(dated))
        return found

    def week(self) -> Iterator[Slot]:
        """Every slot of seven days, if no dates are named."""
        for day in range(self._repeats or 0):
            yield from self.slots(day)

    def _when(self, source: Source, day: int) -> tuple[Interval, ...]:
        return ALL_DAY if is_timeless(source.given) else intervals(source.given, day, self._policy)


def _timetable(slots: Sequence[Slot], day: int, stretch: Stretch) -> Timetable:
    midnight = day * SECONDS_PER_DAY * TICKS_PER_SECOND - stretch.offset
    edges = [
        (midnight + slot.begin * TICKS_PER_SECOND, midnight + slot.end * TICKS_PER_SECOND) for slot in slots
    ]
    inside = [
        (max(begin, stretch.begin), min(end, stretch.end), slot)
        for (begin, end), slot in zip(edges, slots, strict=True)
        if begin < stretch.end and end > stretch.begin
    ]
    return [*(begin for begin, _, _ in inside), inside[-1][1]], [slot for _, _, slot in inside]


def _repeats(given: Sequence[Restrictions]) -> int | None:
    """After how many days the calendar is the same again; None if dates are named."""
    if any(each.start_date is not None or each.end_date is not None for each in given):
        return None
    return 7 if any(each.day_of_week is not None for each in given) else 1


def _slots(dated: Sequence[tuple[Offer, tuple[Interval, ...]]]) -> Iterator[Slot]:
    """The day, cut wherever an offer begins or ceases to stand."""
    edges = {edge for _, when in dated for window in when for edge in window}
    marks = sorted(edges | {0, SECONDS_PER_DAY})
    position = {mark: at for at, mark in enumerate(marks)}
    standing: list[list[Offer]] = [[] for _ in marks]
    for offer, when in dated:
        for begin, end in when:
            for at in range(position[begin], position[end]):
                standing[at].append(offer)
    return map(Slot, marks, marks[1:], map(tuple, standing))
