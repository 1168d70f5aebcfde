"""What is found out about the signed readings of a transaction. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cpo_adapter.ocpp.events import SignedReading
from ocpi.ocmf import MeterKey
from schemas.v2_3_0.cdrs import SignedData


class Verdict(StrEnum):
    OK = "OK"
    KO = "KO"
    NOT_CHECKED = "NOT_CHECKED"
    ABSENT = "ABSENT"


class Alarm(StrEnum):
    """What somebody has to look at; the words stand on the bill too."""

    BROKEN = "a meter's signature is broken"
    UNREADABLE = "what should be signed cannot be read"
    OTHER_KEY = "the meter signs with another key than before"
    DIFFERS = "signed and unsigned energy differ"
    UNWELL = "the meter says that it was not well"
    TOO_LONG = "signed readings did not fit on the bill"
    MISSING = "signed readings are missing"


@dataclass(frozen=True, slots=True)
class MeterPlace:
    """A meter is known by where it measures."""

    station: str
    evse: int

    def __str__(self) -> str:
        return f"{self.station}|{self.evse}"


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key, and how somebody spelled it."""

    key: MeterKey
    spelled: str = field(repr=False)
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attested:
    """`data` is for the bill. `shown` is the key that the station showed and that signed well."""

    verdict: Verdict
    alarms: frozenset[Alarm] = frozenset()
    data: SignedData | None = None
    shown: ShownKey | None = None

    @property
    def remarks(self) -> list[str]:
        return sorted(self.alarms)


NOTHING_SIGNED = Attested(Verdict.ABSENT)


def in_order(readings: tuple[SignedReading, ...]) -> list[SignedReading]:
    """By their instants; what was told twice counts once, with its key if it was told once."""
    told: dict[str, SignedReading] = {}
    for reading in sorted(readings, key=lambda each: each.at):
        known = told.get(reading.data)
        if known is None or (reading.public_key and not known.public_key):
            told[reading.data] = reading
    return list(told.values())
