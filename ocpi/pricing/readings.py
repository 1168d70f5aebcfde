"""Other readings of the rules, tried one by one on a CDR whose total is not ours.

The first that reproduces the partner's figure is named: then the two sides disagree about a sentence of the
specification and not about a session.
"""

from dataclasses import replace
from typing import Final, NamedTuple

from ocpi.pricing.policy import (
    At,
    CrossedLimits,
    DatesAndTimes,
    Discharge,
    Duplicates,
    DurationFrom,
    ElementChoice,
    Flats,
    GrossLimit,
    Mode,
    MoneyRounding,
    NightDay,
    Places,
    Policy,
    Range,
    ReservationStep,
    StepVolume,
    TariffMoment,
    TimeStep,
    Unreported,
    Window,
)


class Reading(NamedTuple):
    """A changed field of the policy, its value, and what that means."""

    field: str
    value: object
    meaning: str

    def applied_to(self, policy: Policy) -> Policy:
        return replace(policy, **{self.field: self.value})  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"matches if {self.meaning}"


def _rounded(meaning: str, **fields: object) -> Reading:
    return Reading("money", MoneyRounding(Places.CURRENCY, **fields), meaning)  # type: ignore[arg-type]


READINGS: Final = (
    Reading("step_volume", StepVolume.ALL, "step_size counts volumes that no element prices"),
    Reading("step_of_empty_period", True, "a last period without volume decides on step_size"),  # noqa: FBT003
    Reading("time_step", TimeStep.LAST, "step_size rounds the last of charging and parking time"),
    Reading("reservation_step", ReservationStep.SEPARATE, "reserved time has a step_size of its own"),
    Reading(
        "reservation_step", ReservationStep.COMBINED, "reserved and charging time are rounded as one total"
    ),
    Reading("flats", Flats.FIRST, "one FLAT is due in all, reservation included"),
    Reading("flats", Flats.EACH, "every different FLAT is due"),
    Reading(
        "element_choice", ElementChoice.WHOLE_ELEMENT, "the first matching element prices every dimension"
    ),
    Reading("duplicates", Duplicates.SUM, "two components of one dimension add up"),
    Reading("end_at_midnight_alone", Window.NEVER, "end_time 00:00 alone never applies"),
    Reading("start_equals_end", Window.NEVER, "a window that ends when it starts is empty"),
    Reading("night_day", NightDay.OF_THE_EVENING, "a night belongs to the weekday on which it begins"),
    Reading("dates_and_times", DatesAndTimes.ONE_SPAN, "dates and times name one long span"),
    Reading("power_unreported", Unreported.MATCHES, "a power restriction holds where power was not reported"),
    Reading("power_unreported", Unreported.FAILS, "a power restriction fails where power was not reported"),
    Reading(
        "current_unreported", Unreported.MATCHES, "a current restriction holds where current was not reported"
    ),
    Reading(
        "range_side",
        Range.CROSSED,
        "min_power is held against the highest value, max_power against the lowest",
    ),
    Reading(
        "duration_from", DurationFrom.FIRST_PERIOD, "durations count from the first period, reserved or not"
    ),
    Reading("duration_from", DurationFrom.SESSION_START, "durations count from start_date_time"),
    Reading("tariff_moment", TariffMoment.PERIOD_START, "each period has the tariff valid at its own start"),
    Reading("period_tariff_id", False, "the tariff_id of a period is ignored"),  # noqa: FBT003
    Reading("expired_falls_back", False, "RESERVATION does not apply to an expired reservation"),  # noqa: FBT003
    Reading("reserve_with_any_element", True, "elements without reservation price reserved time"),  # noqa: FBT003
    Reading("discharge", Discharge.IGNORE, "energy that flows back is worth nothing"),
    Reading("gross_limit", GrossLimit.KEEP, "a limit before tax leaves the amount after tax alone"),
    Reading("crossed_limits", CrossedLimits.RAISE_GROSS, "the limit after tax is raised to the one before"),
    Reading(
        "crossed_limits", CrossedLimits.TIGHTER, "the tighter of two crossed limits holds for both sides"
    ),
    Reading("component_rounding", False, "price_round and step_round are ignored"),  # noqa: FBT003
    _rounded("each line is rounded to the currency", at=At.LINE),
    _rounded("each sub-total is rounded to the currency", at=At.SUB_TOTAL),
    _rounded("money is cut off, not rounded", mode=Mode.DOWN),
    _rounded("money is rounded up", mode=Mode.UP),
    _rounded("tax is charged on the rounded net amount", tax_on_rounded_net=True),
    _rounded("each line is rounded and taxed on its rounded net amount", at=At.LINE, tax_on_rounded_net=True),
)
