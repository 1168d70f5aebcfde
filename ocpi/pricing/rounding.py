"""Rounding of a ratio of integers: to an integer, or up to a step.

OCPI leaves the rounding of money to the parties; volumes round up to the step_size.
Spec: 2.3.0 mod_cdrs, step_size.
"""

from ocpi.pricing.policy import Mode


def divided(numerator: int, denominator: int, mode: Mode) -> int:
    """A ratio as an integer. Modes are about the distance from zero: UP of -1.5 is -2."""
    if numerator < 0:
        return -divided(-numerator, denominator, mode)
    if mode is Mode.HALF_UP:
        return (2 * numerator + denominator) // (2 * denominator)
    whole, rest = divmod(numerator, denominator)
    match mode:
        case Mode.HALF_EVEN:
            return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2))
        case Mode.UP:
            return whole + (rest > 0)
        case Mode.DOWN:
            return whole


def to_step(volume: int, step: int, mode: Mode) -> int:
    """A volume as whole steps. What is not positive stays: nothing was bought."""
    if volume <= 0:
        return volume
    return volume + -volume % step if mode is Mode.UP else divided(volume, step, mode) * step
