"""The readings of a record, and the energy that lies between the first and the last of several.

A reading leaves out what it has in common with the one before. A meter that says of itself that it was not
well, or that its energy is not fit to be billed, says so in the signed text too.
Spec: OCMF 1.4, Readings (RD), meter states (ST), error flags (EF), OBIS codes of registers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from ocpi.ocmf.record import Record
from schemas.codec import Json

_WH: Final = {"Wh": 0, "kWh": 3}
"""Powers of ten."""
_INHERITED: Final = ("TM", "TX", "RI", "RU", "RT", "EF", "ST")
_OUT: Final = ("2.8.", "02.08.", "C0", "C1", "C2", "C3")
"""What registers of exported energy have in their codes."""
_ENDS: Final = frozenset("ELRAP")
_LARGEST: Final = Decimal(10) ** 12
_FINEST: Final = -12


class Usability(StrEnum):
    FINE = "fine"
    UNWELL = "the meter was not well"
    UNFIT = "the meter says that its energy is not to be billed"


@dataclass(frozen=True, slots=True)
class Reading:
    """`step_wh` is the last digit that the meter tells, `reason` its own letter for why it was read (TX)."""

    wh: Decimal
    step_wh: Decimal
    reason: str
    usability: Usability = Usability.FINE

    @property
    def is_begin(self) -> bool:
        return self.reason == "B"

    @property
    def is_end(self) -> bool:
        return self.reason in _ENDS


@dataclass(frozen=True, slots=True)
class Energy:
    """Wh that were delivered, and how far two readings may be off together."""

    wh: Decimal
    within_wh: Decimal


def readings_of(record: Record) -> list[Reading]:
    """Those of imported energy, in the order of the record."""
    return [reading for told in _whole(record.payload.get("RD")) if (reading := _reading(told))]


def energy_of(readings: Sequence[Reading]) -> Energy | None:
    """None where fewer than two readings say anything."""
    if len(readings) < 2:  # noqa: PLR2004 - a begin and an end
        return None
    return Energy(readings[-1].wh - readings[0].wh, min(reading.step_wh for reading in readings))


def _whole(told: Json) -> Iterator[dict[str, Json]]:
    """Each with what it has from the one before."""
    before: dict[str, Json] = {}
    for each in _objects(told):
        before = {name: value for name, value in before.items() if name in _INHERITED} | each
        yield before


def _reading(told: dict[str, Json]) -> Reading | None:
    """None for what is no register of imported energy."""
    value, power = told.get("RV"), _WH.get(str(told.get("RU")))
    if power is None or isinstance(value, bool) or not isinstance(value, int | Decimal) or _is_out(told):
        return None
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < _FINEST or abs(number) >= _LARGEST:
        return None
    step = Decimal(1).scaleb(min(0, exponent) + power)
    return Reading(number.scaleb(power), step, str(told.get("TX", "")), _usability(told))


def _is_out(told: dict[str, Json]) -> bool:
    return any(mark in str(told.get("RI", "")).upper() for mark in _OUT)


def _usability(told: dict[str, Json]) -> Usability:
    if "E" in str(told.get("EF", "")):
        return Usability.UNFIT
    return Usability.FINE if told.get("ST", "G") == "G" else Usability.UNWELL


def _objects(told: Json) -> Iterable[dict[str, Json]]:
    return (each for each in told if isinstance(each, dict)) if isinstance(told, list) else ()
