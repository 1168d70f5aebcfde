"""What a car draws, second by second, and what the station's meter says of it.

A charge is played in simulated time: its stamps lie in the past and end at now, while it takes seconds to
watch. Energy is the exact integral of the power, so that a scenario can be worked out by hand. Whole Wh and
W, like a real meter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from ocpp.v16.datatypes import MeterValue, SampledValue
from ocpp.v16.enums import Measurand, Phase, UnitOfMeasure

_PHASES = (Phase.l1, Phase.l2, Phase.l3)
_NOMINAL_DECIVOLTS = 2300


@dataclass(frozen=True, slots=True)
class PowerProfile:
    """Power in W over seconds from the start, straight between the points, nothing after the last.

    The first point is at second 0.
    """

    points: tuple[tuple[int, int], ...]

    @classmethod
    def ramp_and_taper(cls, *, peak_w: int, ramp_s: int, full_s: int, taper_s: int) -> "PowerProfile":
        """Up to the peak, a while there, and down to nothing as the battery fills."""
        end_s = ramp_s + full_s + taper_s
        return cls(((0, 0), (ramp_s, peak_w), (ramp_s + full_s, peak_w), (end_s, 0)))

    @classmethod
    def constant(cls, *, power_w: int, duration_s: int) -> "PowerProfile":
        return cls(((0, power_w), (duration_s, power_w)))

    def power_w(self, second: int) -> int:
        for (from_s, from_w), (to_s, to_w) in self._stretches():
            if from_s <= second < to_s:
                return int(_between(second, from_s, from_w, to_s, to_w))
        return 0

    def energy_wh(self, second: int) -> int:
        """What the meter counted since the start: whole Wh, the rest is still to come."""
        total_ws = Fraction(0)
        for (from_s, from_w), (to_s, to_w) in self._stretches():
            until_s = min(second, to_s)
            if until_s > from_s:
                until_w = _between(until_s, from_s, from_w, to_s, to_w)
                total_ws += (from_w + until_w) * (until_s - from_s) / 2
        return int(total_ws / 3600)

    def _stretches(self) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        return zip(self.points, self.points[1:], strict=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One card, one car, one connector. `speed`: how many simulated seconds go by in a real one.

    A `duration_s` beyond the profile's end is a car that stays plugged in when it is full.
    """

    uid: str
    profile: PowerProfile
    duration_s: int
    connector: int = 1
    sample_every_s: int = 60
    speed: int = 600
    soc_percent: int = 20
    battery_wh: int = 60_000

    @property
    def lasts_s(self) -> float:
        """Real seconds."""
        return self.duration_s / self.speed

    def sample_seconds(self) -> range:
        """When the meter is read between start and stop."""
        return range(self.sample_every_s, self.duration_s, self.sample_every_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What came of a charge, as the station itself counted it.

    `card` is what the central system said of the card; when that is not Accepted nothing was charged, and
    `transaction_id` is None unless it said so only after the start. A card at a connector that is taken or
    reserved for another is "not free".
    """

    charge: Charge
    card: str
    transaction_id: int | str | None
    energy_wh: int
    began_at: datetime
    ended_at: datetime


def meter_value(charge: Charge, second: int, *, began_at: datetime, register_wh: int) -> MeterValue:
    """Energy, power, state of charge, and current and voltage of three phases, `second` seconds in."""
    power_w = charge.profile.power_w(second)
    energy_wh = charge.profile.energy_wh(second)
    soc = min(100, charge.soc_percent + 100 * energy_wh // charge.battery_wh)
    values = [
        _sampled(str(register_wh + energy_wh), Measurand.energy_active_import_register, UnitOfMeasure.wh),
        _sampled(str(power_w), Measurand.power_active_import, UnitOfMeasure.w),
        _sampled(str(soc), Measurand.soc, UnitOfMeasure.percent),
    ]
    for number, phase in enumerate(_PHASES):
        volts = Fraction(_NOMINAL_DECIVOLTS + _wobble(second, number), 10)
        values.append(
            _sampled(
                _one_digit(Fraction(power_w, 3) / volts), Measurand.current_import, UnitOfMeasure.a, phase
            )
        )
        values.append(_sampled(_one_digit(volts), Measurand.voltage, UnitOfMeasure.v, phase))
    return MeterValue(timestamp=stamp(began_at + timedelta(seconds=second)), sampled_value=values)


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _between(at: int, from_s: int, from_w: int, to_s: int, to_w: int) -> Fraction:
    return from_w + Fraction((to_w - from_w) * (at - from_s), to_s - from_s)


def _wobble(second: int, phase: int) -> int:
    """A mains voltage is never quite the same: up to 1.5 V about the nominal one, the same in every run."""
    return (second * 7 + phase * 11) % 31 - 15


def _one_digit(value: Fraction) -> str:
    tenths = round(value * 10)
    return f"{tenths // 10}.{tenths % 10}"


def _sampled(
    value: str, measurand: Measurand, unit: UnitOfMeasure, phase: Phase | None = None
) -> SampledValue:
    return SampledValue(value=value, measurand=measurand, unit=unit, phase=phase)
