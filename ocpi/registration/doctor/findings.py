"""What was found out about a partner, line by line, and what the operator can do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Colour(StrEnum):
    """YELLOW deviates and is put up with. RED keeps something from working, or should."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """`means` is what follows from it, `helps` what can be done here, such as a quirk of the partner."""

    check: str
    colour: Colour
    text: str
    means: str | None = None
    helps: str | None = None


def green(check: str, text: str) -> Finding:
    return Finding(check, Colour.GREEN, text)


def yellow(check: str, text: str, means: str, helps: str | None = None) -> Finding:
    return Finding(check, Colour.YELLOW, text, means, helps)


def red(check: str, text: str, means: str, helps: str | None = None) -> Finding:
    return Finding(check, Colour.RED, text, means, helps)
