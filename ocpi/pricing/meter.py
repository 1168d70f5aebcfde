"""The energy register as a function of time, counted from the start of the session.

Between two readings energy is shared by elapsed time: a reading says how much, not when. Before the first
and after the last the register stands still. Every value is rounded to what a CDR can say, so that the
differences of values add up to the difference of the register.
Spec: 2.3.0 mod_cdrs, ChargingPeriod; types, number (four decimals).
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from ocpi.pricing.instants import ticks
from ocpi.pricing.metered import Reading
from ocpi.pricing.policy import Mode
from ocpi.pricing.rounding import divided
from ocpi.pricing.units import POWER_UNITS, TICKS_PER_HOUR, UNITS_PER_WH, scaled

GRAIN: Final = UNITS_PER_WH // 10
_PER_WATT: Final = POWER_UNITS // 1000


class Mark(NamedTuple):
    """A reading: ticks, register in energy units, power and current in units if reported."""

    at: int
    register: int
    power: int | None
    current: int | None


class Flow(NamedTuple):
    """Power and current from one instant to the next reading."""

    at: int
    power: int | None
    current: int | None


class Meter:
    """The register of one session that starts at `start` (ticks)."""

    __slots__ = ("_base", "_instants", "_marks")

    def __init__(self, readings: Sequence[Reading], start: int) -> None:
        told = sorted(readings, key=lambda each: ticks(each.at))
        self._marks = [_mark(ticks(each.at), each) for each in told]
        self._instants = [mark.at for mark in self._marks]
        self._base = self._register(start)

    def energy_at(self, tick: int) -> int:
        """Energy units since the start, in whole grains."""
        since = self._register(tick) - self._base
        return divided(since.numerator, since.denominator * GRAIN, Mode.HALF_UP) * GRAIN

    def reached(self, energy: int) -> Iterator[int]:
        """Ticks at which the energy since the start crosses `energy`, upwards or back."""
        wanted = self._base + energy
        for one, other in zip(self._marks, self._marks[1:], strict=False):
            if min(one.register, other.register) < wanted <= max(one.register, other.register):
                share = Fraction(wanted - one.register, other.register - one.register)
                yield one.at + round(share * (other.at - one.at))

    def flows(self) -> Iterator[Flow]:
        """What flowed from each reading on: as reported there, else the average power until the next one."""
        for one, other in zip(self._marks, self._marks[1:], strict=False):
            power = one.power if one.power is not None else _average(one, other)
            yield Flow(one.at, power, one.current)

    def _register(self, tick: int) -> Fraction:
        marks = self._marks
        if not marks:
            return Fraction(0)
        after = bisect_right(self._instants, tick)
        if after in (0, len(marks)):
            return Fraction(marks[max(after - 1, 0)].register)
        one, other = marks[after - 1], marks[after]
        return one.register + Fraction((other.register - one.register) * (tick - one.at), other.at - one.at)


def _mark(at: int, reading: Reading) -> Mark:
    return Mark(
        at,
        scaled(reading.energy_wh, UNITS_PER_WH),
        None if reading.power_w is None else scaled(reading.power_w, _PER_WATT),
        None if reading.current_a is None else scaled(reading.current_a, POWER_UNITS),
    )


def _average(one: Mark, other: Mark) -> int | None:
    lasted = other.at - one.at
    return (other.register - one.register) * TICKS_PER_HOUR // lasted if lasted else None
