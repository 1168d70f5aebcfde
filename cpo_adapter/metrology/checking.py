"""Signed readings held against their signatures, the meter's known keys, and what was told unsigned. Pure.

A key may be shown with every reading, with the first alone, or never: then the one that is known counts. The
energy between two signed readings is compared, not the registers: a meter may count each charge from zero.
Spec: OCMF 1.4; OCPP 2.0.1, PublicKeyWithSignedMeterValue.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cpo_adapter.metrology.model import Alarm, ShownKey, Verdict
from cpo_adapter.ocpp.events import SignedReading
from ocpi import ocmf

_OCMF: Final = "ocmf"
_ROUNDED_WH: Final = 1
"""Unsigned readings are whole Wh."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told unsigned: the energy of the transaction and where its register stopped."""

    energy_wh: Decimal
    stop_wh: Decimal


@dataclass(frozen=True, slots=True)
class Checked:
    """`record` is None for another format than OCMF, and where there should be one and is none."""

    reading: SignedReading
    record: ocmf.Record | None = None
    verdict: ocmf.Verdict = ocmf.Verdict.UNSUPPORTED
    key: ShownKey | None = None
    is_unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    verdict: Verdict
    alarms: frozenset[Alarm]
    shown: ShownKey | None


def checked(readings: Sequence[SignedReading], known: Sequence[ShownKey]) -> list[Checked]:
    """Each with the key that it was checked by."""
    shown = next((reading.public_key for reading in readings if reading.public_key), "")
    return [_checked(reading, reading.public_key or shown, known) for reading in readings]


def findings(checks: Sequence[Checked], known: Sequence[ShownKey], told: Told) -> Findings:
    alarms = frozenset(_alarms(checks, known, told))
    shown = [check.key for check in checks if check.key and check.reading.public_key and _is_good(check)]
    return Findings(_verdict(checks, alarms), alarms, shown[-1] if shown else None)


def _checked(reading: SignedReading, shown: str, known: Sequence[ShownKey]) -> Checked:
    if reading.encoding and reading.encoding.casefold() != _OCMF:
        return Checked(reading)
    try:
        record = ocmf.read(reading.data)
    except ocmf.NotOcmf:
        return Checked(reading, is_unreadable=bool(reading.encoding))
    verdicts = [(ocmf.verify(record, key.key), key) for key in _keys(record, reading, shown, known)]
    good = [each for each in verdicts if each[0] is ocmf.Verdict.GOOD]
    for verdict, key in good or verdicts:
        return Checked(reading, record, verdict, key)
    return Checked(reading, record, ocmf.verify(record, None))


def _keys(
    record: ocmf.Record, reading: SignedReading, shown: str, known: Sequence[ShownKey]
) -> Iterator[ShownKey]:
    """What the station shows is looked at first, so that it is told from what it has to be."""
    if shown:
        try:
            yield ShownKey(ocmf.key_of(shown, ocmf.algorithm_of(record)), shown, reading.at)
        except ocmf.NoKey:
            pass
        else:
            return
    yield from known


def _alarms(checks: Sequence[Checked], known: Sequence[ShownKey], told: Told) -> Iterator[Alarm]:
    ders = {each.key.der for each in known}
    for check in checks:
        if check.is_unreadable:
            yield Alarm.UNREADABLE
        if check.verdict in (ocmf.Verdict.BROKEN, ocmf.Verdict.OTHER_CURVE):
            yield Alarm.BROKEN
        if ders and check.key is not None and check.key.key.der not in ders:
            yield Alarm.OTHER_KEY
    readings = list(_readings(checks))
    if any(reading.usability is not ocmf.Usability.FINE for reading in readings):
        yield Alarm.UNWELL
    if _differs(readings, told):
        yield Alarm.DIFFERS


def _readings(checks: Iterable[Checked]) -> Iterator[ocmf.Reading]:
    """What a broken record says counts for nothing."""
    for check in checks:
        if check.record is not None and check.verdict not in (
            ocmf.Verdict.BROKEN,
            ocmf.Verdict.OTHER_CURVE,
        ):
            yield from ocmf.readings_of(check.record)


def _differs(readings: Sequence[ocmf.Reading], told: Told) -> bool:
    """One reading alone is of the register, or of a register that counts this charge."""
    if not readings:
        return False
    begin = next((place for place, each in enumerate(readings) if each.is_begin), 0)
    energy = ocmf.energy_of(readings[begin:])
    if energy is not None:
        return abs(energy.wh - told.energy_wh) > energy.within_wh + _ROUNDED_WH
    only = readings[-1]
    within = only.step_wh + _ROUNDED_WH
    return bool(only.is_end) and all(
        abs(only.wh - unsigned) > within for unsigned in (told.stop_wh, told.energy_wh)
    )


def _verdict(checks: Sequence[Checked], alarms: frozenset[Alarm]) -> Verdict:
    if alarms:
        return Verdict.KO
    return Verdict.OK if all(_is_good(check) for check in checks) else Verdict.NOT_CHECKED


def _is_good(check: Checked) -> bool:
    return check.verdict is ocmf.Verdict.GOOD
