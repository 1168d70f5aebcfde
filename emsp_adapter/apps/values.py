"""Kinds of values that the API reads and tells, with the JSON schemas that say the same.

Money and energy are told as texts: a program that reads JSON numbers as binary fractions would round them.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from schemas.kinds import PartyId
from schemas.numbers import number_text
from schemas.times import to_instant

_NUMBER: Final = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["12.40"]}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_MOST_KWH: Final = 10_000


def _party(written: str) -> str:
    return str(PartyId.parse(written))


def _instant(written: object) -> datetime:
    """Raises ValueError; OCPI lets more pass than RFC 3339 does."""
    if not isinstance(written, str) or written[10:11] not in ("T", "t") or not _has_zone(written):
        raise ValueError("an instant is written as 2026-01-31T12:00:00Z")
    return to_instant(written)


def _has_zone(written: str) -> bool:
    return written[-1] in "Zz" or written[-6:-5] in ("+", "-")


def _energy(written: object) -> Decimal:
    if isinstance(written, bool) or not isinstance(written, int | float):
        raise ValueError("energy is a number of kWh")  # noqa: TRY004 - pydantic reports ValueErrors
    value = Decimal(str(written))
    if not 0 <= value <= _MOST_KWH:
        raise ValueError(f"energy is between 0 and {_MOST_KWH} kWh")
    return value


def _whole(written: object) -> object:
    """JSON knows one kind of number: 24.0 is 24."""
    return int(written) if isinstance(written, float) and written.is_integer() else written


WHOLE: Final = BeforeValidator(_whole)
"""Of an integer, behind its bounds."""

Id = Annotated[
    str,
    Field(
        min_length=1,
        max_length=255,
        pattern=r"^[ -~]*[ -\-/-~][ -~]*$",
        description="Printable ASCII, not dots alone.",
    ),
]
Party = Annotated[
    str,
    Field(pattern=r"^[A-Za-z]{2}\*[A-Za-z0-9]{3}$", description="Country and party, as `FR*CPO`."),
    AfterValidator(_party),
]
Instant = Annotated[datetime, PlainValidator(_instant), WithJsonSchema(_INSTANT)]
Energy = Annotated[
    Decimal,
    PlainValidator(_energy),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": _MOST_KWH}),
]
Exact = Annotated[Decimal, PlainSerializer(number_text), WithJsonSchema(_NUMBER)]
Cursor = Annotated[str, Field(max_length=64, pattern="^[A-Za-z0-9_=-]+$")]
Limit = Annotated[int, Field(ge=1, le=100, description="How many at the most.")]
