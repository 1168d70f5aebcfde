"""The place of a walk in one column: the choice that holds there, and until when it holds. Walks go forward
only.

Spec: 2.3.0 mod_tariffs, TariffRestrictions; local time is that of the Location.
"""

from bisect import bisect_right
from typing import Final

from ocpi.pricing.columns import Cell, Column
from ocpi.pricing.offers import Offer
from ocpi.pricing.restrictions import FAR
from ocpi.pricing.units import TICKS_PER_SECOND
from ocpi.pricing.zones import SECONDS_PER_DAY, LocalClock

_DAY: Final = SECONDS_PER_DAY * TICKS_PER_SECOND


class Lane:
    """`offer` holds before the instant `end` and for energies [low, high); ASK: the flow decides among
    `choices`.
    """

    __slots__ = ("_clock", "choices", "column", "end", "high", "low", "offer")

    def __init__(self, column: Column, clock: LocalClock) -> None:
        self.column = column
        self._clock = clock
        self.low = FAR  # nowhere, until it is moved
        self.end = self.high = -FAR
        self.offer: Offer | None = None
        self.choices: tuple[Offer, ...] = ()

    def move(self, tick: int, energy: int, since: int) -> None:
        """Stand at an instant, with so much energy delivered in a session that counts from `since`."""
        cell, end = find(self.column, self._clock, tick, energy, tick - since)
        self.offer = cell.settled
        self.choices = cell.offers
        self.low, self.high, _, high_elapsed = cell.box
        self.end = min(since + high_elapsed, end)


def find(column: Column, clock: LocalClock, tick: int, energy: int, elapsed: int) -> tuple[Cell, int]:
    """The cell of an instant by the local clock, and the tick until which the calendar leaves it alone."""
    if column.always is not None:
        return column.always.cell(energy, elapsed), FAR
    stretch = clock.stretch(tick)
    marks, slots = column.timetable((tick + stretch.offset) // _DAY, stretch)
    at = bisect_right(marks, tick)
    return slots[at - 1].cell(energy, elapsed), marks[at]
