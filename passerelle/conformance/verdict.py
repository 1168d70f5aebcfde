"""What became of a case: green, red, or grey with the reason why it was not looked at."""

from dataclasses import dataclass, field
from enum import StrEnum

from passerelle.conformance.case import Case


class Colour(StrEnum):
    GREEN = "green"
    RED = "red"
    GREY = "grey"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`text` is what was seen, what was wrong, or why nothing was seen; `exchanges` are the last ones."""

    number: str
    colour: Colour
    text: str
    asks: str = ""
    section: str = ""
    exchanges: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def of(
        cls, case: Case, colour: Colour, text: str, exchanges: list[dict[str, str]] | None = None
    ) -> "Verdict":
        return cls(case.number, colour, text, case.asks, case.section, exchanges or [])
